"""How good the scores of an invented portfolio were, held against its truth and against what costs nothing.

Invariant: the budget is spent anew on every day of scoring, on the customers that the product took for customers on
that day; whether somebody was found is decided on one single day: the last scoring at least 30 days before they left.
So a budget of a fifth spent at random finds a fifth. Nobody is found by chance of many days.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from copilot.domain.signals import Signal
from evals.scoring.invented_accounts import CAUSES, SHIFTED_SEGMENT, TRAINED, WEEK, WEEKS, Cause, Portfolio, day
from evals.scoring.invented_lives import NOTHING
from evals.scoring.portfolio_life import LEAST_DAYS, SHOWN, Explained, Lived, Scoring

_Key = TypeVar("_Key")
BUDGET = 0.2
_FALL = 0.2
_WEEKS_AHEAD = 13
_SUMMER = (8, 9)
_SAME = 1.25
"""A mean probability that a season moves by less than this factor has not been moved by it."""
_FEW_MISSED = 0.01

SIGNS: Mapping[Cause, frozenset[Signal]] = {
    Cause.USE: frozenset({
        Signal.USAGE_CHANGE, Signal.USAGE_CHANGE_YEAR, Signal.USAGE_BREADTH, Signal.DAYS_SINCE_USE,
        Signal.SEAT_UTILISATION,
    }),
    Cause.CHAMPION: frozenset({Signal.CHAMPIONS_LEFT, Signal.STAKEHOLDERS_LEFT}),
    Cause.SUPPORT: frozenset({
        Signal.TICKETS_OPEN, Signal.TICKETS_OPEN_URGENT, Signal.TICKETS_OPENED, Signal.TICKETS_OPENED_CHANGE,
        Signal.OLDEST_TICKET_DAYS, Signal.CSAT, Signal.COMPLAINTS,
    }),
    Cause.SILENCE: frozenset({
        Signal.DAYS_SINCE_INBOUND, Signal.INBOUND, Signal.INBOUND_CHANGE, Signal.PEOPLE_HEARD, Signal.REPLY_DAYS,
    }),
    Cause.UNPAID: frozenset({Signal.INVOICES_OVERDUE, Signal.DAYS_OVERDUE, Signal.INVOICES_PAID_LATE}),
    Cause.COMPETITOR: frozenset({Signal.COMPETITOR_MENTIONS}),
}  # fmt: skip
"""Signals that show a trouble: one of them names the cause."""
NOISE = frozenset({
    Signal.NPS, Signal.NPS_CHANGE, Signal.CES, Signal.PRAISE, Signal.EXPANSION_OPEN, Signal.EXPANSION_MENTIONS,
    Signal.TENURE_DAYS,
})  # fmt: skip
"""Signals that have nothing to do with leaving."""


class Trap(StrEnum):
    """What a careless score falls for."""

    COLUMN_CLEARED = "column_cleared_after_leaving"
    """The industry of those that left is gone: a model that reads it knows who will leave."""
    LATER_RECORDS = "records_written_after_leaving"
    """Signals of a past day that later records change."""
    LABEL_DELAY = "leaving_recorded_late"
    SEASON = "august"
    """Everybody uses less, and nobody leaves of it."""
    SEGMENT_SHIFT = "segment_got_worse"
    """The report says that one segment leaves more often than predicted."""


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who left, on the last day of scoring that was early enough."""

    language: str
    cause: Cause
    days: int
    """From that day until they left."""
    has_begun: bool
    """Whether the trouble that they left of had begun by then."""
    found: bool
    found_by_rule: bool
    """Among those whose use fell by a fifth or more, within the same budget."""
    found_by_truth: bool | None
    """By the budget spent on those whose trouble is worst: the most that could be found. None: nobody knows."""
    is_explained: bool | None
    """Whether a sign of the cause is among the first signals that raised the score; None: it was not scored."""
    alerted_for: int
    """Days of unbroken alert until they left; 0 where the last alert was over."""
    explained: Explained | None = None
    """What a person was told of the score on that day."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the days and customers alerted: how many, and how many of them left within 90 days."""

    alerted: int
    came_true: int
    usual: float
    """Share of all scored that left within 90 days."""


def leavers(lived: Lived) -> Iterator[Leaver]:
    """Everybody who left late enough to be found and was scored early enough."""
    portfolio, budgets = lived.portfolio, {scoring.week: _Spent(scoring, lived) for scoring in lived.scorings}
    for place in map(int, np.flatnonzero(portfolio.left_on >= TRAINED * WEEK + LEAST_DAYS)):
        left, cause = int(portfolio.left_on[place]), portfolio.causes[place]
        weeks = [week for week in budgets if week * WEEK <= left - LEAST_DAYS]
        if not weeks or cause is None or portfolio.profiles[place].joined > weeks[-1]:
            continue
        week, spent = weeks[-1], budgets[weeks[-1]]
        told = spent.scoring.explained.get(place)
        yield Leaver(
            language=portfolio.profiles[place].language,
            cause=cause,
            days=left - week * WEEK,
            has_begun=cause in CAUSES and bool(portfolio.ages[CAUSES.index(cause), place, week] > 0),
            found=place in spent.by_product,
            found_by_rule=place in spent.by_rule,
            found_by_truth=place in spent.by_truth,
            is_explained=None if told is None or cause is Cause.NONE else explains(told, cause),
            alerted_for=_unbroken(place, [budgets[one] for one in budgets if one * WEEK <= left], left),
            explained=told,
        )


def explains(told: Explained, cause: Cause) -> bool:
    """Whether a sign of the cause is among the signals that are told first."""
    return any(name in {sign.value for sign in SIGNS[cause]} for name in told.names)


class _Spent:
    """The budget of one day, spent in three ways."""

    def __init__(self, scoring: Scoring, lived: Lived) -> None:
        self.scoring = scoring
        places = sorted(scoring.customers)
        count = round(BUDGET * len(places))
        self.by_product = top({at: score.value or 0.0 for at, score in sorted(scoring.scores.items())}, count)
        fallen = -use_change(lived.filling.usage["active_users"], scoring.week)
        self.by_rule = top({at: float(fallen[at]) for at in places if fallen[at] >= _FALL}, count)
        known = lived.portfolio.ahead(scoring.week, weeks=_WEEKS_AHEAD)
        self.by_truth = top({at: float(known[at]) for at in places}, count)


def top(told: Mapping[_Key, float], count: int) -> frozenset[_Key]:
    """The highest so many; of equals the first."""
    return frozenset(sorted(told, key=lambda one: -told[one])[:count])


def use_change(active: NDArray[np.int64], week: int) -> NDArray[np.float64]:
    """The latest four weeks that are over against the four a quarter earlier; 0 where one of them is not there."""
    recent, before = active[:, week - 4 : week], active[:, week - 17 : week - 13]
    known = (recent != NOTHING).all(axis=1) & (before != NOTHING).all(axis=1) & (before.sum(axis=1) > 0)
    sums = np.where(known, before.sum(axis=1), 1)
    return np.where(known, (recent.sum(axis=1) - sums) / sums, 0.0)


def _unbroken(place: int, spent: Sequence[_Spent], left: int) -> int:
    days = 0
    for one in reversed(spent):
        if place not in one.by_product:
            break
        days = left - one.scoring.week * WEEK
    return days


def precision(lived: Lived) -> Precision:
    """Of the days on which it can be known."""
    alerted = came_true = scored = left_soon = 0
    for scoring in lived.scorings:
        start = scoring.week * WEEK
        if start + _WEEKS_AHEAD * WEEK > WEEKS * WEEK:
            continue
        left = lived.portfolio.left_on
        soon = (left > start) & (left <= start + 90)
        chosen = _Spent(scoring, lived).by_product
        alerted += len(chosen)
        came_true += int(soon[list(chosen)].sum())
        scored += len(scoring.scores)
        left_soon += int(soon[list(scoring.scores)].sum())
    return Precision(alerted, came_true, left_soon / max(1, scored))


def caught(lived: Lived) -> Mapping[Trap, bool]:
    """Which traps the product saw or withstood."""
    model = lived.models[SHOWN]
    report = model.report
    labelled = lived.labelled
    last = report["counts"]["last_day"]
    latest = day(TRAINED * WEEK).toordinal() - report["horizon_days"] - report["delay"]["days"]
    waits = last is not None and np.datetime64(last) <= np.datetime64(day(0)) + (latest - day(0).toordinal())
    return {
        Trap.COLUMN_CLEARED: model.refusal is not None or "industry" not in report["used"],
        Trap.LATER_RECORDS: lived.moved == 0,
        Trap.LABEL_DELAY: bool(waits) and labelled.missed <= _FEW_MISSED * labelled.true,
        Trap.SEASON: 1 / _SAME <= summer_factor(lived) <= _SAME,
        Trap.SEGMENT_SHIFT: _says_that_it_got_worse(report),
    }


def _says_that_it_got_worse(report: Mapping[str, Any]) -> bool:
    """Of the segment: in the months that were judged, or in the newest ones."""
    judged = [group for group in report["segments"] if group["name"] == SHIFTED_SEGMENT]
    lately = [group for group in (report["lately"] or {}).get("groups", ()) if group["name"] == SHIFTED_SEGMENT]
    return any(group["deviates"] and group["observed"] > group["predicted"] for group in judged) or any(
        group["deviates"] and group["happened"] > group["expected"] for group in lately
    )


def summer_factor(lived: Lived) -> float:
    """Mean probability in August and September against other months, in multiples of what is true of it.

    NaN without scores.
    """
    told: dict[bool, list[float]] = {True: [], False: []}
    true: dict[bool, list[float]] = {True: [], False: []}
    for scoring in lived.scorings:
        is_summer = day(scoring.week * WEEK).month in _SUMMER
        if not scoring.scores:
            return math.nan
        told[is_summer].append(float(np.mean([score.value for score in scoring.scores.values()])))
        true[is_summer].append(
            float(lived.portfolio.ahead(scoring.week, weeks=_WEEKS_AHEAD)[list(scoring.scores)].mean())
        )
    factors = [float(np.mean(means[True]) / np.mean(means[False])) for means in (told, true)]
    return factors[0] / factors[1]


def noise_share(found: Sequence[Leaver]) -> tuple[int, int]:
    """Of the signals told of those that were found: how many mean nothing, and how many there are."""
    named = [name for leaver in found if leaver.found and leaver.explained for name in leaver.explained.names]
    return sum(name in {sign.value for sign in NOISE} for name in named), len(named)


def cited_share(found: Sequence[Leaver]) -> tuple[int, int]:
    """Of the signals told: for how many there is evidence, and how many there are."""
    told = [leaver.explained for leaver in found if leaver.explained]
    return sum(one.cited for one in told), sum(len(one.names) for one in told)


def calibration(lived: Lived, portfolio: Portfolio) -> tuple[float, float]:
    """Mean probability of the scored, and the share of them that left within 90 days; zeros without scores."""
    told: list[float] = []
    seen: list[bool] = []
    for scoring in lived.scorings:
        start = scoring.week * WEEK
        if start + _WEEKS_AHEAD * WEEK > WEEKS * WEEK:
            continue
        soon = (portfolio.left_on > start) & (portfolio.left_on <= start + 90)
        told += [score.value or 0.0 for score in scoring.scores.values()]
        seen += [bool(soon[place]) for place in scoring.scores]
    return (float(np.mean(told)), float(np.mean(seen))) if told else (0.0, 0.0)
