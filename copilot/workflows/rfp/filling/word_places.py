"""The places of a Word document by their addresses: paragraphs of the body and cells of its tables.

Invariant: they are counted as reading counts them: paragraphs and tables of the body in order, also those in controls
and insertions; cells on the table's grid.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from copilot.workflows.rfp.filling.archive import local
from copilot.workflows.rfp.filling.filled import broken

_CONTAINERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"})
_CELL = re.compile(r"t(\d+)r(\d+)c(\d+)")


@dataclass(frozen=True, slots=True)
class Spot:
    """The paragraphs of one place, and the controls that hold them whole."""

    paragraphs: tuple[etree._Element, ...]
    around: tuple[etree._Element, ...]


class Places:
    """See the module docstring."""

    def __init__(self, root: etree._Element) -> None:
        """Raises UnreadableFile if the document has no body."""
        body = next((item for item in root if local(item) == "body"), None)
        if body is None:
            raise broken()
        blocks = list(_blocks(body))
        self._paragraphs = [item for item in blocks if local(item) == "p"]
        self._tables = [item for item in blocks if local(item) == "tbl"]

    def at(self, address: str) -> Spot | None:
        """`p3` or `t0r1c2`; None if there is no such place."""
        if address[:1] == "p" and address[1:].isdecimal():
            number = int(address[1:])
            found = self._paragraphs[number] if number < len(self._paragraphs) else None
            return None if found is None else Spot((found,), tuple(_controls(found)))
        match = _CELL.fullmatch(address)
        if match is None:
            return None
        cell = self._cell(*(int(group) for group in match.groups()))
        if cell is None:
            return None
        inside = tuple(item for item in _descendants(cell, "p") if _nearest(item, "tc") is cell)
        inner = (control for item in inside[:1] for control in _controls(item) if cell in control.iterancestors())
        return Spot(inside, (*inner, *_controls(cell)))

    def same_as(self, address: str) -> set[str]:
        """All addresses of the same place: a merged cell has one for every column and row that it covers."""
        match = _CELL.fullmatch(address)
        cell = None if match is None else self._cell(*(int(group) for group in match.groups()))
        if match is None or cell is None:
            return {address}
        table = int(match.group(1))
        rows = self._rows(self._tables[table])
        grid = ((row, column) for row, item in enumerate(rows) for column in _on_grid(item))
        return {f"t{table}r{row}c{column}" for row, column in grid if self._cell(table, row, column) is cell}

    @staticmethod
    def _rows(table: etree._Element) -> list[etree._Element]:
        return [item for item in _descendants(table, "tr") if _nearest(item, "tbl") is table]

    def _cell(self, table: int, row: int, column: int) -> etree._Element | None:
        """The cell that shows there: of one merged downwards the first."""
        if table >= len(self._tables):
            return None
        rows = self._rows(self._tables[table])
        while 0 <= row < len(rows):
            found = _on_grid(rows[row]).get(column)
            if found is None or not _goes_on(found):
                return found
            row -= 1
        return None


def _blocks(parent: etree._Element) -> Iterator[etree._Element]:
    for item in parent:
        if local(item) in {"p", "tbl"}:
            yield item
        elif local(item) in _CONTAINERS:
            yield from _blocks(item)


def _on_grid(row: etree._Element) -> dict[int, etree._Element]:
    """The cells of a row by the columns that they cover."""
    properties = child(row, "trPr")
    column = _count(child(properties, "gridBefore"), least=0)
    found: dict[int, etree._Element] = {}
    for cell in _descendants(row, "tc"):
        if _nearest(cell, "tr") is row:
            for _ in range(_count(child(child(cell, "tcPr"), "gridSpan"), least=1)):
                found[column] = cell
                column += 1
    return found


def _goes_on(cell: etree._Element) -> bool:
    merge = child(child(cell, "tcPr"), "vMerge")
    return merge is not None and attribute(merge, "val") not in {"restart"}


def _controls(element: etree._Element) -> Iterator[etree._Element]:
    """Controls that hold the element whole, the innermost first."""
    for above in element.iterancestors():
        if local(above) == "sdt":
            yield above
        elif local(above) != "sdtContent":
            return


def _descendants(element: etree._Element, name: str) -> list[etree._Element]:
    return [item for item in element.iter() if local(item) == name]


def _nearest(element: etree._Element, name: str) -> etree._Element | None:
    return next((item for item in element.iterancestors() if local(item) == name), None)


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child of this name, whatever its namespace."""
    return None if element is None else next((item for item in element if local(item) == name), None)


def attribute(element: etree._Element, name: str) -> str:
    """An attribute by its name, whatever its namespace."""
    return next((str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name), "")


def _count(element: etree._Element | None, *, least: int) -> int:
    told = "" if element is None else attribute(element, "val")
    return max(least, min(int(told), 64)) if told.isdecimal() else least
