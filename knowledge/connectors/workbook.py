"""Excel workbooks as tables, one for each sheet with rows.

Invariant: a workbook is read as values, never as formulas, and never unpacked beyond a fixed multiple of the
size limit.
"""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from copilot.domain.import_messages import ImportMessage
from knowledge.connectors.table import Cell, KnownHeader, Row, Table, find_header, fitted
from knowledge.problems import unreadable

_OLE = b"\xd0\xcf\x11\xe0"
_UNPACKED_LIMIT = 20
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


def open_workbook(path: Path, *, max_bytes: int, known: KnownHeader) -> tuple[Table, ...]:
    """Tables of the sheets that have rows. Raises UnreadableFile."""
    _check_container(path, max_bytes=max_bytes)
    sheets = _sheet_names(path)
    tables = [table for sheet in sheets if (table := _table(path, sheet, several=len(sheets) > 1, known=known))]
    if not tables:
        raise unreadable(ImportMessage.NO_ROWS, file=path.name)
    return tuple(tables)


def _check_container(path: Path, *, max_bytes: int) -> None:
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(_OLE):
        raise unreadable(ImportMessage.PROTECTED_WORKBOOK, file=path.name)
    if not head.startswith(b"PK"):
        raise unreadable(ImportMessage.NO_WORKBOOK, file=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise unreadable(ImportMessage.DAMAGED_WORKBOOK, file=path.name) from error
    if unpacked > max_bytes * _UNPACKED_LIMIT:
        raise unreadable(ImportMessage.UNPACKS_TOO_MUCH, file=path.name, limit=unpacked // 1_000_000)


def _sheet_names(path: Path) -> list[str]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (KeyError, ValueError, InvalidFileException, ParseError, zipfile.BadZipFile, OSError) as error:
        raise unreadable(ImportMessage.DAMAGED_WORKBOOK, file=path.name) from error
    try:
        return [sheet.title for sheet in book.worksheets]
    finally:
        book.close()


def _sheet_rows(path: Path, sheet: str) -> Iterator[tuple[int, Sequence[Cell]]]:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        worksheet = book[sheet]
        # Exporters write wrong dimensions; without them openpyxl reads what is there.
        worksheet.reset_dimensions()
        for number, values in enumerate(worksheet.iter_rows(values_only=True), start=1):
            yield number, [_cell(value) for value in values]
    except (ParseError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise unreadable(ImportMessage.DAMAGED_WORKBOOK, file=f"{path.name}#{sheet}") from error
    finally:
        book.close()


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return None if not value.strip() or value.strip() in _ERRORS else value
    if isinstance(value, Cell) or value is None:
        return value
    return str(value)


def _table(path: Path, sheet: str, *, several: bool, known: KnownHeader) -> Table | None:
    header = find_header(_sheet_rows(path, sheet), known=known)
    if header is None:
        return None

    def rows() -> Iterator[Row]:
        for number, cells in _sheet_rows(path, sheet):
            if number > header.number:
                row = fitted(number, cells, width=len(header.names), trimmed=True)
                # Trailing empty rows of a sheet are formatting, not rows.
                if row.problem != "row.blank":
                    yield row

    name = f"{path.name}#{sheet}" if several else path.name
    return Table(name, header.names, header.number, f"XLSX #{sheet}", None, header.above, rows)
