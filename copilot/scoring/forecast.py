"""What the open deals will bring in until a day, with an interval, against what their owners say.

Invariants: learnt from closed deals only, and refused where there are too few; currencies are never added up; a deal
that is left out is counted with its reason. The same deals, history and seed give the same forecast.

Each deal is won with a probability from how deals of its age and kind fared (see `deal_rates`), times how deals of its
stage did against that. How far the same forecast was off in the past corrects it and widens its interval (see
`forecast_lessons`), which is simulated.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from copilot.domain.deals import Deal, DealsHistory, DealSums, LeftOut
from copilot.scoring.deal_rates import Drawn, begin_and_kind, won_within
from copilot.scoring.forecast_lessons import Learnt, Lessons, NoForecast, lessons_of
from copilot.scoring.tables import Floats

LOW, HIGH = 0.1, 0.9
"""Ends of the interval: 80 % lies between."""
_SETS = 200
_TIMES = 10
"""Sets of rates, and simulations of each."""
_MANY = 5_000
_SINGLE = 1_000
"""Of more deals than that only so many, the largest, are drawn one by one."""
_MOST_LIKELY = 0.99
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Won:
    """What is won in a currency: the mean, and the ends of the interval."""

    expected: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Outlook:
    """One currency. `expected`, `low` and `high` (80 % interval) are None where there is no forecast."""

    currency: str
    expected: Decimal | None
    low: Decimal | None
    high: Decimal | None
    stated: Decimal
    """The owners' own: amount times stated probability, of deals that they expect by the day."""
    stated_deals: int
    open_amount: Decimal
    deals: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of the deals that are open at the end of `day`; deals that are still to begin are not in it."""

    day: date
    until: date
    refusal: NoForecast | None
    outlooks: tuple[Outlook, ...]
    """By currency, the most open amount first."""
    left_out: Mapping[LeftOut, int]
    learnt: Learnt


def forecast(deals: Sequence[Deal], history: DealsHistory, *, until: date, seed: int = 7) -> Forecast:
    """Of those `deals` that are open, from the end of the history's day to the end of `until`."""
    return foretold(deals, lessons_of(history, until=until), seed=seed)


def foretold(deals: Sequence[Deal], lessons: Lessons, *, seed: int = 7) -> Forecast:
    """The same with lessons that were learnt before."""
    opened = [deal for deal in deals if deal.is_open]
    reasons = Counter(reason for deal in opened if (reason := _left_out(deal, lessons.day)) is not None)
    counted = _counted(opened, lessons)
    sums = [_sums(name, counted, until=lessons.until) for name in _currencies(counted)]
    return told(sums, reasons, won_by_currency(opened, lessons, seed=seed), lessons)


def told(
    sums: Sequence[DealSums], left_out: Mapping[LeftOut, int], won: Mapping[str, Won], lessons: Lessons
) -> Forecast:
    """The forecast of open deals that were added up; `sums` in the order of the currencies' codes."""
    outlooks = [_outlook(one, won.get(one.currency)) for one in sums]
    return Forecast(
        day=lessons.day,
        until=lessons.until,
        refusal=lessons.refusal,
        outlooks=tuple(sorted(outlooks, key=lambda item: item.open_amount, reverse=True)),
        left_out=left_out,
        learnt=lessons.learnt,
    )


def won_by_currency(deals: Sequence[Deal], lessons: Lessons, *, seed: int = 7) -> dict[str, Won]:
    """What the open ones of `deals` bring in; nothing where there are no rates to go by."""
    found = {}
    for currency, sums in _simulated(_counted(deals, lessons), lessons, seed=seed).items():
        expected, low, high = (_money(value) for value in (sums.mean(), *np.quantile(sums, [LOW, HIGH])))
        found[currency] = Won(expected, low, high)
    return found


def _counted(deals: Sequence[Deal], lessons: Lessons) -> list[Deal]:
    return [deal for deal in deals if deal.is_open and _left_out(deal, lessons.day) is None]


def _left_out(deal: Deal, day: date) -> LeftOut | None:
    if deal.amount is None:
        return LeftOut.NO_AMOUNT
    if deal.currency is None:
        return LeftOut.NO_CURRENCY
    return LeftOut.NO_START if deal.created_on is None or deal.created_on > day else None


def _simulated(deals: Sequence[Deal], lessons: Lessons, *, seed: int) -> dict[str, Floats]:
    """What is won in each currency, shape (simulations,); nothing where there are no rates."""
    if lessons.rates is None or lessons.off is None:
        return {}
    generator, off, currencies = np.random.default_rng(seed), lessons.off, _currencies(deals)
    rates = lessons.rates.drawn(generator, draws=_SETS)
    single, alike = _apart(deals, currencies)
    chances = zip(_chance(single.deals, rates, lessons), _chance(alike.deals, rates, lessons), strict=True)
    sums = []
    for of_single, of_alike in chances:
        # Few periods do not tell how far periods are off, either (Gelman et al. 2013, ch. 3.2).
        excess = min(off.excess * off.periods / generator.chisquare(off.periods), 1.0)
        shocks = off.mean * generator.gamma(1 / excess, excess, size=(_TIMES, 1))
        moved = _moved(of_single, shocks)
        won = (generator.random(moved.shape) < moved).astype(np.float64) @ single.amounts
        if alike.deals:
            moved = _moved(of_alike, shocks)
            spread = np.sqrt((moved * (1 - moved)) @ alike.squares)
            won += moved @ alike.amounts + spread * generator.standard_normal(spread.shape)
        sums.append(won)
    return dict(zip(currencies, np.concatenate(sums).T, strict=True))


@dataclass(frozen=True, slots=True)
class _Stakes:
    """Deals, one for all that are alike, with their amounts by currency, shape (deals, currencies), and the squares."""

    deals: Sequence[Deal]
    amounts: Floats
    squares: Floats


def _apart(deals: Sequence[Deal], currencies: Sequence[str]) -> tuple[_Stakes, _Stakes]:
    """Deals that are drawn one by one, and those of which there are so many that their sum is normal (Lindeberg): none
    of them is among the largest, and they are put together where their chance is the same."""
    ordered = deals if len(deals) <= _MANY else sorted(deals, key=lambda deal: (-(deal.amount or 0), deal.id))
    single = ordered if len(deals) <= _MANY else ordered[:_SINGLE]
    groups: dict[tuple[object, ...], list[Deal]] = {}
    for deal in ordered[len(single) :]:
        groups.setdefault((deal.created_on, deal.kind, deal.stage), []).append(deal)
    return _stakes([[deal] for deal in single], currencies), _stakes(list(groups.values()), currencies)


def _stakes(groups: Sequence[Sequence[Deal]], currencies: Sequence[str]) -> _Stakes:
    places = {name: place for place, name in enumerate(currencies)}
    amounts, squares = (np.zeros((len(groups), len(currencies))) for _ in range(2))
    for row, group in enumerate(groups):
        for deal in group:
            amount, place = float(deal.amount or 0), places[deal.currency or ""]
            amounts[row, place] += amount
            squares[row, place] += amount**2
    return _Stakes([group[0] for group in groups], amounts, squares)


def _chance(deals: Sequence[Deal], rates: Drawn, lessons: Lessons) -> Floats:
    """To be won by the day, shape (sets, deals)."""
    factors = np.array([lessons.stages.get(deal.stage or "", 1.0) for deal in deals])
    days = (lessons.until - lessons.day).days
    chance = won_within(rates, *begin_and_kind(deals), after=lessons.day, days=days) * factors
    return np.asarray(np.minimum(chance, _MOST_LIKELY), dtype=np.float64)


def _moved(chance: Floats, shocks: Floats) -> Floats:
    """On the scale of rates: whatever the shock, it stays a probability."""
    return np.asarray(-np.expm1(shocks * np.log1p(-chance)), dtype=np.float64)


def _currencies(deals: Sequence[Deal]) -> list[str]:
    return sorted({deal.currency for deal in deals if deal.currency is not None})


def _sums(currency: str, deals: Sequence[Deal], *, until: date) -> DealSums:
    own = [deal for deal in deals if deal.currency == currency]
    due = [deal for deal in own if _is_due(deal, until)]
    return DealSums(
        currency=currency,
        deals=len(own),
        open_amount=sum((deal.amount or Decimal(0) for deal in own), Decimal(0)),
        stated=sum(((deal.amount or Decimal(0)) * (deal.probability or 0) / 100 for deal in due), Decimal(0)),
        stated_deals=len(due),
    )


def _outlook(sums: DealSums, won: Won | None) -> Outlook:
    return Outlook(
        currency=sums.currency,
        expected=won.expected if won else None,
        low=won.low if won else None,
        high=won.high if won else None,
        stated=sums.stated.quantize(_CENT),
        stated_deals=sums.stated_deals,
        open_amount=sums.open_amount,
        deals=sums.deals,
    )


def _is_due(deal: Deal, until: date) -> bool:
    """Whether its owner expects it by the day and says how likely."""
    return deal.probability is not None and deal.closes_on is not None and deal.closes_on <= until


def _money(value: float) -> Decimal:
    return Decimal(round(value))
