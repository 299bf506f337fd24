"""The delimiter of a table that is filled in is the one that it was read with."""

from datetime import date

import pytest

from copilot.workflows.rfp.filling import fill
from knowledge.questionnaires import read_questionnaire
from tests.filling_builders import answer

TODAY = date(2026, 11, 22)
_DELIMITERS = pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])


@_DELIMITERS
def test_an_answer_goes_into_the_empty_field_behind_its_question(delimiter: str) -> None:
    text = "Question|Answer\nDo you encrypt?|\nWhere is it stored?|\n".replace("|", delimiter)
    found = read_questionnaire("q.csv", text.encode(), today=TODAY)
    done = fill(found, text.encode(), answers={found.questions[1].id: answer(found.questions[1].id, "In Madrid.")})
    assert done.content.decode() == text.replace("stored?" + delimiter, f"stored?{delimiter}In Madrid.")


@_DELIMITERS
def test_a_question_whose_words_somebody_corrected_keeps_its_place(delimiter: str) -> None:
    text = "Question|Answer\nWhere is it?|\n".replace("|", delimiter)
    found = read_questionnaire("q.csv", text.encode(), today=TODAY)
    [asked] = found.questions
    corrected = found.model_copy(update={"questions": (asked.model_copy(update={"text": "Where is the data kept?"}),)})
    done = fill(corrected, text.encode(), answers={asked.id: answer(asked.id, "In Madrid.")})
    assert done.content.decode() == text.replace("it?" + delimiter, f"it?{delimiter}In Madrid.")
