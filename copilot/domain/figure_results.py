"""What a query about figures found, and its canonical text as evidence.

Invariant: figures are those of the database, never added up across currencies or scales; the canonical text states
every figure of the result itself (not those of its rows, which are evidence of their own).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from copilot.domain.account_facts import Metric
from copilot.domain.facts import EMPTY, FieldValue, metric_evidence_id, record_evidence_id
from copilot.domain.figure_queries import FigureQuery, Measure
from copilot.domain.formatting import canonical_money, canonical_number

PORTFOLIO = "portfolio"
"""Subject of the evidence of a query: whatever accounts the reader may see."""
_NAME = "query~"
NAME_FIELDS = {
    "account": "name",
    "opportunity": "name",
    "ticket": "subject",
    "survey": "contact_name",
    "activity": "subject",
    "contact": "name",
}
"""By record type: what a record is called by."""


class LeftOutReason(StrEnum):
    OTHER_CURRENCY = "other_currency"
    NO_CURRENCY = "no_currency"
    NO_VALUE = "no_value"


@dataclass(frozen=True, slots=True)
class LeftOutRecord:
    """One of the records that were left out, or the account of one."""

    record_id: str
    name: str
    value: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Records that meet everything else, and which a condition on money or a sum could not take in."""

    reason: LeftOutReason
    field: str
    count: int
    currency: str | None = None
    of_account: bool = False
    """Whether `field` is the account's, where the subject is not the account itself."""
    place: int | None = None
    """Of linked records: which `related` of the query could not judge them. Their account may be listed or not."""
    examples: tuple[LeftOutRecord, ...] = ()
    """The largest of them."""


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """One figure: of one value of what is grouped by (None: not recorded), in one currency or on one scale."""

    value: str | None
    count: int
    """Records of the group."""
    number: Decimal | None = None
    """Sum or mean of those that have a value; None for a count."""
    sample: int = 0
    """How many went into `number`."""
    currency: str | None = None
    scale: str | None = None
    """For scores of surveys: what was asked."""

    @property
    def unit(self) -> str | None:
        """What the number is in."""
        return self.currency or self.scale


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One record that matches. `values` are the fields shown, `currency` among them where one is money."""

    record_id: str
    record_type: str
    account_id: str
    account_name: str
    name: str
    values: Mapping[str, FieldValue]
    as_of: date
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    related: tuple[int, ...] = ()
    """For each `related` of the query, how many linked records meet its conditions."""

    def evidence_id(self, name: str) -> str:
        """Identifier of one of its fields."""
        return record_evidence_id(self.record_id, name)

    @property
    def name_id(self) -> str:
        """Identifier of the field that the record is called by."""
        return self.evidence_id(NAME_FIELDS[self.record_type])

    @property
    def account_name_id(self) -> str:
        """Identifier of its account's name."""
        return record_evidence_id(self.account_id, "name")


@dataclass(frozen=True, slots=True)
class FigureResult:
    """The answer to a query, as one viewer may see it."""

    query: FigureQuery
    """As it was carried out: with the currency of every condition on money."""
    total: int
    """Records that match."""
    listed: int = 0
    """How many of them are listed."""
    rows: tuple[FigureRow, ...] = ()
    """Those that are listed; none where only the figures were asked for."""
    totals: tuple[FigureGroup, ...] = ()
    """Sum or mean over everything, per currency; of a list: the sum of the money it shows."""
    groups: tuple[FigureGroup, ...] = ()
    """At most `limit`; the largest first."""
    more_groups: int = 0
    left_out: tuple[LeftOut, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of the accounts that the query names and the viewer may see."""

    @property
    def evidence_id(self) -> str:
        """Identifier of the figures themselves."""
        return query_evidence_id(self.query)

    @property
    def text(self) -> str:
        """Canonical text, see the module docstring."""
        return "; ".join(_parts(self))


def query_evidence_id(query: FigureQuery) -> str:
    """Identifier of what a query finds, whoever reads it."""
    return metric_evidence_id(f"{_NAME}{query.key}", PORTFOLIO)


def is_of_query(evidence_id: str) -> bool:
    """Whether an identifier is that of figures by query."""
    return evidence_id.startswith(f"metric:{_NAME}")


def query_of(metric_name: str, subject_id: str) -> FigureQuery | None:
    """The query behind the evidence of a figure; None if it is another figure."""
    if subject_id != PORTFOLIO or not metric_name.startswith(_NAME):
        return None
    return FigureQuery.from_key(metric_name.removeprefix(_NAME))


def _parts(result: FigureResult) -> list[str]:
    query = result.query
    parts = [f"{query.subject.value}: {result.total}"]
    measured = "sum" if query.measure in {Measure.LIST, Measure.SUM} else query.measure.value
    parts += [f"{measured}: {_figure(item)}" for item in result.totals]
    parts += [f"{query.group_by} {item.value or EMPTY}: {_figure(item)}" for item in result.groups]
    if result.more_groups:
        parts.append(f"other groups: {result.more_groups}")
    if 0 < result.listed < result.total:
        parts.append(f"listed: {result.listed}")
    return parts + [f"left out, {_reason(item, query)}: {item.count}" for item in result.left_out]


def _figure(group: FigureGroup) -> str:
    if group.number is None:
        return str(group.count)
    if group.scale is not None:
        return f"{canonical_number(group.number)} {group.scale} (n={group.sample})"
    return f"{canonical_money(group.number, currency=group.currency)} (n={group.sample})"


def _reason(item: LeftOut, query: FigureQuery) -> str:
    name = f"account.{item.field}" if item.of_account else item.field
    if item.place is not None:
        name = f"{query.related[item.place].subject.value}.{item.field}"
    match item.reason:
        case LeftOutReason.OTHER_CURRENCY:
            return f"{name} in {item.currency}"
        case LeftOutReason.NO_CURRENCY:
            return f"{name} without a currency"
        case LeftOutReason.NO_VALUE:
            return f"without {name}"
