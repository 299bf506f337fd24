"""Revenue at risk: what the customers who leave within some days take with them.

Invariants: per currency, never added across currencies. Only customers with a known revenue and a probability of a
model in use are in it, and the others are counted beside it. Without a model there is no such figure: the revenue is
then shown by the band of health, which is no probability and is not called one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

import numpy as np

from copilot.domain.access import Viewer
from copilot.domain.portfolio import BandChoice, Customer, Heap, Tally, tally
from copilot.domain.scores import CHURN_DAYS, ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.store.portfolio_sums import Stakes, Standing
from copilot.workflows.portfolio.book import Book, ModelUse, band_choice
from copilot.workflows.portfolio.losses import loss_of, unpacked

_MOST_SHOWN = 10
_ROUNDING = 0.51
"""What is rounded to a whole unit is at most so much less: to cents first, and then to the unit."""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Of one currency. Amounts are whole units; `low` and `high` hold the loss with a probability of 90 %."""

    currency: str
    customers: int
    revenue: Decimal
    expected: Decimal
    """Sum of revenue times probability."""
    low: Decimal
    high: Decimal
    expected_before: Decimal | None
    """The same customers and revenue with the probabilities of the earlier day; None: not all had one."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """One customer's part. `probability` is 0 to 1, `at_stake` revenue times probability, in whole units."""

    customer: Customer
    probability: float
    at_stake: Decimal
    leaves_on: date | None
    """They have said that they leave: no model is asked."""


@dataclass(frozen=True, slots=True)
class RevenueAtRisk:
    """Within `days` from today."""

    model: ModelUse
    days: int
    currencies: tuple[AtRisk, ...]
    """The largest first; empty without a model."""
    largest: tuple[Exposed, ...]
    """Customers with the most at stake: of every currency the largest, no amount compared across currencies."""
    certain: Tally
    """Leaving within the time by their own word: in the figures, where there are any, with certainty."""
    without_score: Tally
    """In no figure: too little is known of them to say how likely they are to leave."""
    without_revenue: int
    """In no figure: it is not known what they pay, or in which currency."""
    by_band: Mapping[BandChoice, Tally]
    """All customers by the band of their health."""


def revenue_at_risk(book: Book, *, model: ModelUse, viewer: Viewer, uow: UnitOfWork) -> RevenueAtRisk:
    """`model` is the one that made the probabilities of the book's kind."""
    version = model.version if model.is_in_use else None
    stakes = [] if version is None else book.sums.stakes(book.kind, until=book.until, version=version)
    told = [one for one in book.standings if one.leaves or (model.is_in_use and one.is_scored)]
    return RevenueAtRisk(
        model=model,
        days=CHURN_DAYS[book.kind],
        currencies=tuple(sorted(map(_of_currency, stakes), key=lambda item: (-item.customers, item.currency))),
        largest=_largest(book, stakes, viewer=viewer, uow=uow),
        certain=tally(one.heap for one in book.standings if one.leaves_in_time),
        without_score=tally(one.heap for one in book.standings if one.heap.currency is not None and one not in told),
        without_revenue=sum(one.heap.customers for one in book.standings if one.heap.currency is None),
        by_band=_by_band(book.standings),
    )


def _of_currency(stakes: Stakes) -> AtRisk:
    found = loss_of(stakes.pairs)
    return AtRisk(
        currency=stakes.currency,
        customers=stakes.customers,
        revenue=stakes.revenue,
        expected=_whole(found.expected),
        low=_whole(found.low, rounding=ROUND_FLOOR),
        high=_whole(found.high, rounding=ROUND_CEILING),
        # Only where every customer had a probability by the same model: else a change would be one of the measure.
        expected_before=None if stakes.before is None else _whole(stakes.before),
    )


def _largest(book: Book, stakes: Sequence[Stakes], *, viewer: Viewer, uow: UnitOfWork) -> tuple[Exposed, ...]:
    """Each currency gets as many places as its share of the customers, at least one."""
    customers = sum(one.customers for one in stakes)
    places = {one.currency: max(1, round(_MOST_SHOWN * one.customers / customers)) for one in stakes}
    if not places:
        return ()
    # Those with as much at stake as the last who has a place, in whole units: the names decide between them.
    least = {one.currency: _least(one.pairs, places[one.currency]) for one in stakes}
    ids = book.sums.with_stake(book.kind, until=book.until, least=least)
    read = PortfolioRepository(uow).customers(
        ids, viewer=viewer, today=book.day, kinds=(ScoreKind.HEALTH, book.kind)
    )  # fmt: skip
    exposed = [_exposed(one, kind=book.kind, until=book.until) for one in read]
    found: list[Exposed] = []
    for one in sorted(stakes, key=lambda item: (-item.customers, item.currency)):
        own = [item for item in exposed if item.customer.currency == one.currency]
        found += sorted(own, key=lambda item: (-item.at_stake, item.customer.name))[: places[one.currency]]
    return tuple(one for one in found if one.at_stake > 0)


def _least(pairs: bytes, places: int) -> float:
    """What nobody who has a place has less than."""
    amounts = np.prod(unpacked(pairs), axis=1)
    last = np.partition(amounts, -places)[-places] if len(amounts) > places else 0.0
    return max(float(_whole(float(last))), 1.0) - _ROUNDING


def _exposed(one: Customer, *, kind: ScoreKind, until: date) -> Exposed:
    leaves = one.churned_on if one.churned_on is not None and one.churned_on <= until else None
    told = (one.value(kind) or 0.0) if one.churned_on is None else 0.0
    probability = 1.0 if leaves is not None else told
    return Exposed(one, probability, _whole(float(one.arr or 0) * probability), leaves)


def _by_band(standings: Sequence[Standing]) -> dict[BandChoice, Tally]:
    groups: dict[BandChoice, list[Heap]] = {choice: [] for choice in BandChoice}
    for one in standings:
        groups[band_choice(one.band)].append(one.heap)
    return {choice: tally(heaps) for choice, heaps in groups.items()}


def _whole(amount: float, *, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """To whole units. Up and down only past what rounding of the computer's own makes."""
    cents = Decimal(amount).quantize(Decimal("0.01"))
    return cents.quantize(Decimal(1), rounding=rounding)
