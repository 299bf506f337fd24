"""Tables as CSV files to be saved.

Invariant: no cell is run as a formula by a spreadsheet, whatever stands in it.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from fastapi import Response

from api.files import file_response

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know that it is UTF-8."""


def csv_response(rows: Iterable[Sequence[object]], *, name: str) -> Response:
    """The rows, the first being the header, to be saved as `name`."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file_response((_BYTE_ORDER_MARK + written.getvalue()).encode(), name=name)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text
