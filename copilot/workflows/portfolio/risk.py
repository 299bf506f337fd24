"""Revenue at risk: what the customers who leave within some days take with them.

Invariants: per currency, never added across currencies. Only customers with a known revenue and a probability of a
model in use are in it, and the others are counted beside it. Without a model there is no such figure: the revenue is
then shown by the band of health, which is no probability and is not called one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from copilot.domain.portfolio import BandChoice, Customer, Tally, tally
from copilot.domain.scores import CHURN_DAYS, ScoreKind
from copilot.workflows.portfolio.book import Book, ModelUse, band_choice
from copilot.workflows.portfolio.losses import loss

_MOST_SHOWN = 10


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


def revenue_at_risk(book: Book, *, kind: ScoreKind, model: ModelUse) -> RevenueAtRisk:
    """`kind` is one of the churn probabilities, `model` the one that made them."""
    days = CHURN_DAYS[kind]
    until = book.day + timedelta(days=days)
    with_revenue = [one for one in book.customers if one.has_revenue]
    told = {one.account_id: _probability(one, kind, until=until, model=model) for one in with_revenue}
    counted = [one for one in with_revenue if told[one.account_id] is not None] if model.is_in_use else []
    exposed = [_exposed(one, told[one.account_id] or 0.0, until=until) for one in counted]
    by_currency: dict[str, list[Exposed]] = {}
    for one in exposed:
        by_currency.setdefault(str(one.customer.currency), []).append(one)
    figures = [_of_currency(name, ones, kind=kind, model=model) for name, ones in by_currency.items()]
    return RevenueAtRisk(
        model=model,
        days=days,
        currencies=tuple(sorted(figures, key=lambda item: (-item.customers, item.currency))),
        largest=_largest(list(by_currency.values())),
        certain=tally(one for one in book.customers if one.churned_on is not None and one.churned_on <= until),
        without_score=tally(one for one in with_revenue if told[one.account_id] is None),
        without_revenue=len(book.customers) - len(with_revenue),
        by_band=_by_band(book.customers),
    )


def _probability(one: Customer, kind: ScoreKind, *, until: date, model: ModelUse) -> float | None:
    if one.churned_on is not None:
        return 1.0 if one.churned_on <= until else 0.0
    return one.value(kind) if model.is_in_use else None


def _exposed(one: Customer, probability: float, *, until: date) -> Exposed:
    leaves = one.churned_on if one.churned_on is not None and one.churned_on <= until else None
    return Exposed(one, probability, _whole(float(one.arr or 0) * probability), leaves)


def _of_currency(currency: str, ones: Sequence[Exposed], *, kind: ScoreKind, model: ModelUse) -> AtRisk:
    amounts = [float(one.customer.arr or 0) for one in ones]
    found = loss(amounts, [one.probability for one in ones])
    return AtRisk(
        currency=currency,
        customers=len(ones),
        revenue=sum((one.customer.arr or Decimal(0) for one in ones), Decimal(0)),
        expected=_whole(found.expected),
        low=_whole(found.low, rounding=ROUND_FLOOR),
        high=_whole(found.high, rounding=ROUND_CEILING),
        expected_before=_before(ones, kind=kind, model=model),
    )


def _before(ones: Sequence[Exposed], *, kind: ScoreKind, model: ModelUse) -> Decimal | None:
    """Only where every customer had a probability by the same model: else a change would be one of the measure."""
    total = 0.0
    for one in ones:
        reading = one.customer.before.get(kind)
        if one.leaves_on is not None:
            total += float(one.customer.arr or 0)
        elif reading is None or reading.value is None or reading.version != model.version:
            return None
        else:
            total += float(one.customer.arr or 0) * reading.value
    return _whole(total)


def _largest(of_currencies: Sequence[Sequence[Exposed]]) -> tuple[Exposed, ...]:
    """Each currency gets as many places as its share of the customers, at least one."""
    customers = sum(len(ones) for ones in of_currencies)
    found: list[Exposed] = []
    for ones in sorted(of_currencies, key=len, reverse=True):
        places = max(1, round(_MOST_SHOWN * len(ones) / customers))
        found += sorted(ones, key=lambda one: (-one.at_stake, one.customer.name))[:places]
    return tuple(one for one in found if one.at_stake > 0)


def _by_band(customers: Sequence[Customer]) -> dict[BandChoice, Tally]:
    groups: dict[BandChoice, list[Customer]] = {choice: [] for choice in BandChoice}
    for one in customers:
        groups[band_choice(one.band(ScoreKind.HEALTH))].append(one)
    return {choice: tally(ones) for choice, ones in groups.items()}


def _whole(amount: float, *, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """To whole units. Up and down only past what rounding of the computer's own makes."""
    cents = Decimal(amount).quantize(Decimal("0.01"))
    return cents.quantize(Decimal(1), rounding=rounding)
