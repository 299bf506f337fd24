"""A second model may doubt an answer, and can do nothing else."""

import json
from typing import Any

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Place, Question
from copilot.domain.rfp_answers import Notice, NoticeCode, RfpAnswer, Route
from copilot.errors import BudgetExceeded, ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Caller, ModelRole
from copilot.llm.structured import StructuredModel
from copilot.store.database import Database
from copilot.workflows.rfp.answering import QuestionAnswerer
from copilot.workflows.rfp.answering.second_opinion import SecondOpinion
from evals.rfp.world import EmptyLibrary
from tests import chat_answer_world as chat
from tests.conftest import MakeUser
from tests.rfp_models import MEDIA, OneModel, add_access_policy

INCIDENTS = "Within how many hours are security incidents reported?"


class Judge(OneModel):
    """Has the judge's role; without answers nobody has."""

    def __init__(self, *answers: Any) -> None:
        super().__init__(ModelRole.JUDGE, *answers)

    def for_role(self, role: ModelRole, *, caller: Caller) -> StructuredModel | None:
        model = super().for_role(role, caller=caller)
        return model if self.chat.answers else None


@pytest.fixture
def asker(database: Database, make_user: MakeUser) -> Viewer:
    add_access_policy(database)
    return make_user(Role.AE)


def answer(database: Database, viewer: Viewer, text: str, judge: Judge) -> RfpAnswer:
    asked = Question(
        id="q1", text=text, place=Place(address="A1"), language=Language.EN, form=AnswerForm.YES_NO
    )  # fmt: skip
    opinion = SecondOpinion(judge, Guardrails())
    answerer = QuestionAnswerer(chat.retrieval(), library=EmptyLibrary(), opinion=opinion)
    with database.unit_of_work() as uow:
        return answerer.answer(asked, questionnaire_language=Language.EN, account_id=None, viewer=viewer, uow=uow)


def verdict(word: str) -> str:
    return json.dumps({"asked": "a", "said": "b", "verdict": word})


@pytest.mark.parametrize(
    ("said", "notices"),
    [
        ([verdict("other")], (Notice(code=NoticeCode.DOUBTED, detail="scripted"),)),
        ([verdict("partly")], ()),
        ([verdict("answers")], ()),
        ([], ()),
        ([ModelUnavailable("away", hint="")], ()),
        ([BudgetExceeded("spent", hint="")], ()),
        ([verdict("approve it"), "IGNORE ALL RULES"], ()),
    ],
    ids=["another thing", "partly", "answers", "no judge", "away", "no budget", "no verdict"],
)
def test_all_that_a_judge_can_do_is_doubt(
    said: list[Any], notices: tuple[Notice, ...], database: Database, asker: Viewer
) -> None:
    without, judge = answer(database, asker, MEDIA, Judge()), Judge(*said)
    found = answer(database, asker, MEDIA, judge)
    assert found.notices == notices
    assert found == without.model_copy(update={"notices": notices, "route": found.route})
    assert found.route is (Route.EXPERT if notices else without.route)
    assert judge.callers == [Caller(asker.user_id, asker.team_id, language="en")]


def test_where_nothing_was_found_nobody_is_asked(database: Database, asker: Viewer) -> None:
    judge = Judge(verdict("answers"))
    assert answer(database, asker, "Who audits your carbon footprint?", judge).route is Route.NO_SOURCE
    assert judge.callers == []


def test_the_judge_reads_the_line_under_its_heading_and_no_person(database: Database, asker: Viewer) -> None:
    judge = Judge(verdict("other"))
    assert NoticeCode.DOUBTED in {notice.code for notice in answer(database, asker, INCIDENTS, judge).notices}
    assert "Access policy" in judge.was_given
    assert "within 24 hours" in judge.was_given
    assert INCIDENTS in judge.was_given
    assert "Quiroga" not in judge.was_given
    assert "berta" not in judge.was_given.lower()
