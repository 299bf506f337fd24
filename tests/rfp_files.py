"""A questionnaire as a customer sends it, made here, and what stands in a workbook that comes back."""

from functools import cache
from io import BytesIO

from openpyxl import Workbook, load_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOSTED = "Where is customer data hosted?"
BACKUPS = "For how many days are backups kept?"
MOON = "Which lunar observatory keeps the backups of customer data?"
"""Nothing answers it, and something comes close."""


@cache
def workbook_bytes() -> bytes:
    """One sheet: a heading, three questions with a column for answers."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Security"
    for row in (
        ("No.", "Question", "Answer", "Comments"),
        ("1", HOSTED, None, None),
        ("2", BACKUPS, None, None),
        ("3", MOON, None, None),
    ):
        sheet.append(row)
    output = BytesIO()
    book.save(output)
    return output.getvalue()


def cells(content: bytes) -> dict[str, object]:
    """Address -> value of every cell of the first sheet that holds something."""
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
