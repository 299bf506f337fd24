"""Every code of questionnaires that a page shows has a word."""

from enum import StrEnum

import pytest

from api.web.rfp_words import TABLES
from api.web.values import Values
from copilot.approvals.policy import load_policy
from copilot.domain.answer_library import EntryState
from copilot.domain.language import Language
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


@pytest.mark.parametrize(
    ("address", "es", "en"),
    [
        ("t0r1c2", "tabla 1, fila 2, columna 3", "table 1, row 2, column 3"),
        ("p0", "párrafo 1", "paragraph 1"),
        ("3:14", "página 3, línea 14", "page 3, line 14"),
        ("8", "línea 8", "line 8"),
        ("Security!C4", "Security!C4", "Security!C4"),
    ],
)
def test_a_place_in_a_file_is_said_as_people_count(address: str, es: str, en: str) -> None:
    assert [Values(language).place_in_file(address) for language in (Language.ES, Language.EN)] == [es, en]
