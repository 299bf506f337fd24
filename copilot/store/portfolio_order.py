"""One page of the customers that a person may see, in an order.

Invariants: invariant 3 holds as in `copilot.store.portfolio_sums`; amounts of two currencies are never compared: an
order by amount goes currency by currency, that of the most customers first; what is not known comes last. Customers
at the same place are in the order of their folded names, which are kept beside their standing. Where a name changed
and was not folded yet, the database is asked for the keys of all up to the end of the page, and for the names at the
places that the page shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
    true,
)

from copilot.domain.access import Viewer
from copilot.domain.folding import fold
from copilot.domain.portfolio import Slice
from copilot.domain.scores import ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import one_of
from copilot.store.portfolio_sums import in_part, probability, seen
from copilot.store.standing import StandingRepository, State, has_revenue
from copilot.store.standing_sums import About, summed
from copilot.store.tables.records import AccountRow

_STATEMENTS_KEPT = 128
Keys = Sequence[ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """Customers who come one after the other by `keys`; no keys: by name alone."""

    condition: ColumnElement[bool]
    keys: Keys


@dataclass(frozen=True, slots=True)
class OfCurrency:
    """How many customers of the slice have it, and how many of those that are wanted."""

    currency: str | None
    customers: int
    wanted: int


class PortfolioOrder:
    """The customers of a slice, of today: those who renew within `renewal_days`, and those of one currency."""

    def __init__(
        self, chosen: Slice, *, renewal_days: int | None, currency: str | None, viewer: Viewer, uow: UnitOfWork
    ) -> None:
        self._session, today = uow.session, uow.clock.today()
        self._standing = StandingRepository(uow)
        self._state = self._standing.state()
        self._chosen, self._viewer, self._currency, self._renews = chosen, viewer, currency, renewal_days is not None
        self._of = self._state.rows()
        self._seen = seen(chosen, self._of, viewer=viewer, today=today)
        self._wanted: ColumnElement[bool] = true()
        if renewal_days is not None:
            day, last = self._of.c.renewal_date, today + timedelta(days=renewal_days)
            self._wanted = and_(self._wanted, day >= today, day <= last)
        if currency is not None:
            self._wanted = and_(self._wanted, self._of.c.currency == currency)

    def currencies(self) -> list[OfCurrency]:
        """All of the slice, in no order."""
        if not self._renews:
            query = _currencies(self._chosen, self._state, viewer=self._viewer)
            found = [(name, count) for name, count in self._session.execute(query)]
            wants = {self._currency} if self._currency is not None else {name for name, _ in found}
            return [OfCurrency(name, count, count if name in wants else 0) for name, count in found]
        wanted = func.count().filter(self._wanted)
        query = select(self._of.c.currency, func.count(), wanted).where(*self._seen).group_by(self._of.c.currency)
        return [OfCurrency(*row) for row in self._session.execute(query)]

    def by_stake(self, kind: ScoreKind | None, *, until: date, places: Mapping[str, int]) -> Sequence[Part]:
        """The most revenue times probability first, then the worst health; `kind` None: no probability is told."""
        leaves = probability(self._of, kind, until=until)
        # By the digits that are shown of a double, not by those that it has.
        stake = _whole(self._of.c.arr * cast(cast(leaves, Text), Numeric))
        is_known = and_(has_revenue(self._of), _is_told(self._of, kind))
        known = Part(is_known, (*self._by_amount(stake, places), self._of.c.health))
        return known, Part(func.coalesce(is_known, false()).is_(false()), (self._of.c.health,))

    def by_revenue(self, *, places: Mapping[str, int]) -> Sequence[Part]:
        """The most first."""
        is_known = has_revenue(self._of)
        known = Part(is_known, self._by_amount(self._of.c.arr, places))
        return known, Part(func.coalesce(is_known, false()).is_(false()), ())

    def by_health(self) -> Sequence[Part]:
        """The worst first."""
        return (Part(true(), (self._of.c.health,)),)

    def by_renewal(self) -> Sequence[Part]:
        """The nearest first."""
        return (Part(true(), (self._of.c.renewal_date,)),)

    def by_name(self) -> Sequence[Part]:
        """By that alone."""
        return (Part(true(), ()),)

    def page(self, parts: Sequence[Part], *, offset: int, limit: int) -> list[str]:
        """Their ids."""
        if self._standing.has_every_name():
            return self._named(parts, offset=offset, limit=limit)
        places = list[list[str]]()
        for part in parts:
            taken = sum(map(len, places))
            if taken < offset + limit:
                places += self._places(part, most=offset + limit - taken)
        shown, passed, skipped = list[list[str]](), 0, 0
        for ids in places:
            passed += len(ids)
            if passed > offset:
                shown.append(ids)
            else:
                skipped = passed
        return self._by_name(shown)[offset - skipped :][:limit]

    def _named(self, parts: Sequence[Part], *, offset: int, limit: int) -> list[str]:
        """The same where the database knows the folded names."""
        ids = list[str]()
        for part in parts:
            query = select(self._of.c.account_id).where(*self._seen, self._wanted, part.condition)
            query = query.order_by(*part.keys, self._of.c.name_key, self._of.c.account_id.collate("C"))
            if len(ids) < offset + limit:
                ids += self._session.scalars(query.limit(offset + limit - len(ids)))
        return ids[offset:]

    def _places(self, part: Part, *, most: int) -> list[list[str]]:
        """The first of a part, those at one place together."""
        named = [key.label(f"key_{number}") for number, key in enumerate(part.keys)]
        query = select(self._of.c.account_id, *named).where(*self._seen, self._wanted, part.condition)
        if named:
            query = query.order_by(*named).fetch(most, with_ties=True)
        rows = self._session.execute(query)
        return [[row[0] for row in group] for _, group in groupby(rows, key=lambda row: tuple(row[1:]))]

    def _by_amount(self, amount: ColumnElement[Any], places: Mapping[str, int]) -> Keys:
        return (*([case(places, value=self._of.c.currency)] if places else []), -amount)

    def _by_name(self, places: Sequence[Sequence[str]]) -> list[str]:
        """Each place by name; all names in one statement."""
        unsure = [account_id for ids in places if len(ids) > 1 for account_id in ids]
        query = select(AccountRow.id, AccountRow.name).where(one_of(AccountRow.id, unsure))
        folded = {account_id: fold(name) for account_id, name in self._session.execute(query)} if unsure else {}
        return [account_id for ids in places for account_id in sorted(ids, key=lambda one: (folded.get(one, ""), one))]


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _currencies(chosen: Slice, state: State, *, viewer: Viewer) -> Select[*tuple[Any, ...]]:
    of = summed(About.HEALTH, state, viewer=viewer, owner=chosen.owner)
    accounts = func.sum(of.c.accounts)
    query = select(of.c.currency, cast(accounts, BigInteger)).where(of.c.is_customer, *in_part(chosen, of))
    return query.group_by(of.c.currency).having(accounts > 0)


def _is_told(of: FromClause, kind: ScoreKind | None) -> ColumnElement[bool]:
    """Whether there is a `probability`."""
    says_so = of.c.churned_on.is_not(None)
    return says_so if kind is None else or_(says_so, of.c[kind.value].is_not(None))


def _whole(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """To whole units, halves to the even one, as `Decimal.quantize` does."""
    is_half = func.abs(amount - func.trunc(amount)) == 0.5
    return case((is_half, 2 * func.round(amount / 2)), else_=func.round(amount))
