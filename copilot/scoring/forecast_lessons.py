"""What the forecast learns from deals of the past: how fast they are won, how far off it was, what stages tell.

Invariants: learnt from closed deals only, and refused where there are too few; the same history gives the same lessons,
and no single deal can be told from them.

The forecast is first told for periods of the past, from what was known before each. How far those came out above or
below it corrects it; how much they differed beyond chance (by moments, as in DerSimonian and Laird 1986) widens its
interval.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np

from copilot.domain.deals import DealsHistory, StageSince
from copilot.scoring.deal_rates import Drawn, Rates, Watched, learnt_rates, watched, won_within
from copilot.scoring.tables import Floats
from copilot.scoring.training import Labels

LEAST_CLOSED = 50
LEAST_OF_AN_OUTCOME = 10
"""With fewer closed deals the 95 % interval of the share that is won is wider than 28 points (Wilson 1927)."""
LEAST_PERIODS = 3
"""One to learn from, and two to see how far off that is."""
_MOST_STEPS = 12
_PRIOR_PERIODS = 4.0
_PRIOR_EXCESS = 0.3
"""That a period is off by three tenths, as in the published history of the suite, weighs as much as four periods."""
_LEAST_EXPECTED = 10.0
"""Deals won: with fewer, chance drowns the rest."""
LEAST_OF_STAGE = 20
"""Deals known to have been in a stage, for a factor of its own."""
_PRIOR_OF_STAGE = 20.0


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
class Off:
    """How whole periods came out against the forecast of them: on average, and beyond chance (a variance)."""

    mean: float
    excess: float
    periods: float
    """On which that rests, with those that the prior is worth."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """For a forecast from the end of `day` to the end of `until`; `rates` and `off` are None where it is refused."""

    day: date
    until: date
    refusal: NoForecast | None
    learnt: Learnt
    rates: Rates | None = None
    off: Off | None = None
    stages: Mapping[str, float] = field(default_factory=dict)
    """Factors on the probability of deals that are in these stages."""


def lessons_of(history: DealsHistory, *, until: date) -> Lessons:
    """What deals of the past teach about the days up to `until`."""
    seen = watched(history)
    refusal = _refused(seen, history.day, until)
    if refusal is not None:
        return Lessons(history.day, until, refusal, _learnt(seen, {}))
    days = (until - history.day).days
    stages = _stage_factors(history, seen, days=days)
    return Lessons(
        day=history.day,
        until=until,
        refusal=None,
        learnt=_learnt(seen, stages),
        rates=learnt_rates(seen),
        off=_off(seen, days=days),
        stages=stages,
    )


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


def _steps(seen: Watched, *, days: int) -> list[int]:
    """Days of the past, evenly spread, from which it is known what came of so many days ahead."""
    last = seen.until - 1 - days
    first = seen.since + days
    if last < first:
        return []
    return sorted({int(day) for day in np.linspace(first, last, _MOST_STEPS)})


def _off(seen: Watched, *, days: int) -> Off:
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
    return Off(mean, variance * (1 + 1 / whole) / mean**2, whole)


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
