"""Addresses of cells and of ranges of cells.

Invariant: rows and columns count from 1; an address that cannot be read is no address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_ROWS, _COLUMNS = 1_048_576, 16_384
_LETTERS = 26


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One cell."""

    row: int
    column: int

    def __str__(self) -> str:
        return f"{letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, its corners included."""

    first: Cell
    last: Cell

    def __contains__(self, cell: Cell) -> bool:
        return self.first.row <= cell.row <= self.last.row and self.first.column <= cell.column <= self.last.column

    def cells(self) -> Iterator[Cell]:
        """Row by row."""
        for row in range(self.first.row, self.last.row + 1):
            for column in range(self.first.column, self.last.column + 1):
                yield Cell(row, column)


def letters(column: int) -> str:
    """1 -> `A`, 27 -> `AA`."""
    text = ""
    while column > 0:
        column, rest = divmod(column - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text


def cell(text: str) -> Cell | None:
    """`C12` or `$C$12`."""
    match = _CELL.fullmatch(text.strip())
    if match is None:
        return None
    column = 0
    for letter in match.group(1).upper():
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    row = int(match.group(2))
    return Cell(row, column) if row <= _ROWS and column <= _COLUMNS else None


def area(text: str) -> Area | None:
    """`B2:C9`, one cell, whole columns `B:B` or whole rows `3:3`."""
    start, _, end = text.strip().replace("$", "").partition(":")
    first, last = cell(start), cell(end or start)
    if first is not None and last is not None:
        return Area(
            Cell(min(first.row, last.row), min(first.column, last.column)),
            Cell(max(first.row, last.row), max(first.column, last.column)),
        )
    if start.isalpha() and end.isalpha():
        first, last = cell(f"{start}1"), cell(f"{end}{_ROWS}")
        return Area(first, last) if first and last else None
    if start.isdecimal() and end.isdecimal():
        return Area(Cell(int(start), 1), Cell(int(end), _COLUMNS))
    return None


def areas(text: str) -> tuple[Area, ...]:
    """Several, between blanks, as `sqref` has them."""
    return tuple(found for found in map(area, text.split()) if found is not None)
