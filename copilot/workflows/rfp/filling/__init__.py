"""Fills questionnaires in, and makes the files that go with them.

Invariant: of the customer's own file only the places of answers and comments change.
"""

from collections.abc import Mapping

from copilot.domain.questionnaires import Questionnaire, QuestionnaireFormat
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling import delimited, pages, texts, vsaq, word, workbook
from copilot.workflows.rfp.filling.appendix import appendix
from copilot.workflows.rfp.filling.filled import Filled
from copilot.workflows.rfp.filling.gaps import gaps_report

_FILLERS = {
    QuestionnaireFormat.XLSX: workbook.fill,
    QuestionnaireFormat.DOCX: word.fill,
    QuestionnaireFormat.PDF: pages.fill,
    QuestionnaireFormat.CSV: delimited.fill,
    QuestionnaireFormat.MARKDOWN: texts.fill,
    QuestionnaireFormat.TEXT: texts.fill,
    QuestionnaireFormat.VSAQ: vsaq.fill,
}


def fill(questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
    """`content`, the file that `questionnaire` was read from, with `answers` (by question id) where they belong.

    Raises UnreadableFile if it is not that file, and InputError if an answer is longer than its place can hold.
    """
    return _FILLERS[questionnaire.format](questionnaire, content, answers=answers)


__all__ = ["Filled", "appendix", "fill", "gaps_report"]
