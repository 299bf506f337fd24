"""Deals as the forecast looks at them: what was known of an opportunity, and since when.

Invariant: `as_known_on` a day forgets everything that came later, so a backtest sees what a person saw then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from copilot.domain.records import OpportunityKind, OpportunityStatus


@dataclass(frozen=True, slots=True)
class Deal:
    """One opportunity. `closes_on` is the expected day while it is open, the actual one afterwards."""

    id: str
    account_id: str | None
    owner: str | None
    kind: OpportunityKind | None
    status: OpportunityStatus
    stage: str | None
    amount: Decimal | None
    currency: str | None
    probability: int | None
    """Percent, as its owner states it."""
    created_on: date | None
    closes_on: date | None

    @property
    def is_open(self) -> bool:
        """Whether it was neither won nor lost."""
        return self.status is OpportunityStatus.OPEN

    @property
    def is_won(self) -> bool:
        return self.status is OpportunityStatus.WON


class LeftOut(StrEnum):
    """Why an open deal is not in a forecast."""

    NO_AMOUNT = "no_amount"
    NO_CURRENCY = "no_currency"
    NO_START = "no_start"
    """No day on which it began, or one that is still to come."""


@dataclass(frozen=True, slots=True)
class DealSums:
    """Open deals of one currency that a forecast counts."""

    currency: str
    deals: int
    open_amount: Decimal
    stated: Decimal
    """Their owners' own: amount times stated probability, of those that they expect by the day."""
    stated_deals: int


@dataclass(frozen=True, slots=True)
class OpenSums:
    """Open deals added up until a day; `due` are those that their owners expect by then."""

    by_currency: tuple[DealSums, ...]
    """In the order of the currencies' codes."""
    left_out: Mapping[LeftOut, int]
    due: int
    overdue: int
    """Of those due: they should have been closed by now."""
    without_day: int
    """Of all that are open: without a day of closing."""
    without_probability: int
    """Of those due."""


@dataclass(frozen=True, slots=True)
class StageSince:
    """A deal's stage from a day on, kept while it was open."""

    deal_id: str
    since: date
    stage: str | None


@dataclass(frozen=True, slots=True)
class DealsHistory:
    """Deals, open and closed, as known at the end of `day`."""

    day: date
    deals: tuple[Deal, ...]
    stages: tuple[StageSince, ...] = ()

    def as_known_on(self, day: date) -> "DealsHistory":
        """The same at the end of an earlier day. Of what is not dated (amount, owner) nobody knows how it was."""
        stages = tuple(item for item in self.stages if item.since <= day)
        stage_of = {item.deal_id: item.stage for item in sorted(stages, key=lambda item: item.since)}
        known = [_as_known(deal, day, stage_of) for deal in self.deals if _was_there(deal, day)]
        return DealsHistory(day, tuple(known), stages)

    @property
    def open(self) -> tuple[Deal, ...]:
        """Deals that are neither won nor lost."""
        return tuple(deal for deal in self.deals if deal.is_open)


def _was_there(deal: Deal, day: date) -> bool:
    return deal.created_on is not None and deal.created_on <= day


def _as_known(deal: Deal, day: date, stage_of: dict[str, str | None]) -> Deal:
    if not deal.is_open and deal.closes_on is not None and deal.closes_on <= day:
        return deal
    # Once closed, the day that was expected and the probability that was stated are overwritten.
    closed = not deal.is_open
    return replace(
        deal,
        status=OpportunityStatus.OPEN,
        stage=stage_of.get(deal.id),
        probability=None if closed else deal.probability,
        closes_on=None if closed else deal.closes_on,
    )
