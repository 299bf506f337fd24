"""Columns that know the outcome: they were filled in after it, and would not be there for an account that is scored.

Invariant: a column is suspected for what it says of the outcome, never for its name; what is suspected is named.
"""

from collections.abc import Iterator

import numpy as np

from copilot.scoring.quality import area
from copilot.scoring.tables import MISSING, Codes, Column, LeftOut, Numbers, Reason, Table
from copilot.scoring.training import SEED, Labels, folds, learn

TOO_TELLING = 0.95
"""Area under the curve of one column alone; the best single column of real churn data stays near 0.75."""
_PURE = 0.99
_LEAST_ROWS = 30
_LEAST_SHARE = 0.05
"""Of the rarer outcome that a pure group has to hold before it is more than chance."""
_FOLDS = 3


def suspected(table: Table, labels: Labels, *, groups: Codes | None = None) -> tuple[LeftOut, ...]:
    """Columns that tell the outcome almost always, alone or for a whole group of rows.

    `groups` are the accounts of the rows, where one has several.
    """
    found = []
    for column in table.columns:
        alone = _alone(column, labels, groups)
        if alone >= TOO_TELLING:
            found.append(LeftOut(column.name, Reason.LEAK, f"{alone:.3f}"))
        elif (group := next(_pure_groups(column, labels), None)) is not None:
            found.append(LeftOut(column.name, Reason.LEAK, group))
    return tuple(found)


def _alone(column: Column, labels: Labels, groups: Codes | None) -> float:
    told = np.zeros(len(labels))
    table = Table((column,), len(labels))
    for learnt, held in folds(labels, count=_FOLDS, seed=SEED, groups=groups):
        told[held] = learn(table.at(learnt), labels[learnt], strengths=(1.0,)).log_odds(table.at(held))
    return area(labels, told)


def _pure_groups(column: Column, labels: Labels) -> Iterator[str]:
    """Values, or that there is one at all, which nearly always go with the rarer outcome."""
    rarer = labels if labels.mean() <= 1 / 2 else ~labels
    least = max(_LEAST_ROWS, _LEAST_SHARE * rarer.sum())
    for name, rows in _groups(column, least=least):
        if least <= rows.sum() < len(rows) and rarer[rows].mean() >= _PURE:
            yield name


def _groups(column: Column, *, least: float) -> Iterator[tuple[str, Labels]]:
    """One after the other: together, the rows of thousands of levels would not fit into memory."""
    if isinstance(column, Numbers):
        missing = np.isnan(column.values) & column.said
    else:
        missing = column.codes == MISSING
        for place in column.frequent(least=least):
            yield column.levels[place], column.codes == place
    yield "∅", missing
    yield "≠ ∅", ~missing
