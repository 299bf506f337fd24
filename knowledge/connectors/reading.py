"""Opens an export file, whatever its format, as tables.

Invariant: a file that is empty, too large, protected, cut off or not what its name says raises UnreadableFile
with what to do; it never yields part of its rows in silence.
"""

import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from copilot.domain.import_messages import ImportMessage
from knowledge.connectors.table import Cell, KnownHeader, Row, Table, find_header, fitted
from knowledge.connectors.text_format import detect_delimiter, detect_encoding
from knowledge.connectors.workbook import open_workbook
from knowledge.problems import unreadable

DELIMITED = frozenset({".csv", ".tsv", ".tab", ".txt"})
JSON_LINES = frozenset({".jsonl", ".ndjson"})
JSON_ARRAYS = frozenset({".json"})
WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database takes as text: zero characters, and halves of characters, which only JSON can spell."""
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_DELIMITER_SIGNS = {"\t": "TAB"}


def check_size(path: Path, *, max_bytes: int) -> None:
    """Raises UnreadableFile for an empty file or one above the limit."""
    size = path.stat().st_size
    if size == 0:
        raise unreadable(ImportMessage.EMPTY, file=path.name)
    if size > max_bytes:
        raise unreadable(ImportMessage.TOO_LARGE, file=path.name, limit=max_bytes // 1_000_000)


def open_tables(path: Path, *, max_bytes: int, known: KnownHeader) -> tuple[Table, ...]:
    """The tables of a file; a workbook has one for each sheet with rows.

    `known` says whether a header name is one that some connector knows; it finds the header row below titles.
    Raises UnreadableFile.
    """
    check_size(path, max_bytes=max_bytes)
    suffix = path.suffix.casefold()
    if suffix in WORKBOOKS:
        return open_workbook(path, max_bytes=max_bytes, known=known)
    if suffix in JSON_LINES or suffix in JSON_ARRAYS:
        return (_open_json(path, lines=suffix in JSON_LINES),)
    return (_open_delimited(path, known=known),)


def _open_delimited(path: Path, *, known: KnownHeader) -> Table:
    encoding = detect_encoding(path)
    delimiter = detect_delimiter(path, encoding=encoding)
    # A logged email body easily exceeds the module's default of 128 KiB for one cell.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    header = find_header(_delimited(path, encoding=encoding, delimiter=delimiter), known=known)
    if header is None:
        raise unreadable(ImportMessage.NO_ROWS, file=path.name)

    def rows() -> Iterator[Row]:
        for number, cells in _delimited(path, encoding=encoding, delimiter=delimiter):
            if number > header.number:
                yield fitted(number, cells, width=len(header.names))

    layout = f"{encoding} “{_DELIMITER_SIGNS.get(delimiter, delimiter)}”"
    return Table(path.name, header.names, header.number, layout, delimiter, header.above, rows)


def _delimited(path: Path, *, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str | None]]]:
    with path.open(encoding=encoding, newline="") as stream:
        counter = _Lines(stream)
        reader = csv.reader(counter, delimiter=delimiter)
        start, cells, quotes = 1, list[str](), 0
        try:
            for cells in reader:
                quotes, counter.quotes = counter.quotes, 0
                if cells and not (start == 1 and delimiter.join(cells).casefold().startswith("sep=")):
                    yield start, [cell or None for cell in cells]
                start = reader.line_num + 1
        except (csv.Error, UnicodeDecodeError) as error:
            raise unreadable(
                ImportMessage.STOPS_READING, file=path.name, line=reader.line_num, problem=str(error)
            ) from error
    if _ends_inside_quotes(cells, quotes=quotes):
        raise unreadable(ImportMessage.CUT_OFF, file=path.name)


class _Lines:
    """Passes lines on and counts the quotation marks of the current logical row."""

    def __init__(self, stream: Any) -> None:
        self._stream = iter(stream)
        self.quotes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line: str = next(self._stream)
        self.quotes += line.count('"')
        return line.replace("\x00", _REPLACED)


def _ends_inside_quotes(last: Sequence[str], *, quotes: int) -> bool:
    """Whether the last row's last cell was opened and never closed (`5" pipe` is no opened cell)."""
    if quotes % 2 == 0 or not last:
        return False
    return '"' not in last[-1] or "\n" in last[-1]


def _open_json(path: Path, *, lines: bool) -> Table:
    names: dict[str, None] = {}
    for _, record in _objects(path, lines=lines):
        names.update(dict.fromkeys(record))
    if not names:
        raise unreadable(ImportMessage.NO_ROWS, file=path.name)
    headers = tuple(names)

    def rows() -> Iterator[Row]:
        for number, record in _objects(path, lines=lines):
            yield fitted(number, [record.get(name) for name in headers], width=len(headers))

    return Table(path.name, headers, 0, "JSONL" if lines else "JSON", None, 0, rows)


def _objects(path: Path, *, lines: bool) -> Iterator[tuple[int, dict[str, Cell]]]:
    encoding = detect_encoding(path)
    if not lines:
        yield from enumerate((_flat(item) for item in _array(path, encoding)), start=1)
        return
    with path.open(encoding=encoding) as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield number, _flat(_decoded(path, line, number))


def _decoded(path: Path, line: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise unreadable(ImportMessage.BAD_JSON, file=path.name, line=number, problem=error.msg) from error
    if not isinstance(value, dict):
        raise unreadable(ImportMessage.NOT_RECORDS, file=path.name)
    return value


def _array(path: Path, encoding: str) -> Sequence[dict[str, Any]]:
    try:
        value = json.loads(path.read_text(encoding=encoding))
    except json.JSONDecodeError as error:
        raise unreadable(ImportMessage.BAD_JSON, file=path.name, line=error.lineno, problem=error.msg) from error
    if isinstance(value, dict):
        value = next((item for item in value.values() if isinstance(item, list)), [value])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise unreadable(ImportMessage.NOT_RECORDS, file=path.name)
    return value


def _flat(record: dict[str, Any], *, prefix: str = "") -> dict[str, Cell]:
    """Nested objects as dotted names (`Account.Name`), lists as text."""
    flat: dict[str, Cell] = {}
    for key, value in record.items():
        name = _UNSTORABLE.sub(_REPLACED, f"{prefix}{key}")
        if isinstance(value, dict):
            flat.update(_flat(value, prefix=f"{name}."))
        elif isinstance(value, list):
            flat[name] = _UNSTORABLE.sub(_REPLACED, "; ".join(map(str, islice(value, 1000)))) or None
        else:
            flat[name] = _UNSTORABLE.sub(_REPLACED, value) if isinstance(value, str) else value
    flat.pop("attributes.type", None)
    flat.pop("attributes.url", None)
    return flat
