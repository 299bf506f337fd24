"""Learns an additive score from a history: piecewise linear in numbers, a level for each frequent word.

Invariant: knots, levels and strength of the penalty come from the rows that are learnt from and from no others, so a
row that is held out has no part in what judges it. The same table gives the same model.

The model is a logistic regression on hat functions (a linear spline; Hastie, Tibshirani and Friedman 2009, ch. 5.2)
with a quadratic penalty.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.scoring.shapes import AdditiveModel, Curve, Levels, Shape, centred
from copilot.scoring.tables import MISSING, Categories, Codes, Column, Floats, Numbers, Table

Labels = NDArray[np.bool_]
_KNOTS = 8
_SHARES = (0.005, 0.05, 0.33, 0.67, 0.95, 0.995)
"""Of the values, where a curve of few bends may bend; level beyond the first and the last."""
_SHARES_BESIDE = (0.0, 0.33, 0.67, 0.97)
"""The same of the values beside the usual one, where most rows have one and the same: no complaint, nothing overdue.
Knots at shares of all values would all be that one, and whoever differs from it would be told apart by nothing."""
_USUAL = 0.3
"""Share of the rows with the same value from which on that is the usual one."""
_BEND = 0.5
"""Size of a bend beside the straight line where bends are dear, so that the same bend costs four times as much. Lines
and bends are measured in their own spread, so that the few rows that a rare trouble shows in weigh as they tell. This
and the knots: better on the development seeds of `evals.scoring.portfolio` than hats at shares of all values."""
_LEAST_SPREAD = 0.1
_LEAST_OF_LEVEL = 10
"""Rows that a word needs to have an effect of its own."""
_MOST_LEVELS = 200
"""Words of a column with an effect of their own, the most frequent ones; a column of names would fill the memory."""
_STRENGTHS = (0.03, 0.1, 0.3, 1.0)
"""Inverse of the penalty, of which cross-validation within the rows chooses."""
_STRAIGHT_STRENGTHS = (0.003, 0.01, 0.03, 0.1)
_INNER_FOLDS = 4
_LEAST_FOLDS = 2
"""One row of an outcome cannot be both learnt from and held out."""
_MOST_ITERATIONS = 3_000
SEED = 7


@dataclass(frozen=True, slots=True)
class _Block:
    """What a column is to the regression: `matrix`, shape (rows, width), and its shape from `width` effects."""

    matrix: Floats
    shaped: Callable[[Floats], Shape]


def learn(
    table: Table,
    labels: Labels,
    *,
    strengths: Sequence[float] | None = None,
    groups: Codes | None = None,
    straight: bool = False,
) -> AdditiveModel:
    """Fit on all rows. Raises ValueError for a single outcome: then there is nothing to tell apart.

    `groups` are the accounts of the rows where one has several, so that no strength is chosen for knowing them again.
    `straight` makes bends dearer than straight lines, for many columns and few of an outcome.
    """
    if labels.all() or not labels.any():
        raise ValueError("both outcomes are needed")
    strengths = strengths or _strengths(straight=straight)
    blocks = [_block(column, straight=straight) for column in table.columns]
    matrix = _matrix(blocks, table)
    strength = strengths[0] if len(strengths) == 1 else _best(matrix, labels, strengths, groups)
    base, effects = _fitted(matrix, labels, strength)
    shapes, start = [], 0
    for block in blocks:
        end = start + block.matrix.shape[1]
        shapes.append(block.shaped(effects[start:end]))
        start = end
    return centred(shapes, table, base=base)


def chosen_strength(table: Table, labels: Labels, *, groups: Codes | None = None, straight: bool = False) -> float:
    """The one that `learn` would choose."""
    matrix = _matrix([_block(column, straight=straight) for column in table.columns], table)
    return _best(matrix, labels, _strengths(straight=straight), groups)


def _strengths(*, straight: bool) -> Sequence[float]:
    return _STRAIGHT_STRENGTHS if straight else _STRENGTHS


def folds(
    labels: Labels, *, count: int, seed: int, groups: Codes | None = None
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Places to learn from and to judge on, `count` times; each row is judged once, outcomes are spread evenly.

    With `groups` all rows of one are on the same side.
    """
    if groups is not None:
        return _folds_of_groups(labels, groups, count=count, seed=seed)
    from sklearn.model_selection import StratifiedKFold

    splitter = StratifiedKFold(n_splits=count, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros((len(labels), 1)), labels))


def _folds_of_groups(
    labels: Labels, groups: Codes, *, count: int, seed: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    total = int(groups.max()) + 1
    positive = np.bincount(groups, weights=labels, minlength=total) > 0
    mixed = np.random.default_rng(seed).permutation(total)
    dealt = np.concatenate([mixed[positive[mixed]], mixed[~positive[mixed]]])
    fold = np.empty(total, dtype=np.int32)
    fold[dealt] = np.arange(total) % count
    return [(np.flatnonzero(fold[groups] != one), np.flatnonzero(fold[groups] == one)) for one in range(count)]


def _matrix(blocks: Sequence[_Block], table: Table) -> Floats:
    return np.hstack([block.matrix for block in blocks]) if blocks else np.zeros((table.rows, 0))


def _block(column: Column, *, straight: bool) -> _Block:
    if isinstance(column, Numbers):
        return _line_and_bends(column) if straight else _numbers(column)
    return _words(column)


def _numbers(column: Numbers) -> _Block:
    inside = ~np.isnan(column.values)
    seen = column.values[inside]
    knots = np.unique(np.quantile(seen, np.linspace(0, 1, _KNOTS))) if seen.size else np.zeros(1)
    matrix = np.zeros((len(column.values), len(knots) + 1))
    for place, unit in enumerate(np.eye(len(knots))):
        matrix[inside, place] = np.interp(seen, knots, unit)
    matrix[~inside, -1] = 1.0
    _average_unsaid(matrix, column)

    def shaped(effects: Floats) -> Shape:
        told = effects[: len(knots)]
        # Where nothing was missing, what is missing later says nothing: it counts as the average.
        missing = effects[-1] if _has_missing(column) else np.mean(matrix[:, :-1] @ told)
        return Curve(name=column.name, knots=_plain(knots), effects=_plain(told), missing=float(missing))

    return _Block(matrix, shaped)


def _line_and_bends(column: Numbers) -> _Block:
    """A straight line through the knots, and steps from one to the next that are small beside it."""
    inside = ~np.isnan(column.values)
    seen = column.values[inside] if inside.any() else np.zeros(1)
    knots = _few_knots(seen)
    bends = [_BEND * _spread(step, seen, knots) for step in np.tri(len(knots), k=-1).T[:-1]]
    bases = np.vstack([_spread(knots, seen, knots), *(bends if len(bends) > 1 else ())])
    matrix = np.zeros((len(column.values), len(bases) + 1))
    for place, base in enumerate(bases):
        matrix[inside, place] = np.interp(column.values[inside], knots, base)
    matrix[~inside, -1] = _BEND
    _average_unsaid(matrix, column)

    def shaped(effects: Floats) -> Shape:
        told = effects[: len(bases)] @ bases
        missing = _BEND * effects[-1] if _has_missing(column) else np.mean(np.interp(seen, knots, told))
        return Curve(name=column.name, knots=_plain(knots), effects=_plain(told), missing=float(missing))

    return _Block(matrix, shaped)


def _few_knots(seen: Floats) -> Floats:
    """Where a curve may bend."""
    values, counts = np.unique(seen, return_counts=True)
    usual = values[np.argmax(counts)]
    if values.size == 1 or counts.max() <= _USUAL * seen.size:
        return np.asarray(np.unique(np.quantile(seen, _SHARES)), dtype=np.float64)
    return np.asarray(np.unique([usual, *np.quantile(seen[seen != usual], _SHARES_BESIDE)]), dtype=np.float64)


def _spread(base: Floats, seen: Floats, knots: Floats) -> Floats:
    """What is told at the knots, in standard deviations of what it tells of the values.

    A deviation is at least that of one row in a hundred: else a single row that differs would weigh without bounds.
    """
    told = np.interp(seen, knots, base)
    deviation = max(float(told.std()), _LEAST_SPREAD * float(np.ptp(base)))
    return np.asarray((base - told.mean()) / (deviation or 1.0), dtype=np.float64)


def _average_unsaid(matrix: Floats, column: Numbers) -> None:
    """Rows in which the column says nothing get what it says on average: no effect, whatever is learnt of others."""
    said = column.said
    if not said.all():
        matrix[~said] = matrix[said].mean(axis=0) if said.any() else 0.0


def _has_missing(column: Numbers) -> bool:
    return bool(np.isnan(column.values[column.said]).any())


def _words(column: Categories) -> _Block:
    counts = np.bincount(column.codes[column.codes != MISSING], minlength=len(column.levels))
    most_frequent = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
    known = [column.levels[place] for place in sorted(most_frequent) if counts[place] >= _LEAST_OF_LEVEL]
    own = {level: place for place, level in enumerate(known)}
    # After the known words come the rare ones, and what is missing: its code is -1, the last place of the list.
    places = np.array([*(own.get(level, len(own)) for level in column.levels), len(own) + 1])
    matrix = np.zeros((len(column.codes), len(own) + 2))
    matrix[np.arange(len(column.codes)), places[column.codes]] = 1.0

    def shaped(effects: Floats) -> Shape:
        told = dict(zip(known, _plain(effects), strict=False))
        return Levels(name=column.name, effects=told, other=float(effects[-2]), missing=float(effects[-1]))

    return _Block(matrix, shaped)


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _fitted(matrix: Floats, labels: Labels, strength: float) -> tuple[float, Floats]:
    # Imported here: it takes a second to load, and scoring does without it.
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    # On matrices of this size threads wait for each other longer than they work, above all on a busy machine.
    with threadpool_limits(limits=1, user_api="blas"):
        model = LogisticRegression(C=strength, max_iter=_MOST_ITERATIONS).fit(matrix, labels)
    return float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64)


def _best(matrix: Floats, labels: Labels, strengths: Sequence[float], groups: Codes | None) -> float:
    """The strength with the least log loss on rows held out."""
    inner = min(_INNER_FOLDS, counted(labels, groups), counted(~labels, groups))
    if inner < _LEAST_FOLDS:
        return strengths[0]
    splits = folds(labels, count=inner, seed=SEED, groups=groups)
    return min(strengths, key=lambda strength: sum(_loss(matrix, labels, strength, *split) for split in splits))


def counted(rows: Labels, groups: Codes | None) -> int:
    """How many of the rows are set; with `groups`, of how many groups any is."""
    return int(rows.sum()) if groups is None else int(np.unique(groups[rows]).size)


def _loss(matrix: Floats, labels: Labels, strength: float, learnt: NDArray[np.intp], held: NDArray[np.intp]) -> float:
    base, effects = _fitted(matrix[learnt], labels[learnt], strength)
    odds = base + matrix[held] @ effects
    return float(np.sum(np.logaddexp(0.0, np.where(labels[held], -odds, odds))))
