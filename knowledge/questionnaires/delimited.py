"""Questionnaires in delimited text: CSV and TSV of any encoding and delimiter.

Invariant: rows are counted as a spreadsheet shows them: one for each record, blank ones too, however many lines a
quoted text has.
"""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.questionnaires import Questionnaire, QuestionnaireFormat
from knowledge.connectors.text_format import delimiter_of
from knowledge.parsers.decoding import decode
from knowledge.parsers.text_building import unreadable
from knowledge.questionnaires.assembling import assemble
from knowledge.questionnaires.finding import Findings
from knowledge.questionnaires.grid import Sheet, one_line
from knowledge.questionnaires.sheet_reading import read_sheet
from knowledge.questionnaires.sheets import MAX_COLUMNS, MAX_ROWS


def read(content: bytes, *, name: str, today: date) -> Questionnaire:
    """Read a delimited file. Raises UnreadableFile if it is no text, damaged, too large, empty or asks nothing."""
    text, warnings = decode(content)
    sheet = Sheet(name, 1)
    for number, record in enumerate(_records(text), start=1):
        row = {column: "\n".join(filter(None, map(one_line, cell.splitlines()))) for column, cell in enumerate(record)}
        row = {column: cell for column, cell in row.items() if cell}
        if row:
            sheet.rows[number] = row
        if len(sheet.rows) > MAX_ROWS:
            raise unreadable(DocumentMessage.TOO_MANY_ROWS, limit=MAX_ROWS)
        if max(row, default=0) >= MAX_COLUMNS:
            raise unreadable(DocumentMessage.TOO_MANY_COLUMNS, limit=MAX_COLUMNS)
    if not sheet.rows:
        raise unreadable(DocumentMessage.NO_TEXT)
    findings = Findings()
    read_sheet(sheet, findings)
    return assemble(findings, format_=QuestionnaireFormat.CSV, name=name, today=today, warnings=warnings)


def looks_delimited(text: str) -> bool:
    """Whether most of the first records have the same number of cells, more than one."""
    try:
        records = [record for record, _ in zip(_records(text), range(60), strict=False) if record]
    except csv.Error:
        return False
    widths = [len(record) for record in records]
    usual = max(set(widths), key=widths.count, default=0)
    return usual > 1 and len(widths) > 1 and widths.count(usual) >= 0.8 * len(widths)


def _records(text: str) -> Iterator[list[str]]:
    delimiter = delimiter_of(text.splitlines(keepends=True))
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, record in enumerate(reader):
            is_mark = number == 0 and len(text) > 4 and text[:4].casefold() == "sep="
            yield [] if is_mark else record
    except csv.Error as error:
        raise unreadable(DocumentMessage.DAMAGED, found="CSV") from error
