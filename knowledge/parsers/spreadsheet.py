"""Excel workbooks (XLSX).

Invariant: every value on a visible sheet, row and column is in the text under the name of its column; hidden sheets,
rows and columns are left out and named in the warnings.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.exceptions import CellCoordinatesException, IllegalCharacterError, InvalidFileException

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import BlockKind, ParsedDocument
from knowledge.parsers.archives import check_archive
from knowledge.parsers.dates import file_name_date, title_from_name
from knowledge.parsers.text_building import DocumentText, Metadata, damaged_on, row_text, unreadable

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_LAST_COLUMN = 16_384
_MAX_CELLS = 20_000_000
_HEADER_WITHIN = 25
_SECTION_LENGTH = 80
_TRUE = frozenset({"1", "true"})
_QUESTION = re.compile(r"pregunta|question|requisito|requirement|control|consulta", re.I)


def parse_spreadsheet(data: bytes, name: str) -> ParsedDocument:
    """Read a workbook: one block per row, `header: value` lines, `page` the sheet's number, `heading` its name."""
    check_archive(data)
    with damaged_on(CellCoordinatesException, IllegalCharacterError, InvalidFileException, name="XLSX"):
        return _read(data, name)


def _read(data: bytes, name: str) -> ParsedDocument:
    hidden = _hidden_parts(data)
    book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    text = DocumentText()
    budget = _MAX_CELLS
    for number, sheet in enumerate(book.worksheets, start=1):
        if sheet.sheet_state != "visible":
            text.warn(DocumentMessage.HIDDEN_SHEET, name=sheet.title)
            continue
        parts = hidden.get(sheet.title, _Hidden())
        sheet.reset_dimensions()  # the size a sheet claims may be wrong, or absurd
        writer = _SheetWriter(text=text, page=number, sheet=sheet.title)
        budget = writer.write(_visible_rows(sheet, parts, budget=budget))
        _warn(text, parts, sheet=sheet.title)
    book.close()
    title = " ".join((book.properties.title or "").split()) or title_from_name(name)
    return text.build(Metadata(title=title, authored_at=file_name_date(name)), media_type=MEDIA_TYPE)


@dataclass(slots=True)
class _Hidden:
    """What a sheet hides, and formulas that were never calculated."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    uncalculated: int = 0


@dataclass(slots=True)
class _Rows:
    """The visible rows of a sheet, and the cells left of the budget once they are read."""

    rows: Iterator[list[str]]
    budget: list[int]


@dataclass(slots=True)
class _SheetWriter:
    """Turns rows into blocks: what stands above the header, the header, sections and data rows."""

    text: DocumentText
    page: int
    sheet: str
    header: list[str] = field(default_factory=list)
    section: str = ""

    def write(self, source: _Rows) -> int:
        """Add every row; return what is left of the cell budget. Without a header, rows are shown cell by cell."""
        above: list[list[str]] = []
        has_data = False
        for row in source.rows:
            if self.header:
                self._data(row)
                has_data = True
            elif len(above) < _HEADER_WITHIN and _is_header(row):
                self._plain(above)
                self.header, above = row, []
            else:
                above.append(row)
        self._plain(above)
        if self.header and not has_data:
            self._plain([self.header])
        return source.budget[0]

    def _data(self, row: list[str]) -> None:
        filled = [index for index, value in enumerate(row) if value]
        if len(filled) == 1 and self._is_section(row, filled[0]):
            self.section = row[filled[0]]
            self.text.add(self.section, kind=BlockKind.HEADING, page=self.page, heading=self._heading())
        else:
            rendered = row_text(self.header, row)
            self.text.add(rendered, kind=BlockKind.TABLE, page=self.page, heading=self._heading())

    def _is_section(self, row: list[str], index: int) -> bool:
        """One short cell in the first column names a section, unless that column holds the questions."""
        first = next((position for position, name in enumerate(self.header) if name), 0)
        named = self.header[index] if index < len(self.header) else ""
        value = row[index]
        return index == first and len(value) <= _SECTION_LENGTH and "?" not in value and not _QUESTION.search(named)

    def _plain(self, rows: list[list[str]]) -> None:
        for row in rows:
            self.text.add(" | ".join(filter(None, row)), page=self.page, heading=self.sheet)

    def _heading(self) -> str:
        return f"{self.sheet} › {self.section}" if self.section else self.sheet


def _is_header(row: list[str]) -> bool:
    """Two or more names and no figures: the row that says what the columns are."""
    filled = [value for value in row if value]
    return len(filled) >= 2 and not any(_looks_like_data(value) for value in filled)


def _looks_like_data(value: str) -> bool:
    return len(value) > 120 or re.fullmatch(r"[-+]?[\d.,\s%€$£:/-]+", value) is not None


def _visible_rows(sheet: Any, hidden: _Hidden, *, budget: int) -> _Rows:
    left = [budget]

    def rows() -> Iterator[list[str]]:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            left[0] -= len(cells) + 1
            if left[0] < 0:
                raise unreadable(DocumentMessage.EXPANDS_TOO_MUCH)
            if number in hidden.rows:
                continue
            row = [
                "" if hidden.columns and index in hidden.columns else shown(cell)
                for index, cell in enumerate(cells, start=1)
            ]
            if any(row):
                yield row

    return _Rows(rows=rows(), budget=left)


def shown(cell: Any) -> str:
    """The value as a person reads it: ISO dates, plain numbers, percentages with their sign."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format or "")
    return " ".join(str(value).split())


def _number(value: float, number_format: str) -> str:
    if "%" in number_format:
        return f"{round(value * 100, 6):g} %"
    return str(int(value)) if float(value).is_integer() else repr(round(value, 10))


def _warn(text: DocumentText, hidden: _Hidden, *, sheet: str) -> None:
    count = len(hidden.rows) + len(hidden.columns)
    if count:
        text.warn(DocumentMessage.HIDDEN_ROWS, name=sheet, count=count)
    if hidden.uncalculated:
        text.warn(DocumentMessage.UNCALCULATED, name=sheet, count=hidden.uncalculated)


def _hidden_parts(data: bytes) -> dict[str, _Hidden]:
    """What each sheet hides, by its name; the fast reader does not tell."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        targets = _relationship_targets(archive)
        book = etree.fromstring(archive.read("xl/workbook.xml"), _safe_parser())
        found = {}
        for sheet in book.iter(f"{_S}sheet"):
            path = targets.get(sheet.get(f"{_R}id", ""), "")
            if path in archive.NameToInfo:
                with archive.open(path) as part:
                    found[sheet.get("name", "")] = _scan(part)
        return found


def _relationship_targets(archive: zipfile.ZipFile) -> dict[str, str]:
    name = "xl/_rels/workbook.xml.rels"
    if name not in archive.NameToInfo:
        return {}
    root = etree.fromstring(archive.read(name), _safe_parser())
    return {item.get("Id", ""): _path(item.get("Target", "")) for item in root}


def _path(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _scan(part: Any) -> _Hidden:
    """One pass over a sheet's XML, forgetting each row once it is seen."""
    hidden = _Hidden()
    number = 0
    tags = (f"{_S}row", f"{_S}col")
    for _, element in etree.iterparse(part, events=("end",), tag=tags, resolve_entities=False, no_network=True):
        is_hidden = element.get("hidden", "").lower() in _TRUE
        if element.tag == f"{_S}row":
            number = int(element.get("r", number + 1))
            if is_hidden:
                hidden.rows.add(number)
            else:
                hidden.uncalculated += _uncalculated(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        elif is_hidden:
            first, last = int(element.get("min", "0")), int(element.get("max", "0"))
            if last < _LAST_COLUMN:  # hiding everything to the right of a table is only tidiness
                hidden.columns.update(range(first, last + 1))
    return hidden


def _uncalculated(row: Any) -> int:
    count = 0
    for formula in row.iter(f"{_S}f"):
        value = formula.getparent().find(f"{_S}v")
        count += value is None or not (value.text or "").strip()
    return count


def _safe_parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)
