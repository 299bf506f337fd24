"""Learns a score from a history, judges it on rows that it did not see, and refuses where it cannot be believed.

Invariants: a model comes only with the figures of held-out rows; one that is not surely better than the base rate, that
has too little to learn from, or that is too good to be true is refused with the reason. The same history gives the same
verdict.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

import numpy as np

from copilot.scoring.leaks import suspected
from copilot.scoring.quality import Measure, Quality, area, beside_share, information, levelled, quality
from copilot.scoring.shapes import AdditiveModel
from copilot.scoring.tables import Categories, Codes, Floats, LeftOut, Places, Table
from copilot.scoring.training import SEED, Labels, chosen_strength, counted, folds, learn

LEAST_ROWS = 200
LEAST_OF_AN_OUTCOME = 50
"""With fewer, the interval of an area under the curve is wider than what models differ by (Hanley and McNeil 1982)."""
_CHANCE = 3.29
"""Standard errors above one half that an area under the curve is by chance once in 2,000."""
_TOO_GOOD = 0.98
_LATER = 0.25
"""Share of the rows, the latest, that a split by time holds out."""
_EARLIEST = 0.5
"""Share of the rows that are judged at most, where it is learnt again and again."""
_LEAST_OF_SEGMENT = 50
LEAST_OF_A_SIDE = 20
"""Of each outcome, before and after the day of a split by time."""


class Refusal(StrEnum):
    """Why there is no score."""

    FEW_ROWS = "few_rows"
    FEW_OF_AN_OUTCOME = "few_of_an_outcome"
    NO_COLUMNS = "no_columns"
    NO_BETTER_THAN_CHANCE = "no_better_than_chance"
    TOO_GOOD = "too_good"
    """What is nearly always right has seen the outcome."""


@dataclass(frozen=True, slots=True)
class History:
    """What there is to learn from: `labels` are the outcomes of the rows."""

    table: Table
    labels: Labels
    days: Floats | None = None
    """Day number of each row, for a split by time."""
    segments: Categories | None = None
    """Groups in which the score should hold alike."""
    kept: frozenset[str] = frozenset()
    """Columns that somebody vouches for: they are not suspected."""
    groups: Codes | None = None
    """Account of each row, counted from 0, where one has several rows: figures and least numbers are of accounts."""
    window: int = 0
    """Days after a row's own in which its outcome falls. With `days`, an account counts once in so many."""
    delay: int = 0
    """Days after the window until the outcome is on record. With `days`, nothing is learnt that was not on record on
    the first day that is judged."""
    step: int = 0
    """Days after which it is learnt again, from what was on record by then, to judge the rows that follow; so more of
    the rows are judged than by one split. 0: it is learnt once."""
    straight: bool = False
    """Whether bends of a curve are dearer than straight lines: for many columns and few of an outcome."""
    level: Callable[[AdditiveModel, float], AdditiveModel] | None = None
    """Brings a model to the level that a day knows of. Where a row is judged by what was learnt before its day, it is
    told by a model of the level of that day; the model handed on is as it was learnt."""


@dataclass(frozen=True, slots=True)
class Segment:
    """How the score holds in one group."""

    name: str
    rows: int
    positives: int
    predicted: float
    """Mean probability."""
    observed: float
    auc: float


@dataclass(frozen=True, slots=True)
class Split:
    """A split by time: which rows, by place, are on which side."""

    from_day: float
    """First day that is judged."""
    learnt: Places
    """What the first of the judged days are told from."""
    held: Places
    counted: Places
    """Those of `held` that figures are made of: no account twice within a window."""
    origins: tuple[float, ...] = ()
    """The days from which on it is learnt again, `from_day` first; empty for that day alone."""

    def origin_of(self, days: Floats) -> Codes:
        """Which of the origins rows of these days are judged from."""
        return np.searchsorted(self.origins or (self.from_day,), days, side="right").astype(np.int32) - 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """A model, or why there is none; the figures are there as soon as anything could be measured."""

    refusal: Refusal | None
    model: AdditiveModel | None = None
    quality: Quality | None = None
    segments: tuple[Segment, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    by_time: bool = False
    """Judged on later rows than those it learnt from; else by repeated cross-validation."""
    split: Split | None = None
    """Of a split by time."""
    told: Floats | None = None
    """With `split`, what its held rows were told, shape (rows,)."""


def judge(history: History, *, repeats: int = 2, count: int = 5) -> Verdict:
    """Learn and decide. The model handed on has learnt from all rows; its figures are those of held-out ones."""
    if history.table.rows < LEAST_ROWS:
        return Verdict(Refusal.FEW_ROWS, left_out=history.table.left_out)
    if _rarer(history, slice(None)) < LEAST_OF_AN_OUTCOME:
        return Verdict(Refusal.FEW_OF_AN_OUTCOME, left_out=history.table.left_out)
    split = None if history.days is None else _split(history, history.days)
    if split is not None and not _is_enough(history, split):
        return Verdict(Refusal.FEW_OF_AN_OUTCOME, left_out=history.table.left_out, by_time=True, split=split)
    suspects = suspected(history.table, history.labels, groups=history.groups)
    leaks = [item for item in suspects if item.column not in history.kept]
    clean = replace(history, table=history.table.without(*leaks))
    if not clean.table.columns:
        return Verdict(Refusal.NO_COLUMNS, left_out=clean.table.left_out)
    if split is None or history.days is None:
        verdict = _by_folds(clean, repeats=repeats, count=count)
    else:
        verdict = _by_time(clean, split, history.days)
    return verdict if verdict.refusal else replace(verdict, model=_learn(clean, slice(None)))


def _by_folds(history: History, *, repeats: int, count: int) -> Verdict:
    told = np.zeros((repeats, history.table.rows))
    for repeat in range(repeats):
        for learnt, held in folds(history.labels, count=count, seed=SEED + repeat, groups=history.groups):
            told[repeat, held] = _learn(history, learnt).probabilities(history.table.at(held))
    return _judged(history, np.arange(history.table.rows), told)


def _by_time(history: History, split: Split, days: Floats) -> Verdict:
    told, origin = np.zeros(len(split.held)), split.origin_of(days[split.held])
    strengths = _strengths(history, split) if len(split.origins) > 1 else None
    for number, from_day in enumerate(split.origins or (split.from_day,)):
        here = np.flatnonzero(origin == number)
        learnt = _learn(history, _on_record(history, days, from_day), strengths=strengths)
        learnt = learnt if history.level is None else history.level(learnt, from_day)
        told[here] = learnt.probabilities(history.table.at(split.held[here]))
    of_counted = told[np.searchsorted(split.held, split.counted)]
    strata = split.origin_of(days[split.counted]) if len(split.origins) > 1 else None
    verdict = _judged(history, split.counted, of_counted[None, :], strata=strata)
    return replace(verdict, by_time=True, split=split, told=told)


def _judged(history: History, held: Places, told: Floats, *, strata: Codes | None = None) -> Verdict:
    """Of the rows at these places and what they were told, shape (repeats, rows)."""
    labels = history.labels[held]
    groups = None if history.groups is None else history.groups[held]
    found = quality(labels, told, groups=groups, strata=strata)
    if strata is None:
        is_better = found.figures[Measure.SKILL].low > 0
    else:
        # Beside the share of each origin, which nobody knew beforehand, a score has that level too: whether it tells
        # accounts apart is asked here, and how far its level was off is among the figures.
        level = levelled(labels, told[0], strata)
        is_better = (
            beside_share(labels, level, strata) > 0 and information(labels, level, strata, groups=groups).low > 0
        )
    return Verdict(
        _refused(found, counted(labels, groups), counted(~labels, groups), is_better=is_better),
        quality=found,
        segments=_segments(history.segments.at(held), labels, told) if history.segments else (),
        left_out=history.table.left_out,
    )


def _strengths(history: History, split: Split) -> Sequence[float]:
    """Chosen once, from what is learnt from first: choosing takes far longer than learning."""
    places = split.learnt
    groups = None if history.groups is None else history.groups[places]
    return (
        chosen_strength(history.table.at(places), history.labels[places], groups=groups, straight=history.straight),
    )


def _learn(history: History, places: Places | slice, *, strengths: Sequence[float] | None = None) -> AdditiveModel:
    table = history.table if isinstance(places, slice) else history.table.at(places)
    groups = None if history.groups is None else history.groups[places]
    return learn(table, history.labels[places], strengths=strengths, groups=groups, straight=history.straight)


def _split(history: History, days: Floats) -> Split:
    """All rows of a day are on the same side; between the sides are those whose outcome was not known in time."""
    latest = float(np.quantile(days, 1 - _LATER))
    origins = _origins(history, days, latest) if history.step else ()
    from_day = origins[0] if origins else latest
    held = np.flatnonzero(days >= from_day)
    return Split(from_day, _on_record(history, days, from_day), held, _once(history, days, held), origins)


def _on_record(history: History, days: Floats, from_day: float) -> Places:
    """The rows whose outcome was on record before that day."""
    return np.flatnonzero(days + history.window + history.delay < from_day)


def _origins(history: History, days: Floats, latest: float) -> tuple[float, ...]:
    """Days a step apart, the first as early as there is enough to learn from; each the first day of some row."""
    first, earliest = latest, float(np.quantile(days, 1 - _EARLIEST))
    while (before := first - history.step) >= earliest:
        if _rarer(history, _on_record(history, days, before)) < LEAST_OF_AN_OUTCOME:
            break
        first = before
    known = np.unique(days)
    begin = np.arange(first, known[-1] + 1, history.step)
    return tuple(float(day) for day in np.unique(known[np.searchsorted(known, begin)]))


def _once(history: History, days: Floats, held: Places) -> Places:
    """The rows, from the first day on, that are no account's second within a window."""
    if history.groups is None:
        return held
    next_day = np.full(int(history.groups.max()) + 1, -np.inf)
    counted_here = []
    for day in np.unique(days[held]):
        today = held[days[held] == day]
        today = today[next_day[history.groups[today]] <= day]
        next_day[history.groups[today]] = day + max(history.window, 1)
        counted_here.append(today)
    return np.sort(np.concatenate(counted_here))


def _is_enough(history: History, split: Split) -> bool:
    """Whether there is enough of both outcomes before and after."""
    return all(_rarer(history, side) >= LEAST_OF_A_SIDE for side in (split.learnt, split.counted))


def _rarer(history: History, places: Places | slice) -> int:
    """How many have the outcome that fewer have."""
    labels = history.labels[places]
    groups = None if history.groups is None else history.groups[places]
    return min(counted(labels, groups), counted(~labels, groups))


def _refused(found: Quality, positives: int, negatives: int, *, is_better: bool) -> Refusal | None:
    if found.of(Measure.AUC) >= _TOO_GOOD:
        return Refusal.TOO_GOOD
    # Standard error of the area under the curve where there is nothing to tell apart (Mann and Whitney 1947).
    error = sqrt((positives + negatives + 1) / (12 * positives * negatives))
    is_chance = found.of(Measure.AUC) < 1 / 2 + _CHANCE * error
    return Refusal.NO_BETTER_THAN_CHANCE if is_chance or not is_better else None


def _segments(groups: Categories, labels: Labels, told: Floats) -> tuple[Segment, ...]:
    """Each group of enough rows with both outcomes."""
    found = []
    for place in groups.frequent(least=_LEAST_OF_SEGMENT):
        name, rows = groups.levels[place], np.flatnonzero(groups.codes == place)
        if 0 < labels[rows].sum() < len(rows):
            here = labels[rows]
            auc = float(np.mean([area(here, repeat[rows]) for repeat in told]))
            told_here = float(told[:, rows].mean())
            found.append(Segment(name, len(rows), int(here.sum()), told_here, float(here.mean()), auc))
    return tuple(found)
