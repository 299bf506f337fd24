"""Questionnaires in Excel workbooks.

Invariant: nothing in the file is run or fetched; what is hidden is read and marked as hidden; every text is in a
question, a heading, an instruction or among what was left out.
"""

from datetime import date

from openpyxl.utils.exceptions import CellCoordinatesException, IllegalCharacterError, InvalidFileException

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.questionnaires import Questionnaire, QuestionnaireFormat, SkipReason
from knowledge.parsers.archives import check_archive
from knowledge.parsers.text_building import damaged_on, unreadable
from knowledge.questionnaires.assembling import Notice, assemble
from knowledge.questionnaires.finding import Findings
from knowledge.questionnaires.grid import Sheet
from knowledge.questionnaires.sheet_reading import read_sheet
from knowledge.questionnaires.sheets import Book, open_book


def read(content: bytes, *, name: str, today: date) -> Questionnaire:
    """Read a workbook. Raises UnreadableFile if it is damaged, too large, without text or asks nothing."""
    with damaged_on(CellCoordinatesException, IllegalCharacterError, InvalidFileException, name="XLSX"):
        check_archive(content)
        book = open_book(content)
    _refuse_empty(book)
    findings = Findings()
    for sheet in sorted(book.sheets, key=lambda sheet: (sheet.hidden, sheet.index)):
        read_sheet(sheet, findings)
        _leave_objects(sheet, findings)
    return assemble(
        findings,
        format_=QuestionnaireFormat.XLSX,
        name=name,
        today=today,
        notices=_notices(book),
        title=book.title,
    )


def _refuse_empty(book: Book) -> None:
    if any(sheet.rows for sheet in book.sheets):
        return
    if any(sheet.pictures for sheet in book.sheets):
        raise unreadable(DocumentMessage.ONLY_IMAGES)
    raise unreadable(DocumentMessage.NO_TEXT)


def _leave_objects(sheet: Sheet, findings: Findings) -> None:
    for text in filter(None, sheet.drawn):
        findings.skip(sheet, (1, 0), [text], SkipReason.NOT_READ)


def _notices(book: Book) -> list[Notice]:
    found: list[Notice] = []
    if book.has_macros:
        found.append((DocumentMessage.MACROS, {}))
    for name, count in book.uncalculated.items():
        found.append((DocumentMessage.UNCALCULATED, {"name": name, "count": count}))
    pictures = sum(sheet.pictures for sheet in book.sheets)
    if pictures:
        found.append((DocumentMessage.DRAWINGS, {"count": pictures}))
    return found
