"""Questions with their answers from a file that somebody kept: a table, or a questionnaire that was filled in before.

Invariant: a row keeps the words of the file; what stands there without an answer comes along, so that it can be named.
"""

import re
from datetime import date

from copilot.domain.questionnaires import AnswerForm, Question
from copilot.workflows.rfp.library import LibraryRow
from knowledge.questionnaires import read_questionnaire

_WORD_END = re.compile(r"[\s,.;:!]")


def read_answers(name: str, content: bytes, *, today: date) -> tuple[LibraryRow, ...]:
    """The rows, in the file's order. Raises UnreadableFile as `read_questionnaire` does."""
    found = read_questionnaire(name, content, today=today)
    return tuple(_row(question) for question in found.questions)


def _row(question: Question) -> LibraryRow:
    first_word = _WORD_END.split(question.given.strip(), maxsplit=1)[0]
    short = first_word if question.form is AnswerForm.YES_NO else ""
    return LibraryRow(question.text, question.given, short=short, language=question.language)
