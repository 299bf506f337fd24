"""Writing one cell of a sheet.

Invariant: nothing but that cell changes: it keeps its format, a formula is never overwritten, and a text is an inline
string, which no program evaluates. A cell or row that is missing is made in its place with the format of its row or
column.
"""

import re
from datetime import date
from decimal import Decimal

from lxml import etree

from copilot.domain.ooxml import allowed_in_xml
from copilot.workflows.rfp.filling.archive import local
from copilot.workflows.rfp.filling.filled import Unwritable, too_long
from copilot.workflows.rfp.filling.sheet_parts import Sheet
from copilot.workflows.rfp.filling.sheet_places import Cell
from copilot.workflows.rfp.filling.sheet_rules import serial

Value = str | Decimal | bool | date
LONGEST = 32_767
"""Characters in a cell, counted as UTF-16 does."""
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What a workbook would read as a character by its number (ECMA-376, part 1, 22.9.2.19)."""


def cell_text(text: str) -> str:
    """A text as a cell can hold it. Raises InputError if it is too long."""
    clean = allowed_in_xml(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean.encode("utf-16-le")) // 2 > LONGEST:
        raise too_long()
    return clean


def top_left(sheet: Sheet, place: Cell) -> Cell:
    """The cell that holds what a merged one shows."""
    return next((area.first for area in sheet.merged if place in area), place)


def is_computed(sheet: Sheet, place: Cell) -> bool:
    """Whether a formula says what stands here."""
    element = sheet.at(place)
    own = element is not None and any(local(item) == "f" for item in element)
    return own or any(place in area for area in sheet.computed)


def write(sheet: Sheet, place: Cell, *, value: Value, from_1904: bool) -> None:
    """Put a value where nothing or another one stands. Raises Unwritable for a formula."""
    if is_computed(sheet, place):
        raise Unwritable
    element = sheet.at(place)
    if element is None:
        element = _new_cell(sheet, place)
    _empty(element)
    if isinstance(value, str):
        _put_text(element, value, namespace=sheet.namespace)
        return
    if isinstance(value, bool):
        element.set("t", "b")
        text = str(int(value))
    else:
        text = str(serial(value, from_1904=from_1904)) if isinstance(value, date) else f"{value:f}"
    inside = etree.Element(_tag(sheet.namespace, "v"))
    inside.text = text
    element.insert(0, inside)


def _empty(element: etree._Element) -> None:
    for item in list(element):
        if local(item) in {"v", "is"}:
            element.remove(item)
    for name in ("t", "vm"):
        if name in element.attrib:
            del element.attrib[name]


def _put_text(element: etree._Element, value: str, *, namespace: str) -> None:
    element.set("t", "inlineStr")
    inside = etree.Element(_tag(namespace, "is"))
    text = etree.SubElement(inside, _tag(namespace, "t"))
    text.text = _ESCAPED.sub("_x005F_", value)
    text.set(_SPACE, "preserve")
    element.insert(0, inside)


def _new_cell(sheet: Sheet, place: Cell) -> etree._Element:
    row = sheet.rows.get(place.row)
    if row is None:
        row = _new_row(sheet, place.row)
    element = etree.Element(_tag(sheet.namespace, "c"), r=str(place))
    style = _row_style(row) or sheet.column_style(place.column)
    if style is not None:
        element.set("s", style)
    after = [item for column, item in sorted(sheet.cells(place.row).items()) if column > place.column]
    if after:
        after[0].addprevious(element)
    else:
        last = [item for item in row if local(item) == "c"]
        row.insert(row.index(last[-1]) + 1 if last else 0, element)
    _widen(row, place.column)
    return element


def _new_row(sheet: Sheet, number: int) -> etree._Element:
    row = etree.Element(_tag(sheet.namespace, "row"), r=str(number))
    after = [item for other, item in sorted(sheet.rows.items()) if other > number]
    if after:
        after[0].addprevious(row)
    else:
        sheet.data.append(row)
    sheet.rows[number] = row
    return row


def _row_style(row: etree._Element) -> str | None:
    return row.get("s") if row.get("customFormat") in {"1", "true"} else None


def _widen(row: etree._Element, column: int) -> None:
    """A row that says between which columns its cells are says so rightly."""
    first, _, last = row.get("spans", "").partition(":")
    if first.isdecimal() and last.isdecimal() and not int(first) <= column <= int(last):
        row.set("spans", f"{min(int(first), column)}:{max(int(last), column)}")


def _tag(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name
