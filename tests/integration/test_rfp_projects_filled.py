"""Questions whose answer's place holds somebody's words already."""

from typing import Any

import pytest

from copilot.domain.access import Viewer
from copilot.domain.questionnaires import Choice, Correction, Doubt, Place
from copilot.domain.rfp_projects import QuestionState
from copilot.store.database import Database
from tests.conftest import MakeUser
from tests.rfp_builders import Rfp, make_rfp, question

WORDS = "Yes. We use AES-256."


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)


def _begins(rfp: Rfp, viewer: Viewer, given: str, **changes: Any) -> QuestionState:
    made = question(1, given=given, doubt=Doubt.FILLED.value, **changes)
    return rfp.create(viewer, made).questions[0].state


@pytest.mark.parametrize(
    "given", [WORDS, "n/a", "Yes", "[Your answer here]\nWe use AES-256."], ids=["words", "na", "tick", "in-part"]
)
def test_what_somebody_wrote_is_not_written_over_unless_somebody_wants_it(rfp: Rfp, ana: Viewer, given: str) -> None:
    assert _begins(rfp, ana, given) is QuestionState.EXCLUDED


@pytest.mark.parametrize(
    "given", ["", "[Your answer here]", "____", "…", "Select", "Choose an item.", "Elija un elemento."], ids=range(7)
)
def test_a_request_to_write_is_nobodys_answer(rfp: Rfp, ana: Viewer, given: str) -> None:
    assert _begins(rfp, ana, given) is QuestionState.WAITING


def test_a_box_that_is_not_ticked_is_nobodys_answer(rfp: Rfp, ana: Viewer) -> None:
    choices = tuple(Choice(key=f"q1_{text}", text=text, place=Place(address=f"{text}1")) for text in ("a", "b"))
    assert _begins(rfp, ana, "FALSE | FALSE", choices=choices) is QuestionState.WAITING
    assert _begins(rfp, ana, "FALSE | TRUE", choices=choices) is QuestionState.EXCLUDED


def test_a_filled_question_is_answered_once_a_person_includes_it(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana, question(1, given=WORDS), question(2))
    assert rfp.answerer.asked == ["q2"]
    with rfp.database.unit_of_work() as uow:
        rfp.projects.correct(project.id, [Correction(question_id="q1", included=True)], viewer=ana, uow=uow)
    rfp.start(project, ana)
    rfp.runs.run()
    assert rfp.answerer.asked == ["q2", "q1"]
