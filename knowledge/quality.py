"""What is doubtful about records that could be read.

Invariant: a check only names what it sees; it never changes a record.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz, process

from copilot.domain.records import (
    Account,
    Contact,
    Invoice,
    InvoiceStatus,
    Lifecycle,
    Opportunity,
    OpportunityStatus,
    Record,
    Survey,
    SurveyKind,
    Ticket,
    TicketStatus,
)
from copilot.store.records import AccountKey
from knowledge.accounts import domain_of
from knowledge.issues import Finding
from knowledge.values.sectors import misspelt_sector
from knowledge.values.text import compact, fold, listed

_NEAR_PRODUCT = 82
_NEAR_ACCOUNT = 93
_SEPARATORS = re.compile(r"[;|\n]| \+ ")
_SCALES = {SurveyKind.NPS: (0, 10), SurveyKind.CSAT: (1, 5), SurveyKind.CES: (1, 7)}
_LEGAL_FORMS = listed(
    "sl, slu, sa, sau, sas, spa, srl, srls, sc, scl, scoop, inc, incorporated, llc, llp, ltd, limited, plc, corp, "
    "corporation, co, company, gmbh, ag, bv, nv, group, grupo, holding, ltda, cv, sapi, de"
)


@dataclass(slots=True)
class Catalogue:
    """Names that records should use, and what makes a sector look misspelt."""

    products: Mapping[str, str]
    """Folded product name -> as the catalogue writes it."""
    sector_counts: Mapping[str, int]
    account_names: frozenset[str]
    """Folded."""
    _products_near: dict[str, str | None] = field(default_factory=dict)

    def product_suggestion(self, name: str) -> str | None:
        """The catalogue's product that a name resembles."""
        if name not in self._products_near:
            names = list(self.products.values())
            near = process.extractOne(name, names, scorer=fuzz.ratio, processor=compact, score_cutoff=_NEAR_PRODUCT)
            self._products_near[name] = None if near is None else str(near[0])
        return self._products_near[name]


def doubts(record: Record, *, catalogue: Catalogue, as_of: date) -> Iterator[Finding]:
    """Everything doubtful about one record."""
    check = _CHECKS.get(record.record_type)
    if check is not None:
        for code, details in check(record, catalogue, as_of):
            yield Finding(code, details, record.record_type, record.id)


_Doubt = tuple[str, Mapping[str, str | int | None]]


def _account(record: Record, catalogue: Catalogue, as_of: date) -> Iterator[_Doubt]:
    if not isinstance(record, Account):
        return
    if record.industry:
        meant = misspelt_sector(record.industry, counts=catalogue.sector_counts)
        if meant:
            yield "value.misspelt_industry", {"value": record.industry, "suggestion": meant}
    if record.parent_name and fold(record.parent_name) not in catalogue.account_names:
        yield "reference.unknown_parent", {"value": record.parent_name}
    if record.customer_since and record.renewal_date and record.renewal_date < record.customer_since:
        yield (
            "account.renewal_before_start",
            {"renewal_date": record.renewal_date.isoformat(), "customer_since": record.customer_since.isoformat()},
        )
    if record.arr is not None and record.currency is None:
        yield "value.amount_without_currency", {"field": "arr"}
    yield from _left(record, as_of)
    yield from _future(record.customer_since, "customer_since", as_of)


def _left(record: Account, as_of: date) -> Iterator[_Doubt]:
    left = record.churned_on
    if left is None:
        return
    if record.customer_since and left < record.customer_since:
        yield (
            "account.left_before_start",
            {"churned_on": left.isoformat(), "customer_since": record.customer_since.isoformat()},
        )
    if left <= as_of and record.lifecycle is Lifecycle.CUSTOMER:
        yield "account.left_but_customer", {"churned_on": left.isoformat()}


def _contact(record: Record, _: Catalogue, as_of: date) -> Iterator[_Doubt]:
    if not isinstance(record, Contact):
        return
    if record.email and "." not in record.email.rpartition("@")[2]:
        yield "value.unusual_email", {"value": record.email}
    yield from _future(record.left_on, "left_on", as_of)


def _opportunity(record: Record, catalogue: Catalogue, as_of: date) -> Iterator[_Doubt]:
    if not isinstance(record, Opportunity):
        return
    for name in product_parts(record.product_name, catalogue.products):
        if fold(name) not in catalogue.products:
            yield "reference.unknown_product", {"value": name, "suggestion": catalogue.product_suggestion(name)}
    if record.created_on and record.close_date and record.close_date < record.created_on:
        yield (
            "opportunity.closed_before_created",
            {"close_date": record.close_date.isoformat(), "created_on": record.created_on.isoformat()},
        )
    yield from _amount(record)
    yield from _future(record.created_on, "created_on", as_of)


def product_parts(text: str | None, known: Mapping[str, str]) -> list[str]:
    """The products that one cell names (`A; B`); a product whose own name has a separator is one."""
    if not text or not known:
        return []
    if fold(text) in known:
        return [text]
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _amount(record: Opportunity) -> Iterator[_Doubt]:
    if record.amount is not None and record.amount < 0:
        yield "opportunity.negative_amount", {"value": str(record.amount)}
    if record.status is OpportunityStatus.WON and not record.amount:
        yield "opportunity.won_without_amount", {}


def _ticket(record: Record, _: Catalogue, as_of: date) -> Iterator[_Doubt]:
    if not isinstance(record, Ticket):
        return
    if record.closed_at and record.closed_at < record.opened_at:
        yield (
            "ticket.closed_before_opened",
            {"closed_at": record.closed_at.isoformat(), "opened_at": record.opened_at.isoformat()},
        )
    if record.status is TicketStatus.CLOSED and record.closed_at is None:
        yield "ticket.closed_without_date", {}
    yield from _future(record.opened_at, "opened_at", as_of)


def _survey(record: Record, _: Catalogue, as_of: date) -> Iterator[_Doubt]:
    if not isinstance(record, Survey):
        return
    low, high = _SCALES[record.kind]
    if not low <= record.score <= high:
        yield "value.unlikely_score", {"value": str(record.score), "kind": record.kind.value}
    yield from _future(record.answered_on, "answered_on", as_of)


def _invoice(record: Record, _: Catalogue, as_of: date) -> Iterator[_Doubt]:
    if not isinstance(record, Invoice):
        return
    for code, name, day in (("due", "due_on", record.due_on), ("paid", "paid_on", record.paid_on)):
        if day and record.issued_on and day < record.issued_on:
            yield f"invoice.{code}_before_issued", {name: day.isoformat(), "issued_on": record.issued_on.isoformat()}
    if record.amount is not None and record.amount < 0:
        yield "invoice.negative_amount", {"value": str(record.amount)}
    if record.amount is not None and record.currency is None:
        yield "value.amount_without_currency", {"field": "amount"}
    if record.status is InvoiceStatus.PAID and record.paid_on is None:
        yield "invoice.paid_without_date", {}
    if record.status is InvoiceStatus.OPEN and record.paid_on is not None:
        yield "invoice.open_though_paid", {"paid_on": record.paid_on.isoformat()}
    if record.due_on is None and record.status is InvoiceStatus.OPEN:
        yield "invoice.without_due_date", {}
    yield from _future(record.issued_on, "issued_on", as_of)
    yield from _future(record.paid_on, "paid_on", as_of)


def _future(value: date | datetime | None, name: str, as_of: date) -> Iterator[_Doubt]:
    day = value.date() if isinstance(value, datetime) else value
    if day is not None and day > as_of:
        yield "value.future_date", {"field": name, "value": day.isoformat()}


_CHECKS: Mapping[str, Callable[[Record, Catalogue, date], Iterator[_Doubt]]] = {
    "account": _account,
    "contact": _contact,
    "opportunity": _opportunity,
    "ticket": _ticket,
    "survey": _survey,
    "invoice": _invoice,
}


def possible_duplicates(accounts: Sequence[AccountKey]) -> Iterator[Finding]:
    """Accounts that may be one: same name without its legal form, same website, or nearly the same name."""
    seen: set[tuple[str, str]] = set()
    for reason, groups in (("name", _by(accounts, _core)), ("website", _by(accounts, _domain))):
        for group in groups:
            for other in group[1:]:
                yield from _pair(group[0], other, reason, seen)
    ordered = sorted((account for account in accounts if len(_core(account)) >= 6), key=_core)
    for first, second in pairwise(ordered):
        numbered = _digits(first) != _digits(second)  # branches are told apart by their numbers
        if not numbered and fuzz.ratio(_core(first), _core(second)) >= _NEAR_ACCOUNT:
            yield from _pair(first, second, "similar name", seen)


def _pair(first: AccountKey, second: AccountKey, reason: str, seen: set[tuple[str, str]]) -> Iterator[Finding]:
    low, high = sorted((first, second), key=lambda key: key.id)
    if (low.id, high.id) not in seen and low.id != high.id:
        seen.add((low.id, high.id))
        for one, other in ((low, high), (high, low)):
            yield Finding(
                "account.possible_duplicate", {"other": other.name, "reason": reason}, "account", one.id, one.id
            )


def _by(accounts: Iterable[AccountKey], key: Callable[[AccountKey], str | None]) -> list[list[AccountKey]]:
    groups: dict[str, list[AccountKey]] = defaultdict(list)
    for account in accounts:
        if value := key(account):
            groups[value].append(account)
    return [sorted(group, key=lambda item: item.id) for group in groups.values() if len(group) > 1]


def _core(account: AccountKey) -> str:
    return _core_name(account.name)


@lru_cache(maxsize=50_000)
def _core_name(name: str) -> str:
    words = fold(name).replace(".", "").replace(",", " ").split()
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return compact(" ".join(kept or words))


def _digits(account: AccountKey) -> str:
    return "".join(character for character in account.name if character.isdigit())


def _domain(account: AccountKey) -> str | None:
    return domain_of(account.website)
