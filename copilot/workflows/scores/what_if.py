"""What a score would be if one signal of the account were as it is where things go well.

Invariant: the other value is put in the signal's place and the score is computed by what computes every score; nothing
is estimated. Only signals that somebody can do something about are changed, and only changes for the better are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.domain.scores import AccountScore, Band, ScoreKind
from copilot.domain.signals import SIGNALS, Signal, Unit, Worse
from copilot.scoring.health import Scorecard
from copilot.scoring.service import Making
from copilot.scoring.tables import Floats
from copilot.store.signals import SignalTable

_NOT_OURS_TO_CHANGE = frozenset(
    {
        Signal.DAYS_TO_RENEWAL,
        Signal.TENURE_DAYS,
        Signal.USAGE_CHANGE_YEAR,
        Signal.CHAMPIONS_LEFT,
        Signal.STAKEHOLDERS_LEFT,
        Signal.INVOICES_PAID_LATE,
    }
)
"""Time passes by itself, and what is over is over."""
_LEAST_HEALTHY = 5
"""Customers from which on the middle one stands for them."""


@dataclass(frozen=True, slots=True)
class Target:
    """A value that a signal could have."""

    signal: Signal
    value: float
    of_healthy: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """The scores with a target in place of what is, without their parts."""

    targets: tuple[Target, ...]
    scores: Mapping[ScoreKind, AccountScore]


def targets(table: SignalTable, healthy: SignalTable, scorecard: Scorecard) -> list[Target]:
    """What each known signal of the one account in `table` could be: the middle of the healthy customers, or with too
    few of them the nearest value that the scorecard counts as good."""
    found, good = [], scorecard.cuts(table.attributes["segment"][0]).good
    for signal, column in table.values.items():
        if signal in _NOT_OURS_TO_CHANGE or np.isnan(column[0]):
            continue
        target = _of_healthy(signal, healthy) or _of_scorecard(signal, float(column[0]), scorecard, good=good)
        if target is not None and _is_better(signal, target.value, float(column[0])):
            found.append(target)
    return found


def try_out(table: SignalTable, wanted: Sequence[Sequence[Target]], making: Making) -> list[Tried]:
    """The scores of the one account in `table` with each of the sets of targets."""
    if not wanted:
        return []
    rows = len(wanted)
    values: dict[Signal, Floats] = {signal: np.repeat(column, rows) for signal, column in table.values.items()}
    for row, chosen in enumerate(wanted):
        for target in chosen:
            values[target.signal][row] = target.value
    tried = SignalTable(
        day=table.day,
        account_ids=tuple(str(row) for row in range(rows)),
        values=values,
        attributes={name: words * rows for name, words in table.attributes.items()},
        arr=np.repeat(table.arr, rows),
        currency=table.currency * rows,
    )
    found: list[dict[ScoreKind, AccountScore]] = [{} for _ in wanted]
    for score in making.scores(tried, with_parts=False):
        found[int(score.account_id)][score.kind] = score
    return [Tried(tuple(chosen), scores) for chosen, scores in zip(wanted, found, strict=True)]


def _of_healthy(signal: Signal, healthy: SignalTable) -> Target | None:
    known = healthy.values[signal][~np.isnan(healthy.values[signal])]
    if known.size < _LEAST_HEALTHY:
        return None
    middle = float(np.median(known))
    return Target(signal, _rounded(signal, middle), of_healthy=True)


def _of_scorecard(signal: Signal, now: float, scorecard: Scorecard, *, good: float) -> Target | None:
    """The nearest knot of the signal's line from which on it is worth what a good health is."""
    rule = next((rule for rule in scorecard.signal if rule.signal is signal), None)
    if rule is None:
        return None
    enough = [value for value, points in rule.points if points >= good]
    nearest = min(enough, key=lambda value: abs(value - now), default=None)
    return None if nearest is None else Target(signal, _rounded(signal, nearest), of_healthy=False)


def _rounded(signal: Signal, value: float) -> float:
    return round(value, 1) if SIGNALS[signal].unit in {Unit.PERCENT, Unit.POINTS} else float(round(value))


def _is_better(signal: Signal, value: float, now: float) -> bool:
    worse = SIGNALS[signal].worse
    return value < now if worse is Worse.UP else value > now if worse is Worse.DOWN else False


def gain(before: AccountScore, after: AccountScore | None) -> float:
    """How much better a score becomes; 0 where there is none."""
    if after is None or after.value is None or before.value is None:
        return 0.0
    better = after.value - before.value
    return -better if before.kind in {ScoreKind.CHURN_30, ScoreKind.CHURN_90, ScoreKind.CHURN_180} else better


def band_of(score: AccountScore) -> Band:
    """Of a score that is there."""
    return score.band or Band.WATCH
