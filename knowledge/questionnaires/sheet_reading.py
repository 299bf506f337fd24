"""Reads one grid: cuts it into tables and free rows, and reads each of them.

Invariant: the same grid gives the same findings, whatever file it came from.
"""

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires.asking import language_of
from knowledge.questionnaires.assembling import lists_only
from knowledge.questionnaires.finding import Findings, Headings
from knowledge.questionnaires.forms import read_free_rows
from knowledge.questionnaires.grid import Sheet
from knowledge.questionnaires.layout import matches
from knowledge.questionnaires.segments import Table, segments, side_by_side
from knowledge.questionnaires.table_rows import TableReader


def read_sheet(sheet: Sheet, findings: Findings) -> None:
    """Add what stands on the sheet to the findings."""
    for row in [row for row in sorted(sheet.rows) if sheet.lists and lists_only(sheet, row)]:
        findings.skip_row(sheet, row, SkipReason.OTHER)
        del sheet.rows[row]
    if not sheet.rows:
        return
    passive = matches("sheet", "passive", sheet.name)
    instructs = matches("sheet", "instructions", sheet.name)
    language = language_of([text for cells in sheet.rows.values() for text in cells.values()])
    for half in side_by_side(sheet):
        headings = Headings()
        for segment in segments(half, passive=passive):
            if isinstance(segment, Table):
                TableReader(half, segment, findings, headings, language).read()
            else:
                read_free_rows(
                    half, segment.rows, findings, headings, language=language, passive=passive, instructs=instructs
                )
