"""Opens a workbook as grids: texts, merged areas, validations, what is hidden, what is computed.

Invariant: formulas give the value that the file keeps for them, macros are never looked at, and a file that is too
large is refused before it fills the memory.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from copilot.domain.document_messages import DocumentMessage
from knowledge.parsers.spreadsheet import shown
from knowledge.parsers.text_building import unreadable
from knowledge.questionnaires.grid import PLAIN, Area, Look, Sheet, one_line
from knowledge.questionnaires.validations import MAIN, X14, Raw, area_of, raw_validations, rules_of

MAX_SHEETS = 200
MAX_ROWS = 20_000
MAX_COLUMNS = 512
_MAX_CELLS = 3_000_000
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_TRUE = frozenset({"1", "true"})
_LAST_COLUMN = 16_384
_WHITE = frozenset({"00000000", "FFFFFFFF", "00FFFFFF"})
_MACROS = "xl/vbaProject.bin"


@dataclass(slots=True)
class Book:
    """A workbook as grids."""

    sheets: list[Sheet]
    title: str
    has_macros: bool = False
    uncalculated: dict[str, int] = field(default_factory=dict)
    """Formulas without a stored value, by sheet."""


@dataclass(slots=True)
class _Markup:
    """What the fast reader does not tell about a sheet."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    uncalculated: int = 0
    merges: list[Area] = field(default_factory=list)
    validations: list[Raw] = field(default_factory=list)
    protected: bool = False


def open_book(content: bytes) -> Book:
    """Read every sheet. Raises UnreadableFile if there is too much of anything."""
    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    if len(book.sheetnames) > MAX_SHEETS:
        raise unreadable(DocumentMessage.TOO_MANY_SHEETS, limit=MAX_SHEETS)
    sheets: list[Sheet] = []
    for index, worksheet in enumerate(book.worksheets, start=1):
        sheet = Sheet(worksheet.title, index, hidden=worksheet.sheet_state != "visible", part=worksheet.title)
        rows_left = MAX_ROWS - sum(len(other.rows) for other in sheets)
        _fill(sheet, worksheet, rows_left=rows_left)
        sheets.append(sheet)
    title = one_line(str(book.properties.title or ""))
    book.close()
    found = Book(sheets, title)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        found.has_macros = _MACROS in archive.NameToInfo
        _add_markup(found, archive)
    return found


def _fill(sheet: Sheet, worksheet: Any, *, rows_left: int) -> None:
    worksheet.reset_dimensions()  # the size a sheet claims may be wrong, or absurd
    looks: dict[Any, Look] = {}
    cells_left = _MAX_CELLS
    for number, cells in enumerate(worksheet.iter_rows(), start=1):
        cells_left -= len(cells) + 1
        row = {}
        for column, cell in enumerate(cells):
            text = _text(cell)
            if text:
                row[column] = text
            look = _look(cell, looks)
            if look is not PLAIN:
                sheet.looks[(number, column)] = look
        if row:
            sheet.rows[number] = row
        if cells_left < 0 or len(sheet.rows) > rows_left:
            raise unreadable(DocumentMessage.TOO_MANY_ROWS, limit=MAX_ROWS)
        if max(row, default=0) >= MAX_COLUMNS:
            raise unreadable(DocumentMessage.TOO_MANY_COLUMNS, limit=MAX_COLUMNS)


def _text(cell: Any) -> str:
    """The value as a person reads it; a text keeps its lines."""
    value = cell.value
    return "\n".join(filter(None, map(one_line, value.splitlines()))) if isinstance(value, str) else shown(cell)


def _look(cell: Any, known: dict[Any, Look]) -> Look:
    if not getattr(cell, "has_style", False):
        return PLAIN
    key = id(cell.style_array)  # the workbook keeps one object for each combination of styles
    if key not in known:
        look = _looked_up(cell)
        known[key] = PLAIN if look == PLAIN else look
    return known[key]


def _looked_up(cell: Any) -> Look:
    font, fill, border = cell.font, cell.fill, cell.border
    colour = ""
    if fill is not None and fill.fill_type not in (None, "none"):
        painted = fill.fgColor
        colour = str(painted.rgb if painted.type == "rgb" else f"{painted.type}{painted.value}{painted.tint}")
    sides = sum(bool(side is not None and side.style) for side in (border.left, border.right, border.bottom))
    return Look(
        bold=bool(font.b),
        size=float(font.sz or 11),
        fill="" if colour in _WHITE else colour,
        bordered=sides >= 2 or bool(border.bottom is not None and border.bottom.style),
        unlocked=not cell.protection.locked,
    )


def _add_markup(book: Book, archive: zipfile.ZipFile) -> None:
    root = _parsed(archive, "xl/workbook.xml")
    names = {item.get("name", "").casefold(): (item.text or "").strip() for item in root.iter(f"{MAIN}definedName")}
    paths = _targets(archive, "xl/workbook.xml")
    by_name = {sheet.name: sheet for sheet in book.sheets}
    raw: list[tuple[Sheet, list[Raw]]] = []
    for element in root.iter(f"{MAIN}sheet"):
        path = paths.get(element.get(f"{_R}id", ""), "")
        sheet = by_name.get(element.get("name", ""))
        if sheet is None or path not in archive.NameToInfo:
            continue
        with archive.open(path) as part:
            markup = _scan(part)
        _apply(sheet, markup, book)
        _add_objects(sheet, archive, path)
        raw.append((sheet, markup.validations))
    lookup = {sheet.name.casefold(): sheet for sheet in book.sheets}
    for sheet, validations in raw:
        sheet.rules = rules_of(validations, sheet=sheet, sheets=lookup, names=names)


def _apply(sheet: Sheet, markup: _Markup, book: Book) -> None:
    sheet.hidden_rows, sheet.hidden_columns = markup.hidden_rows, markup.hidden_columns
    sheet.formulas, sheet.merges, sheet.protected = markup.formulas, markup.merges, markup.protected
    if markup.uncalculated:
        book.uncalculated[sheet.name] = markup.uncalculated
    sheet.settle()


def _scan(part: Any) -> _Markup:
    """One pass over a sheet's XML, forgetting each row once it is seen."""
    markup = _Markup()
    wanted = tuple(f"{MAIN}{name}" for name in ("row", "col", "mergeCell", "dataValidation", "sheetProtection"))
    number = 0
    for _, element in etree.iterparse(
        part, events=("end",), tag=(*wanted, f"{X14}dataValidation"), resolve_entities=False, no_network=True
    ):
        name = etree.QName(element).localname
        if name == "row":
            number = int(element.get("r", number + 1))
            _scan_row(element, number, markup)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        elif name == "col":
            _scan_columns(element, markup)
        elif name == "mergeCell":
            area = area_of(element.get("ref", ""))
            if area is not None and area.size > 1:
                markup.merges.append(area)
        elif name == "sheetProtection":
            markup.protected = element.get("sheet", "").lower() in _TRUE
        else:
            markup.validations += raw_validations([element])
    return markup


def _scan_row(row: Any, number: int, markup: _Markup) -> None:
    if row.get("hidden", "").lower() in _TRUE:
        markup.hidden_rows.add(number)
    for formula in row.iter(f"{MAIN}f"):
        cell = formula.getparent()
        value = cell.find(f"{MAIN}v")
        markup.uncalculated += value is None or not (value.text or "").strip()
        letters, _ = coordinate_from_string(cell.get("r", "A1"))
        markup.formulas.add((number, column_index_from_string(letters) - 1))


def _scan_columns(element: Any, markup: _Markup) -> None:
    first, last = int(element.get("min", "0")), int(element.get("max", "0"))
    if element.get("hidden", "").lower() in _TRUE and last < _LAST_COLUMN:  # all to the right: only tidiness
        markup.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))


def _add_objects(sheet: Sheet, archive: zipfile.ZipFile, path: str) -> None:
    """Notes on cells, texts of boxes and how many pictures there are."""
    for target in _targets(archive, path).values():
        if target not in archive.NameToInfo:
            continue
        if "/comments" in target and target.endswith(".xml"):
            sheet.notes.update(_notes(_parsed(archive, target)))
        elif "/drawings/drawing" in target:
            root = _parsed(archive, target)
            for body in root.iter("{*}txBody"):
                sheet.drawn.append(one_line(" ".join(text.text or "" for text in body.iter(f"{_DRAWING}t"))))
            sheet.pictures += sum(1 for _ in root.iter("{*}pic", "{*}graphicFrame"))


def _notes(root: Any) -> Iterator[tuple[tuple[int, int], str]]:
    for comment in root.iter(f"{MAIN}comment"):
        area = area_of(comment.get("ref", ""))
        text = one_line("".join(part.text or "" for part in comment.iter(f"{MAIN}t")))
        if area is not None and text:
            yield (area.top, area.left), text


def _targets(archive: zipfile.ZipFile, path: str) -> dict[str, str]:
    """Relationship id -> part, for one part of the package."""
    folder, name = posixpath.split(path)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.NameToInfo:
        return {}
    found = {}
    for item in _parsed(archive, relations):
        target = item.get("Target", "")
        if item.get("TargetMode", "") != "External":
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[item.get("Id", "")] = posixpath.normpath(whole)
    return found


def _parsed(archive: zipfile.ZipFile, name: str) -> Any:
    return etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
