"""A history as columns of one length: numbers and categories, with the outcome beside them.

Invariant: a missing value is missing, never zero; what is left out of a table is named with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from copilot.errors import InputError

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Places = NDArray[np.intp]
Marks = NDArray[np.bool_]
MISSING = -1
"""Code of a category that is not there."""


class Reason(StrEnum):
    """Why a column is left out."""

    EMPTY = "empty"
    CONSTANT = "constant"
    IDENTIFIER = "identifier"
    """Nearly every row has a value of its own."""
    DATE = "date"
    """A day says nothing about another account; the days since then would."""
    LEAK = "leak"
    """By itself it tells the outcome almost always: it was written down after it."""
    ASKED = "asked"
    NOT_KEPT = "not_kept"
    """Known on too few of the days: that it is known would say what day it is."""
    SEASON = "season"
    """It goes up and down with the time of the year; the change over a year does not."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One column that is not used."""

    column: str
    reason: Reason
    detail: str = ""
    """Language-free: a number, or a value of the column."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, shape (rows,); NaN where there is none."""

    name: str
    values: Floats
    unreadable: int = 0
    """Cells that hold something else; they count as missing."""
    unsaid: Marks | None = None
    """Rows of days on which it was known of nobody, shape (rows,): there the column has no effect at all, for that it
    is missing would say what day it is. None: there are none."""

    def at(self, places: Places | slice) -> "Numbers":
        """Some of the rows."""
        unsaid = None if self.unsaid is None else self.unsaid[places]
        return Numbers(self.name, self.values[places], self.unreadable, unsaid)

    @property
    def said(self) -> Marks:
        """The other rows."""
        return np.ones(len(self.values), dtype=np.bool_) if self.unsaid is None else ~self.unsaid


@dataclass(frozen=True, slots=True)
class Categories:
    """A column of words: `codes`, shape (rows,), are places in `levels`, or `MISSING`."""

    name: str
    levels: tuple[str, ...]
    codes: Codes

    def at(self, places: Places | slice) -> "Categories":
        """Some of the rows."""
        return Categories(self.name, self.levels, self.codes[places])

    def frequent(self, *, least: float) -> Sequence[int]:
        """Places of the levels that have so many rows."""
        counts = np.bincount(self.codes[self.codes != MISSING], minlength=len(self.levels))
        return [int(place) for place in np.flatnonzero(counts >= least)]


Column = Numbers | Categories


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of the same number of rows."""

    columns: tuple[Column, ...]
    rows: int
    left_out: tuple[LeftOut, ...] = field(default=())

    def at(self, places: Places) -> "Table":
        """Some of the rows, in the order of `places`."""
        return Table(tuple(column.at(places) for column in self.columns), len(places), self.left_out)

    def without(self, *left_out: LeftOut) -> "Table":
        """The table without these columns."""
        names = {item.column for item in left_out}
        kept = tuple(column for column in self.columns if column.name not in names)
        return Table(kept, self.rows, (*self.left_out, *left_out))

    def named(self, name: str) -> Column | None:
        """The column with this name."""
        return next((column for column in self.columns if column.name == name), None)


def categories(name: str, values: Sequence[str]) -> Categories:
    """A column of words from its cells; an empty one is missing."""
    levels = tuple(sorted({value for value in values if value}))
    places = {level: place for place, level in enumerate(levels)} | {"": MISSING}
    return Categories(name, levels, np.array([places[value] for value in values], dtype=np.int32))


def numbers(name: str, values: Sequence[float | None], *, unreadable: int = 0) -> Numbers:
    """A column of numbers from its cells; None is missing. Infinite ones are refused with InputError."""
    found = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if np.isinf(found).any():
        raise InputError(f"The column {name} has an infinite number.", hint="Correct it, or leave the column out.")
    return Numbers(name, found, unreadable)


_MOST_DISTINCT = 0.9
"""Share of the rows from which on the words of a column name rows instead of saying something of them."""


_LEAST_RUNNING = 50
_CLOSE = 3


def usable(columns: Sequence[Column], *, rows: int) -> Table:
    """A table of the columns that can say anything."""
    left_out = [LeftOut(column.name, reason) for column in columns if (reason := _useless(column, rows)) is not None]
    return Table(tuple(columns), rows).without(*left_out)


def _useless(column: Column, rows: int) -> Reason | None:
    if isinstance(column, Numbers):
        seen = column.values[~np.isnan(column.values)]
        if not seen.size:
            return Reason.EMPTY
        if seen.size == column.said.sum() and np.ptp(seen) == 0:
            return Reason.CONSTANT
        return Reason.IDENTIFIER if _counts_rows(seen) else None
    used = np.unique(column.codes)
    if used.size == 1:
        return Reason.EMPTY if used[0] == MISSING else Reason.CONSTANT
    return Reason.IDENTIFIER if used.size > _MOST_DISTINCT * rows else None


def _counts_rows(values: Floats) -> bool:
    """Whether numbers are running ones: whole, each its own, and close together."""
    if values.size < _LEAST_RUNNING or not np.array_equal(values, np.round(values)):
        return False
    return bool(np.unique(values).size == values.size and np.ptp(values) < _CLOSE * values.size)
