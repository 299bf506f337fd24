"""Questionnaires at the edges of what can be kept, corrected and shown."""

import pytest

from copilot.domain.access import Viewer
from copilot.domain.questionnaires import Correction
from copilot.errors import InputError
from copilot.store.database import Database
from tests.conftest import MakeUser
from tests.rfp_builders import RULES, Rfp, make_rfp, question


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)


def test_a_null_character_is_refused_in_words(rfp: Rfp, ana: Viewer) -> None:
    with pytest.raises(InputError, match="null character"):
        rfp.create(ana, question(1, "Do you encrypt\x00 backups?"))
    project = rfp.answered(ana)
    with pytest.raises(InputError, match="null character"):
        rfp.edit(project, "q1", ana, text="Backups\x00 are encrypted.")


def test_two_corrections_of_one_question_both_count(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana)
    corrections = [
        Correction(question_id="q1", text="Do you encrypt backups?"),
        Correction(question_id="B40"),
        Correction(question_id="q1", section=("Audit",)),
        Correction(question_id="B40", section=("Audit",)),
    ]
    with rfp.database.unit_of_work() as uow:
        after = rfp.projects.correct(project.id, corrections, viewer=ana, uow=uow)
    first, *_, new = after.questions
    assert (first.question.text, first.question.section) == ("Do you encrypt backups?", ("Audit",))
    assert (new.question.text, new.question.section) == ("Name your auditors", ("Audit",))


def test_a_helper_sees_nothing_of_what_was_left_out_or_of_whether_to_go_on(
    rfp: Rfp, ana: Viewer, make_user: MakeUser
) -> None:
    bea = make_user("Bea Prueba", team="south")
    project = rfp.answered(ana)
    with rfp.database.unit_of_work() as uow:
        rfp.projects.checklist(project.id, "budget", answer=False, note="Too small for us.", viewer=ana, uow=uow)
        rfp.projects.assign(project.id, ["q2"], to_user_id=bea.user_id, viewer=ana, uow=uow)
    seen, whole = rfp.get(project.id, bea), rfp.get(project.id, ana)
    assert (seen.skipped, seen.checklist) == ((), ())
    assert whole.skipped
    assert "Too small for us." in {item.note for item in whole.checklist}


def test_more_questions_than_policy_allows_are_refused_with_what_to_do(database: Database, ana: Viewer) -> None:
    rfp = make_rfp(database, viewer=ana, rules=RULES.model_copy(update={"most_questions": 2}))
    assert len(rfp.create(ana, question(1), question(2)).questions) == 2
    with pytest.raises(InputError) as refused:
        rfp.create(ana, question(1), question(2), question(3))
    assert "Split the file" in (refused.value.hint or "")
