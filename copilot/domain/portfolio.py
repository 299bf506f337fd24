"""A portfolio: customers with what they pay and how they score, and sums over them.

Invariants: money is added per currency and never across currencies; a customer whose revenue or score is not known is
counted as such and adds nothing, which is not the same as adding zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum

from copilot.domain.scores import Band, Missing, ScoreKind

NONE = "-"
"""In a choice of owner or segment: those who have none."""
MONTHS = 12
"""Of the calendar of renewals."""


def months_on(day: date, number: int) -> date:
    """First day of the month `number` months after that of the day."""
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def calendar_days(day: date) -> list[date]:
    """What divides the calendar of a day: the day itself, and the first day of each of the months after it.

    Whose renewal comes before all of them is past due, whose comes after all renews later.
    """
    return [day, *(months_on(day, number) for number in range(1, MONTHS + 1))]


class BandChoice(StrEnum):
    """Which customers by the band of their health."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    UNSCORED = "unscored"
    """Without a health score."""


class Compared(IntEnum):
    """Whether the health of a customer can be held against that of a week before."""

    NO = 0
    """No score on one of the two days."""
    OTHER_SCORECARD = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of the portfolio is looked at; nothing chosen is all of it."""

    owner: str | None = None
    """Email of the owner, or `NONE`."""
    segment: str | None = None
    """Its name, or `NONE`."""
    band: BandChoice | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a score said on a day."""

    value: float | None
    band: Band | None
    missing: Missing | None
    version: str


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer of the viewer's. `arr` is annual recurring revenue in `currency` (ISO 4217)."""

    account_id: str
    name: str
    owner_email: str | None
    owner_name: str | None
    """Display name of the owner, if they are a user here."""
    segment: str | None
    arr: Decimal | None
    currency: str | None
    renewal_date: date | None
    churned_on: date | None
    """A day ahead: they have said that they leave."""
    customer_since: date | None = None
    now: Mapping[ScoreKind, Reading] = field(default_factory=dict)
    before: Mapping[ScoreKind, Reading] = field(default_factory=dict)
    """The same scores some days earlier."""

    @property
    def has_revenue(self) -> bool:
        """Whether it is known what they pay, and in which currency."""
        return self.arr is not None and self.arr >= 0 and self.currency is not None

    def value(self, kind: ScoreKind, *, before: bool = False) -> float | None:
        """The score; None where there is none."""
        reading = (self.before if before else self.now).get(kind)
        return reading.value if reading else None

    def band(self, kind: ScoreKind, *, before: bool = False) -> Band | None:
        """The band of the score; None where there is no score."""
        reading = (self.before if before else self.now).get(kind)
        return reading.band if reading and reading.value is not None else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many customers, and what those pay of whom it is known."""

    customers: int
    revenue: Mapping[str, Decimal]
    """By currency, in the order of their codes: amounts of two currencies are not compared."""
    unknown: int
    """Customers without a known revenue; they are in `customers` and not in `revenue`."""


@dataclass(frozen=True, slots=True)
class Heap:
    """Some customers together. `currency` None: of none of them the revenue is known, and `revenue` is zero."""

    customers: int
    currency: str | None
    revenue: Decimal


def tally(heaps: Iterable[Heap]) -> Tally:
    """Count and add up."""
    count, unknown, revenue = 0, 0, dict[str, Decimal]()
    for heap in heaps:
        count += heap.customers
        if heap.currency is None:
            unknown += heap.customers
        else:
            revenue[heap.currency] = revenue.get(heap.currency, Decimal(0)) + heap.revenue
    return Tally(customers=count, revenue=dict(sorted(revenue.items())), unknown=unknown)


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """An open opportunity. `probability` is the rep's own, in percent."""

    id: str
    account_id: str
    account_name: str
    name: str
    kind: str | None
    stage: str | None
    amount: Decimal | None
    currency: str | None
    probability: int | None
    close_date: date | None
    owner_name: str | None


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be chosen from."""

    owners: Mapping[str, str]
    """Name by email, in order of the names."""
    segments: tuple[str, ...]
    without_owner: bool
    without_segment: bool
    customers: int
    """Of the whole portfolio."""
    unclear: int
    """Accounts of which the records do not say whether they are customers; they are in no sum."""
