"""Learns a score from a history, judges it on rows that it did not see, and refuses where it cannot be believed.

Invariants: a model comes only with the figures of held-out rows; one that is not surely better than the base rate, that
has too little to learn from, or that is too good to be true is refused with the reason. The same history gives the same
verdict.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

import numpy as np

from copilot.scoring.leaks import suspected
from copilot.scoring.quality import Measure, Quality, area, quality
from copilot.scoring.shapes import AdditiveModel
from copilot.scoring.tables import Categories, Floats, LeftOut, Places, Table
from copilot.scoring.training import SEED, Labels, folds, learn

LEAST_ROWS = 200
LEAST_OF_AN_OUTCOME = 50
"""With fewer, the interval of an area under the curve is wider than what models differ by (Hanley and McNeil 1982)."""
_CHANCE = 3.29
"""Standard errors above one half that an area under the curve is by chance once in 2,000."""
_TOO_GOOD = 0.98
_LATER = 0.25
"""Share of the rows, the latest, that a split by time holds out."""
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
class Verdict:
    """A model, or why there is none; the figures are there as soon as anything could be measured."""

    refusal: Refusal | None
    model: AdditiveModel | None = None
    quality: Quality | None = None
    segments: tuple[Segment, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    by_time: bool = False
    """Judged on later rows than those it learnt from; else by repeated cross-validation."""


def judge(history: History, *, repeats: int = 2, count: int = 5) -> Verdict:
    """Learn and decide. The model handed on has learnt from all rows; its figures are those of held-out ones."""
    rows, rarer = history.table.rows, int(min(history.labels.sum(), (~history.labels).sum()))
    if rows < LEAST_ROWS:
        return Verdict(Refusal.FEW_ROWS, left_out=history.table.left_out)
    if rarer < LEAST_OF_AN_OUTCOME:
        return Verdict(Refusal.FEW_OF_AN_OUTCOME, left_out=history.table.left_out)
    leaks = [item for item in suspected(history.table, history.labels) if item.column not in history.kept]
    clean = replace(history, table=history.table.without(*leaks))
    if not clean.table.columns:
        return Verdict(Refusal.NO_COLUMNS, left_out=clean.table.left_out)
    if clean.days is not None and not _can_be_split(clean.labels, clean.days):
        return Verdict(Refusal.FEW_OF_AN_OUTCOME, left_out=clean.table.left_out, by_time=True)
    held, labels, told = _held_out(clean, repeats=repeats, count=count)
    found = quality(labels, told)
    verdict = Verdict(
        _refused(found),
        quality=found,
        segments=_segments(clean.segments.at(held), labels, told) if clean.segments else (),
        left_out=clean.table.left_out,
        by_time=clean.days is not None,
    )
    return verdict if verdict.refusal else replace(verdict, model=learn(clean.table, clean.labels))


def _held_out(history: History, *, repeats: int, count: int) -> tuple[Places, Labels, Floats]:
    """Places of the rows that were held out, their outcomes, and what they were told, shape (repeats, rows)."""
    if history.days is not None:
        return _later(history, history.days)
    told = np.zeros((repeats, history.table.rows))
    for repeat in range(repeats):
        for learnt, held in folds(history.labels, count=count, seed=SEED + repeat):
            model = learn(history.table.at(learnt), history.labels[learnt])
            told[repeat, held] = model.probabilities(history.table.at(held))
    return np.arange(history.table.rows), history.labels, told


def _later(history: History, days: Floats) -> tuple[Places, Labels, Floats]:
    learnt, held = _before_and_after(days)
    model = learn(history.table.at(learnt), history.labels[learnt])
    return held, history.labels[held], model.probabilities(history.table.at(held))[None, :]


def _before_and_after(days: Floats) -> tuple[Places, Places]:
    """All rows of a day are on the same side."""
    from_day = np.quantile(days, 1 - _LATER)
    return np.flatnonzero(days < from_day), np.flatnonzero(days >= from_day)


def _can_be_split(labels: Labels, days: Floats) -> bool:
    """Whether there is enough of both outcomes before and after."""
    sides = [labels[places] for places in _before_and_after(days)]
    return all(min(side.sum(), (~side).sum()) >= LEAST_OF_A_SIDE for side in sides)


def _refused(found: Quality) -> Refusal | None:
    if found.of(Measure.AUC) >= _TOO_GOOD:
        return Refusal.TOO_GOOD
    positives, negatives = found.positives, found.rows - found.positives
    # Standard error of the area under the curve where there is nothing to tell apart (Mann and Whitney 1947).
    error = sqrt((positives + negatives + 1) / (12 * positives * negatives))
    is_chance = found.of(Measure.AUC) < 1 / 2 + _CHANCE * error
    return Refusal.NO_BETTER_THAN_CHANCE if is_chance or found.figures[Measure.SKILL].low <= 0 else None


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
