"""Deals as the forecast looks at them: what was known of an opportunity, and since when.

Invariant: `as_known_on` a day forgets everything that came later, so a backtest sees what a person saw then.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

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
