"""Every question of every workbook is found, with the places of its answer and comment, and nothing else is."""

from datetime import date

import pytest

from knowledge.questionnaires import read_questionnaire
from tests import (
    questionnaire_workbooks_last,
    questionnaire_workbooks_more,
    questionnaire_workbooks_odd,
    questionnaire_workbooks_wild,
)
from tests.questionnaire_workbooks import WORKBOOKS

TODAY = date(2026, 11, 22)
assert questionnaire_workbooks_more.__doc__  # all register their workbooks
assert questionnaire_workbooks_odd.__doc__
assert questionnaire_workbooks_wild.__doc__
assert questionnaire_workbooks_last.__doc__


@pytest.mark.parametrize("name", sorted(WORKBOOKS))
def test_questions_and_their_places_are_found(name: str) -> None:
    built = WORKBOOKS[name]()
    found = read_questionnaire(f"{name}.xlsx", built.content, today=TODAY)
    places = {
        f"{question.place.part}!{question.place.address}": (
            question.answer_place.address if question.answer_place else "",
            question.comment_place.address if question.comment_place else "",
        )
        for question in found.questions
    }
    assert places == built.expected


@pytest.mark.parametrize("name", sorted(WORKBOOKS))
def test_the_same_file_gives_the_same_questionnaire(name: str) -> None:
    built = WORKBOOKS[name]()
    first = read_questionnaire("a.xlsx", built.content, today=TODAY)
    assert first == read_questionnaire("a.xlsx", built.content, today=TODAY)
    assert len({question.id for question in first.questions}) == len(first.questions)
