"""Every code of questionnaires that a page shows has a word."""

from enum import StrEnum

import pytest

from api.web.rfp_words import TABLES
from copilot.approvals.policy import load_policy
from copilot.domain.answer_library import EntryState
from copilot.domain.questionnaires import AnswerForm, Doubt, SkipReason
from copilot.domain.rfp_answers import Dimension, NoticeCode, Route, ShortForm
from copilot.domain.rfp_projects import ProjectState, QuestionState


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("rfp_state", ProjectState),
        ("question_state", QuestionState),
        ("answer_form", AnswerForm),
        ("doubt", Doubt),
        ("skip_reason", SkipReason),
        ("short_answer", ShortForm),
        ("dimension", Dimension),
        ("route", Route),
        ("notice", NoticeCode),
        ("entry_state", EntryState),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_code_has_a_word(table: str, codes: type[StrEnum]) -> None:
    assert set(TABLES[table]) == {code.value for code in codes}


def test_the_checklist_that_comes_with_the_product_has_words() -> None:
    assert set(load_policy(None).rfp.checklist) <= set(TABLES["checklist"])
