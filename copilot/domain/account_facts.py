"""What the records say about one account on one day.

Invariant: a metric is computed by query, never by a writer; its canonical text holds every figure that a
sentence about it may use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from copilot.domain.records import Account, Activity, Contact, Opportunity, OpportunityStatus, Survey, Ticket

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Metric:
    """One computed figure.

    `value` is None when it cannot be computed. `text` is canonical: plain decimals, ISO dates and currency
    codes. `window_days` is the length of the window it looks at, where it has one.
    """

    name: str
    value: Decimal | date | None
    text: str
    inputs: tuple[str, ...]
    day: date | None = None
    """The day that the value belongs to, e.g. that of the latest answer."""
    window_days: int | None = None
    sample: int | None = None
    """How many records went into it, where that matters to a reader."""

    @property
    def number(self) -> Decimal | None:
        """The value if it is a number."""
        return self.value if isinstance(self.value, Decimal) else None


@dataclass(frozen=True, slots=True)
class DataIssue:
    """Something the import noticed about the account's data."""

    id: str
    code: str
    record_type: str | None
    record_id: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """Where an indexed passage lies in its document."""

    id: str
    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Records and metrics of one account as one viewer may see them on `today`."""

    account: Account
    today: date
    contacts: tuple[Contact, ...]
    opportunities: tuple[Opportunity, ...]
    tickets: tuple[Ticket, ...]
    """Open ones, and those opened or closed in the last 180 days; newest first."""
    surveys: tuple[Survey, ...]
    """Newest first, at most twenty."""
    activities: tuple[Activity, ...]
    """Of the last eighteen months, newest first, at most eighty."""
    issues: tuple[DataIssue, ...]
    passages: tuple[PassageSpan, ...]
    metrics: Mapping[str, Metric]
    staff: tuple[str, ...] = ()
    """Names of our own people, to tell the two sides of a conversation apart."""
    products: tuple[str, ...] = ()
    """Names of what we sell."""

    @property
    def open_opportunities(self) -> tuple[Opportunity, ...]:
        return tuple(item for item in self.opportunities if item.status is OpportunityStatus.OPEN)

    def number(self, name: str) -> Decimal | None:
        """The number of a metric, None if it cannot be computed."""
        metric = self.metrics.get(name)
        return metric.number if metric else None

    def day(self, name: str) -> date | None:
        """The date of a metric, None if it cannot be computed."""
        metric = self.metrics.get(name)
        return metric.value if metric and isinstance(metric.value, date) else None
