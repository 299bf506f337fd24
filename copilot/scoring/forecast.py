"""What the open deals will bring in until a day, with an interval, against what their owners say.

Invariants: learnt from closed deals only, and refused where there are too few; currencies are never added up; a deal
that is left out is counted with its reason. The same deals, history and seed give the same forecast.

Each deal is won with a probability from how deals of its age and kind fared (see `deal_rates`), times how deals of its
stage did against that. The same forecast is first told for periods of the past, from what was known before each. How
far those came out above or below it corrects this one; how much they differed beyond chance (by moments, as in
DerSimonian and Laird 1986) widens its interval, which is simulated.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import numpy as np

from copilot.domain.deals import Deal, DealsHistory, StageSince
from copilot.scoring.deal_rates import Drawn, Watched, begin_and_kind, learnt_rates, watched, won_within
from copilot.scoring.tables import Floats
from copilot.scoring.training import Labels

LEAST_CLOSED = 50
LEAST_OF_AN_OUTCOME = 10
"""With fewer closed deals the 95 % interval of the share that is won is wider than 28 points (Wilson 1927)."""
LEAST_PERIODS = 3
"""One to learn from, and two to see how far off that is."""
LOW, HIGH = 0.1, 0.9
"""Ends of the interval: 80 % lies between."""
_SETS = 200
_TIMES = 10
"""Sets of rates, and simulations of each."""
_MOST_STEPS = 12
_PRIOR_PERIODS = 4.0
_PRIOR_EXCESS = 0.3
"""That a period is off by three tenths, as in the published history of the suite, weighs as much as four periods."""
_LEAST_EXPECTED = 10.0
"""Deals won: with fewer, chance drowns the rest."""
LEAST_OF_STAGE = 20
"""Deals known to have been in a stage, for a factor of its own."""
_PRIOR_OF_STAGE = 20.0
_MOST_LIKELY = 0.99
_CENT = Decimal("0.01")


class LeftOut(StrEnum):
    """Why an open deal is not in the forecast."""

    NO_AMOUNT = "no_amount"
    NO_CURRENCY = "no_currency"
    NO_START = "no_start"
    """No day on which it began, or one that is still to come."""


class NoForecast(StrEnum):
    """Why there is none."""

    FEW_CLOSED = "few_closed"
    FEW_OF_AN_OUTCOME = "few_of_an_outcome"
    SHORT_HISTORY = "short_history"
    """Deals were watched for less than `LEAST_PERIODS` times as long as the forecast looks ahead."""
    NOT_AHEAD = "not_ahead"
    """The day has passed."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the forecast rests on."""

    closed: int
    won: int
    since: date
    """Day from which on deals are seen to close."""
    by_stage: int
    """Stages with an own factor: those through which enough deals are known to have gone."""


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
    reasons = {deal.id: _left_out(deal, history.day) for deal in deals if deal.is_open}
    counted = [deal for deal in deals if deal.is_open and reasons[deal.id] is None]
    seen = watched(history)
    refusal = _refused(seen, history.day, until)
    stages = {} if refusal else _stage_factors(history, seen, days=(until - history.day).days)
    sums = {} if refusal else _simulated(counted, seen, stages, day=history.day, until=until, seed=seed)
    outlooks = [_outlook(name, counted, sums.get(name), until=until) for name in _currencies(counted)]
    return Forecast(
        day=history.day,
        until=until,
        refusal=refusal,
        outlooks=tuple(sorted(outlooks, key=lambda item: item.open_amount, reverse=True)),
        left_out=Counter(reason for reason in reasons.values() if reason is not None),
        learnt=_learnt(seen, stages),
    )


def _left_out(deal: Deal, day: date) -> LeftOut | None:
    if deal.amount is None:
        return LeftOut.NO_AMOUNT
    if deal.currency is None:
        return LeftOut.NO_CURRENCY
    return LeftOut.NO_START if deal.created_on is None or deal.created_on > day else None


def _refused(seen: Watched, day: date, until: date) -> NoForecast | None:
    if until <= day:
        return NoForecast.NOT_AHEAD
    if seen.won + seen.lost < LEAST_CLOSED:
        return NoForecast.FEW_CLOSED
    if min(seen.won, seen.lost) < LEAST_OF_AN_OUTCOME:
        return NoForecast.FEW_OF_AN_OUTCOME
    return NoForecast.SHORT_HISTORY if seen.until - seen.since < LEAST_PERIODS * (until - day).days else None


def _learnt(seen: Watched, stages: Mapping[str, float]) -> Learnt:
    since = date.fromordinal(seen.since)
    return Learnt(closed=seen.won + seen.lost, won=seen.won, since=since, by_stage=len(stages))


def _simulated(
    deals: Sequence[Deal], seen: Watched, stages: Mapping[str, float], *, day: date, until: date, seed: int
) -> dict[str, Floats]:
    """What is won in each currency, shape (simulations,)."""
    generator = np.random.default_rng(seed)
    days = (until - day).days
    off = _off(seen, days=days)
    rates = learnt_rates(seen).drawn(generator, draws=_SETS)
    factors = np.array([stages.get(deal.stage or "", 1.0) for deal in deals])
    chance = np.minimum(won_within(rates, *begin_and_kind(deals), after=day, days=days) * factors, _MOST_LIKELY)
    currencies = _currencies(deals)
    amounts = np.array(
        [[float(deal.amount or 0) if deal.currency == name else 0.0 for name in currencies] for deal in deals]
    ).reshape(len(deals), len(currencies))
    sums = []
    for told in chance:
        # Few periods do not tell how far periods are off, either (Gelman et al. 2013, ch. 3.2).
        excess = min(off.excess * off.periods / generator.chisquare(off.periods), 1.0)
        shocks = off.mean * generator.gamma(1 / excess, excess, size=(_TIMES, 1))
        # On the scale of rates: whatever the shock, it stays a probability.
        moved = -np.expm1(shocks * np.log1p(-told))
        sums.append((generator.random(moved.shape) < moved).astype(np.float64) @ amounts)
    return dict(zip(currencies, np.concatenate(sums).T, strict=True))


def _currencies(deals: Sequence[Deal]) -> list[str]:
    return sorted({deal.currency for deal in deals if deal.currency is not None})


def _steps(seen: Watched, *, days: int) -> list[int]:
    """Days of the past, evenly spread, from which it is known what came of so many days ahead."""
    last = seen.until - 1 - days
    first = seen.since + days
    if last < first:
        return []
    return sorted({int(day) for day in np.linspace(first, last, _MOST_STEPS)})


@dataclass(frozen=True, slots=True)
class _Off:
    """How whole periods came out against the forecast of them: on average, and beyond chance (a variance)."""

    mean: float
    excess: float
    periods: float
    """On which that rests, with those that the prior is worth."""


def _off(seen: Watched, *, days: int) -> _Off:
    """Of periods of the past, each foretold from what was known before it."""
    ratios, by_chance = [], []
    steps = _steps(seen, days=days)
    for step in steps:
        then = seen.as_known_on(step)
        if min(then.won, then.lost) < LEAST_OF_AN_OUTCOME or then.won + then.lost < LEAST_CLOSED:
            continue
        came, told = _came_and_told(seen, then, learnt_rates(then).means(), days=days)
        expected = float(told.sum())
        if expected >= _LEAST_EXPECTED:
            ratios.append(float(came.sum()) / expected)
            by_chance.append(float((told * (1 - told)).sum()) / expected**2)
    # Periods that overlap say the same twice.
    worth = min(float(len(ratios)), (steps[-1] - steps[0]) / days + 1) if ratios else 0.0
    whole = worth + _PRIOR_PERIODS
    mean = (worth * float(np.mean(ratios or [1.0])) + _PRIOR_PERIODS) / whole
    excess = max(float(np.mean((np.array(ratios) - mean) ** 2 - by_chance)), 0.0) if ratios else 0.0
    variance = (worth * excess + _PRIOR_PERIODS * _PRIOR_EXCESS**2) / whole
    # The mean is known from so many periods only.
    return _Off(mean, variance * (1 + 1 / whole) / mean**2, whole)


def _came_and_told(seen: Watched, then: Watched, rates: Drawn, *, days: int) -> tuple[Labels, Floats]:
    """Of the deals open then: whether they were won in so many days, and with what probability."""
    step = then.until - 1
    was_open = then.outcome < 0
    there = np.flatnonzero(seen.begin <= step)[was_open]
    came = (seen.outcome[there] == 0) & (seen.end[there] <= step + days)
    told = won_within(rates, then.begin[was_open], then.kind[was_open], after=date.fromordinal(step), days=days)
    return came, told[0]


def _stage_factors(history: DealsHistory, seen: Watched, *, days: int) -> dict[str, float]:
    """How often deals of a stage were won against what their age and kind let expect; a deal counts once per stage."""
    kept = _stages_by_deal(history.stages)
    if not kept:
        return {}
    rates = learnt_rates(seen).means()
    counted: set[tuple[str, str]] = set()
    won, expected = Counter[str](), dict[str, float]()
    for step in _steps(seen, days=days):
        then = seen.as_known_on(step)
        came, told = _came_and_told(seen, then, rates, days=days)
        for deal_id, was_won, chance in zip(then.ids[then.outcome < 0], came, told, strict=True):
            stage = _stage_on(kept.get(deal_id, ()), step)
            if stage is not None and (deal_id, stage) not in counted:
                counted.add((deal_id, stage))
                won[stage] += int(was_won)
                expected[stage] = expected.get(stage, 0.0) + float(chance)
    enough = Counter(stage for _, stage in counted)
    return {
        stage: (won[stage] + _PRIOR_OF_STAGE) / (told + _PRIOR_OF_STAGE)
        for stage, told in expected.items()
        if enough[stage] >= LEAST_OF_STAGE
    }


def _stages_by_deal(stages: Sequence[StageSince]) -> dict[str, list[StageSince]]:
    kept: dict[str, list[StageSince]] = {}
    for item in sorted(stages, key=lambda item: item.since):
        kept.setdefault(item.deal_id, []).append(item)
    return kept


def _stage_on(stages: Sequence[StageSince], day: int) -> str | None:
    return next((item.stage for item in reversed(stages) if item.since.toordinal() <= day), None)


def _outlook(currency: str, deals: Sequence[Deal], sums: Floats | None, *, until: date) -> Outlook:
    own = [deal for deal in deals if deal.currency == currency]
    due = [deal for deal in own if _is_due(deal, until)]
    stated = sum(((deal.amount or Decimal(0)) * (deal.probability or 0) / 100 for deal in due), Decimal(0))
    told: tuple[Decimal | None, ...] = (None, None, None)
    if sums is not None:
        told = tuple(_money(value) for value in (sums.mean(), *np.quantile(sums, [LOW, HIGH])))
    expected, low, high = told
    return Outlook(
        currency=currency,
        expected=expected,
        low=low,
        high=high,
        stated=stated.quantize(_CENT),
        stated_deals=len(due),
        open_amount=sum((deal.amount or Decimal(0) for deal in own), Decimal(0)),
        deals=len(own),
    )


def _is_due(deal: Deal, until: date) -> bool:
    """Whether its owner expects it by the day and says how likely."""
    return deal.probability is not None and deal.closes_on is not None and deal.closes_on <= until


def _money(value: float) -> Decimal:
    return Decimal(round(value))
