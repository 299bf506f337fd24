"""A second model may doubt an answer, and can do nothing else."""

import json
from typing import Any

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Origin
from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Place, Question
from copilot.domain.rfp_answers import Notice, NoticeCode, RfpAnswer, Route
from copilot.errors import BudgetExceeded, ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Caller, ModelRole
from copilot.llm.scripted import ScriptedChatModel
from copilot.llm.structured import StructuredModel
from copilot.store.database import Database
from copilot.workflows.rfp.answering import QuestionAnswerer
from copilot.workflows.rfp.answering.second_opinion import SecondOpinion
from evals.rfp.world import EmptyLibrary
from tests import chat_answer_world as chat
from tests.conftest import MakeUser

FACT = "All removable media is encrypted with AES-256."
PERSON = "Security incidents are reported to Berta Quiroga at berta.quiroga@vendor.example within 24 hours."
MEDIA = "Is removable media encrypted?"
INCIDENTS = "Within how many hours are security incidents reported?"


class Judge:
    """Gives the judge's role to one scripted model, or to none."""

    def __init__(self, *answers: Any) -> None:
        self.chat = ScriptedChatModel(answers=list(answers))
        self.callers: list[Caller] = []

    def for_role(self, role: ModelRole, *, caller: Caller) -> StructuredModel | None:
        assert role is ModelRole.JUDGE
        self.callers.append(caller)
        return StructuredModel(self.chat, name="second") if self.chat.answers else None

    @property
    def was_given(self) -> str:
        return "\n".join(str(message.content) for asked in self.chat.asked for message in asked)


@pytest.fixture
def asker(database: Database, make_user: MakeUser) -> Viewer:
    chat.add_text(
        database,
        "Access policy",
        f"{FACT}\n\n{PERSON}\n",
        language=Language.EN,
        account_id=None,
        kind=DocumentKind.KNOWLEDGE,
        author=None,
        origin=Origin.INTERNAL,
    )
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
        ([verdict("other")], (Notice(code=NoticeCode.DOUBTED, detail="second"),)),
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
