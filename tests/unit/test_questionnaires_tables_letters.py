"""Headers that are letters: `Q | A`."""

from datetime import date

import pytest

from knowledge.questionnaires import read_questionnaire
from knowledge.questionnaires.headers import Role
from knowledge.questionnaires.roles import header_roles

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("columns", ["| Q | A |", "| P | R |", "| Q | A | |"], ids=["english", "spanish", "wide"])
def test_letters_of_questions_and_answers_are_headers(columns: str, rows: int) -> None:
    asked = ["Do you hold ISO 27001?", "Do you have a DPO?", "Do you test backups?"][:rows]
    rule = "|---" * (columns.count("|") - 1) + "|"
    text = "\n".join([columns, rule, *(f"| {question} | |" for question in asked)])
    found = read_questionnaire("form.md", f"{text}\n".encode(), today=TODAY)
    assert [question.text for question in found.questions] == asked
    assert [question.given for question in found.questions] == [""] * rows
    assert all(question.answer_place is not None for question in found.questions)


def test_a_letter_alone_names_no_questions() -> None:
    found = header_roles(["Requirement", "P", "Answer"], below=[["Do you hold ISO 27001?", "1", ""]])
    assert found is not None
    assert found.columns[Role.QUESTION] == 0
    assert found.others == ()
