"""How far the accounts that are scored are from those that were learnt from.

Invariant: a shift is told for what it is in the columns, whatever came of the accounts; small numbers are no shift.

Population stability index (Siddiqi 2006, "Credit Risk Scorecards", ch. 7: from 0.25 on a shift is significant). Single
days differ from each other too, by season, by weekday and by chance (Yurdakul and Naranjo 2020), so a shift is also
further than any single day that was learnt from.
"""

import numpy as np

from copilot.domain.signals import Signal
from copilot.scoring.past import Rows
from copilot.scoring.report import Shift
from copilot.scoring.tables import MISSING, Categories, Column, Floats, Numbers, Places, Table

THRESHOLD = 0.25
_TENTHS = 10
_LEAST = 0.5
"""Rows that an empty cell counts as: a share of zero has no logarithm."""
_LEAST_ACCOUNTS = 50
_OF_TIME = frozenset({Signal.TENURE_DAYS.value})
"""It grows with every day that passes."""


def shifts(rows: Rows, now: Table) -> tuple[Shift, ...]:
    """Of every column, the furthest first: today against all the days that were learnt from."""
    if now.rows < _LEAST_ACCOUNTS:
        return ()
    days = [np.flatnonzero(rows.days == day) for day in np.unique(rows.days)]
    found = []
    for column in rows.table.columns:
        other = now.named(column.name)
        if other is not None and column.name not in _OF_TIME:
            learnt, its_days = _said(column, days)
            each = [_index(learnt, column.at(places)) for places in its_days if places.size >= _LEAST_ACCOUNTS]
            found.append(_shift(learnt, other, usual=max(each, default=0.0)))
    return tuple(sorted(found, key=lambda shift: -shift.index))


def _said(column: Column, days: list[Places]) -> tuple[Column, list[Places]]:
    """The column and the days without those of which it says nothing."""
    if not isinstance(column, Numbers):
        return column, days
    said = column.said
    return column.at(np.flatnonzero(said)), [places for places in days if said[places].any()]


def _shift(learnt: Column, now: Column, *, usual: float) -> Shift:
    """`usual` is how far the furthest of the days that were learnt from was from all of them."""
    index = _index(learnt, now)
    threshold = max(THRESHOLD, usual)
    return Shift(column=learnt.name, index=index, threshold=threshold, is_shifted=index > threshold)


def _index(learnt: Column, now: Column) -> float:
    before, after = _cells(learnt, now)
    told, seen = _shares(before), _shares(after)
    return float(np.sum((seen - told) * np.log(seen / told)))


def _shares(counts: Floats) -> Floats:
    held = np.maximum(counts, _LEAST)
    return np.asarray(held / held.sum(), dtype=np.float64)


def _cells(before: Column, after: Column) -> tuple[Floats, Floats]:
    """Counts in the same cells: tenths of what was learnt from, or words; and what is missing."""
    if isinstance(before, Numbers) and isinstance(after, Numbers):
        known = before.values[~np.isnan(before.values)]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, _TENTHS + 1)[1:-1])) if known.size else np.zeros(0)
        return _in_tenths(before.values, edges), _in_tenths(after.values, edges)
    if isinstance(before, Categories) and isinstance(after, Categories):
        words = sorted({*before.levels, *after.levels})
        return _by_word(before, words), _by_word(after, words)
    raise ValueError(f"{before.name} is of two kinds")


def _in_tenths(values: Floats, edges: Floats) -> Floats:
    known = values[~np.isnan(values)]
    cells = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    return np.append(cells, values.size - known.size).astype(np.float64)


def _by_word(column: Categories, words: list[str]) -> Floats:
    place = {word: at for at, word in enumerate(words)}
    to = np.array([*(place[level] for level in column.levels), len(words)], dtype=np.int64)
    codes = np.where(column.codes == MISSING, len(to) - 1, column.codes)
    return np.bincount(to[codes], minlength=len(words) + 1).astype(np.float64)
