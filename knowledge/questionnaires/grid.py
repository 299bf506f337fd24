"""Sheets as grids of texts, whatever file they come from.

Invariant: rows are counted from 1 as the file shows them, columns from 0; a merged area is one cell, addressed by its
first one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from copilot.domain.questionnaires import Place

Spot = tuple[int, int]
"""Row (from 1) and column (from 0)."""

_LARGEST_MERGE = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks: only ever a hint."""

    bold: bool = False
    size: float = 11
    fill: str = ""
    bordered: bool = False
    unlocked: bool = False


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, spot: Spot) -> bool:
        """Whether the cell lies within."""
        return self.top <= spot[0] <= self.bottom and self.left <= spot[1] <= self.right

    @property
    def size(self) -> int:
        """How many cells it has."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be entered in some cells."""

    areas: tuple[Area, ...]
    kind: str
    """`list`, `whole`, `decimal`, `date`, `textLength` and the like, as the file names them."""
    values: tuple[str, ...] = ()
    longest: int | None = None
    """Characters that an entry may have."""


@dataclass(slots=True)
class Sheet:
    """One sheet: its texts, and what else tells where answers belong."""

    name: str
    index: int
    hidden: bool = False
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    looks: dict[Spot, Look] = field(default_factory=dict)
    formulas: set[Spot] = field(default_factory=set)
    merges: list[Area] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: dict[Spot, str] = field(default_factory=dict)
    drawn: list[str] = field(default_factory=list)
    """Texts of boxes and shapes."""
    pictures: int = 0
    protected: bool = False
    lists: list[Area] = field(default_factory=list)
    """Where drop-downs take their values from."""
    part: str = ""
    _merged: dict[Spot, Area] = field(default_factory=dict)
    _width: int = -1

    def settle(self) -> None:
        """Prepare the look-up of merged areas, once they are all known."""
        for area in self.merges:
            if area.size <= _LARGEST_MERGE:
                for row in range(area.top, area.bottom + 1):
                    self._merged.update({(row, column): area for column in range(area.left, area.right + 1)})

    def area(self, spot: Spot) -> Area:
        """The merged area that the cell is part of, or the cell alone."""
        row, column = spot
        return self._merged.get(spot) or Area(row, column, row, column)

    def anchor(self, spot: Spot) -> Spot:
        """The cell that holds the content at `spot`."""
        area = self._merged.get(spot)
        return (area.top, area.left) if area else spot

    def text(self, spot: Spot) -> str:
        """What a person sees there."""
        row, column = self.anchor(spot)
        return self.rows.get(row, {}).get(column, "")

    def look(self, spot: Spot) -> Look:
        """How the cell looks."""
        return self.looks.get(self.anchor(spot), PLAIN)

    def is_free(self, spot: Spot) -> bool:
        """Whether something could be written there: no text and no formula."""
        anchor = self.anchor(spot)
        return not self.text(anchor) and anchor not in self.formulas

    def rule(self, spot: Spot) -> Rule | None:
        """What may be entered there, if the file says."""
        anchor = self.anchor(spot)
        return next((rule for rule in self.rules if any(area.holds(anchor) for area in rule.areas)), None)

    def looks_like_input(self, spot: Spot) -> bool:
        """Whether an empty cell looks as if it is to be filled in."""
        if not self.is_free(spot):
            return False
        look = self.look(spot)
        marked = look.bordered or bool(look.fill) or (self.protected and look.unlocked)
        return marked or self.area(spot).size > 1 or self.rule(spot) is not None

    def is_hidden(self, spot: Spot) -> bool:
        """Whether a person does not see the cell."""
        return self.hidden or spot[0] in self.hidden_rows or spot[1] in self.hidden_columns

    def width(self) -> int:
        """Columns up to the last one with text. Counted once: rows are not added while a sheet is being read."""
        if self._width < 0:
            self._width = max((max(cells, default=-1) + 1 for cells in self.rows.values()), default=0)
        return self._width

    def place(self, spot: Spot) -> Place:
        """The address of the cell, or of the merged area it is part of."""
        row, column = self.anchor(spot)
        return Place(address=address(row, column), part=self.part)


def address(row: int, column: int) -> str:
    """`C12` for row 12, column 2."""
    return f"{get_column_letter(column + 1)}{row}"


def as_list(cells: Mapping[int, str], *, width: int) -> list[str]:
    """A row's texts, column by column."""
    return [cells.get(column, "") for column in range(width)]


def one_line(text: str) -> str:
    """The text with single blanks."""
    return " ".join(text.split())


def joined(texts: Iterable[str], *, by: str = " | ") -> str:
    """The texts that are not empty."""
    return by.join(text for text in texts if text)
