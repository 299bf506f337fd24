"""A workbook's sheets, names and texts, read from its parts.

Invariant: reading changes nothing; a sheet's tree is made once, so that what is written into it stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property

from lxml import etree

from copilot.workflows.rfp.filling.archive import Archive, local, relationship
from copilot.workflows.rfp.filling.filled import broken
from copilot.workflows.rfp.filling.sheet_formats import Formats
from copilot.workflows.rfp.filling.sheet_places import Area, Cell, area, areas, cell

Content = str | Decimal | bool
_MOST_LISTED = 5_000
"""Cells of a range that a list of allowed values is read from."""


class Sheet:
    """One sheet. `root` is the tree that a patch changes."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        data = next((item for item in root if local(item) == "sheetData"), None)
        if data is None:
            raise broken()
        self.data = data
        self.namespace = etree.QName(root).namespace or ""

    @cached_property
    def rows(self) -> dict[int, etree._Element]:
        """By number; a row without one follows the one before it."""
        found: dict[int, etree._Element] = {}
        number = 0
        for item in self.data:
            if local(item) == "row":
                told = item.get("r", "")
                number = int(told) if told.isdecimal() else number + 1
                found[number] = item
        return found

    def cells(self, row: int) -> dict[int, etree._Element]:
        """The cells of a row by column; one without an address follows the one before it."""
        found: dict[int, etree._Element] = {}
        column = 0
        for item in self.rows.get(row, ()):
            if local(item) == "c":
                place = cell(item.get("r", ""))
                column = place.column if place else column + 1
                found[column] = item
        return found

    def at(self, place: Cell) -> etree._Element | None:
        """The cell's element, if the file has one."""
        return self.cells(place.row).get(place.column)

    @cached_property
    def merged(self) -> tuple[Area, ...]:
        """Merged cells."""
        listed = (item for part in self.root if local(part) == "mergeCells" for item in part)
        return tuple(found for item in listed if (found := area(item.get("ref", ""))) is not None)

    @cached_property
    def computed(self) -> tuple[Area, ...]:
        """Ranges that one formula fills as a whole."""
        formulas = (item for item in self.data.iter() if local(item) == "f" and item.get("t") in {"array", "dataTable"})
        return tuple(found for item in formulas for found in areas(item.get("ref", "")))

    def column_style(self, column: int) -> str | None:
        """The format that the sheet gives a whole column."""
        for part in self.root:
            if local(part) == "cols":
                for item in part:
                    first, last = item.get("min", ""), item.get("max", "")
                    if first.isdecimal() and last.isdecimal() and int(first) <= column <= int(last):
                        return item.get("style")
        return None


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    part: str


class Workbook:
    """See the module docstring."""

    def __init__(self, archive: Archive) -> None:
        """Raises UnreadableFile."""
        self.archive = archive
        self.main = archive.main_part()
        self.root = archive.tree(self.main)
        targets = archive.targets(self.main)
        self._by_kind: dict[str, str] = dict(targets.values())
        self._listed = [
            _Listed(item.get("name", ""), targets.get(relationship(item), ("", ""))[1])
            for group in self.root
            if local(group) == "sheets"
            for item in group
        ]
        self._sheets: dict[str, Sheet] = {}

    def part_of(self, name: str) -> str | None:
        """Name of the part that holds a sheet, as the workbook calls it; else case aside."""
        for same in (name, name.casefold()):
            for item in self._listed:
                if same in {item.name, item.name.casefold()} and self.archive.has(item.part):
                    return item.part
        return None

    def sheet(self, name: str) -> Sheet | None:
        """A sheet of cells by name."""
        part = self.part_of(name)
        if part is None:
            return None
        if part not in self._sheets:
            self._sheets[part] = Sheet(self.archive.tree(part))
        return self._sheets[part]

    @cached_property
    def formats(self) -> Formats:
        """Of its cells."""
        part = self._by_kind.get("styles", "")
        return Formats(self.archive.tree(part) if self.archive.has(part) else None)

    @cached_property
    def counts_from_1904(self) -> bool:
        """Whether its days count from 1904."""
        told = (item.get("date1904", "") for item in self.root if local(item) == "workbookPr")
        return any(value in {"1", "true"} for value in told)

    @cached_property
    def has_formulas(self) -> bool:
        """Whether any sheet computes something."""
        return any(
            local(item) == "f"
            for listed in self._listed
            if listed.part.endswith(".xml") and self.archive.has(listed.part)
            for item in self._tree(listed).iter()
        )

    def _tree(self, listed: _Listed) -> etree._Element:
        known = self._sheets.get(listed.part)
        return known.root if known else self.archive.tree(listed.part)

    @cached_property
    def _texts(self) -> list[str]:
        part = self._by_kind.get("sharedStrings", "")
        if not self.archive.has(part):
            return []
        return [_plain(item) for item in self.archive.tree(part) if local(item) == "si"]

    def named(self, name: str, *, sheet: str) -> str | None:
        """What a defined name stands for, the sheet's own first."""
        found: str | None = None
        for group in self.root:
            for item in group if local(group) == "definedNames" else ():
                if item.get("name", "").casefold() != name.casefold():
                    continue
                position = item.get("localSheetId")
                if position is None:
                    found = found or item.text
                elif position.isdecimal() and self._position(sheet) == int(position):
                    return item.text
        return found

    def _position(self, name: str) -> int | None:
        return next((place for place, item in enumerate(self._listed) if item.name == name), None)

    def content(self, sheet: Sheet, place: Cell) -> Content | None:
        """What a cell holds; None if nothing."""
        element = sheet.at(place)
        return None if element is None else self.content_of(element)

    def content_of(self, element: etree._Element) -> Content | None:
        """The same of an element."""
        kind = element.get("t", "n")
        if kind == "inlineStr":
            inside = next((item for item in element if local(item) == "is"), None)
            return _plain(inside) or None if inside is not None else None
        text = next((item.text or "" for item in element if local(item) == "v"), "")
        return _typed(kind, text, self._texts)

    def contents(self, sheet: Sheet, wanted: Area) -> Iterator[Content]:
        """What the filled cells of a range hold, row by row; of a huge one only the first rows."""
        known = [row for row in sorted(sheet.rows) if wanted.first.row <= row <= wanted.last.row]
        for row in known[:_MOST_LISTED]:
            for column, element in sorted(sheet.cells(row).items()):
                found = self.content_of(element) if wanted.first.column <= column <= wanted.last.column else None
                if found is not None and found != "":
                    yield found


def _typed(kind: str, text: str, texts: list[str]) -> Content | None:
    if kind == "s":
        return (texts[int(text)] or None) if text.isdecimal() and int(text) < len(texts) else None
    if kind == "b":
        return text == "1"
    if kind in {"str", "e", "d"}:
        return text or None
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return text or None


def _plain(element: etree._Element) -> str:
    """All the text of a string, whatever its runs; how it is pronounced left out."""
    pieces: list[str] = []
    for item in element:
        if local(item) == "t":
            pieces.append(item.text or "")
        elif local(item) == "r":
            pieces += [part.text or "" for part in item if local(part) == "t"]
    return "".join(pieces)
