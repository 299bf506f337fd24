"""Answers from knowledge that is closed to some: a light edit opens it to nobody."""

import pytest

from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.evidence import Evidence
from copilot.domain.review_items import ReviewState
from copilot.domain.rfp_answers import RfpAnswer
from copilot.domain.rfp_projects import Project
from copilot.errors import NotFound
from copilot.store.answer_library import AnswerLibraryRepository
from copilot.store.database import Database
from copilot.store.reviews import ReviewRepository
from copilot.workflows.rfp.filed_answers import rewritten
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.rfp_builders import Rfp, answer, make_rfp, question

ALMOST = "Customer data is encrypted at rest with AES-128."


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER, language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)


def secret(rfp: Rfp) -> tuple[Evidence, ...]:
    return tuple(item.model_copy(update={"visibility": "managers"}) for item in rfp.answerer.evidence)


@pytest.fixture
def project(rfp: Rfp, ana: Viewer) -> Project:
    """Of one question, whose answer only managers may read."""
    rfp.answerer.answers["q1"] = answer("q1", secret(rfp))
    return rfp.answered(ana, question(1))


def seen(rfp: Rfp, project: Project, viewer: Viewer) -> RfpAnswer | None:
    return rfp.get(project.id, viewer).questions[0].answer


def test_a_light_edit_opens_an_answer_to_nobody(rfp: Rfp, project: Project, ana: Viewer, manager: Viewer) -> None:
    rfp.edit(project, "q1", manager, text=ALMOST)
    edited = seen(rfp, project, manager)
    assert edited is not None
    assert (edited.text, edited.evidence) == (ALMOST, ())
    assert seen(rfp, project, ana) is None
    rfp.edit(project, "q1", manager, text=f"{ALMOST} Always.", version=2)
    assert seen(rfp, project, ana) is None, "nor does another"


def test_an_edit_in_the_queue_opens_it_to_nobody(rfp: Rfp, project: Project, ana: Viewer, manager: Viewer) -> None:
    [filed] = rfp.file(project, manager)
    with rfp.database.unit_of_work() as uow:
        edited = rfp.approvals.edit(filed.item.id, {"q1.1": ALMOST}, digest=filed.item.digest, viewer=manager, uow=uow)
        ReviewRepository(uow).move(edited.id, to=ReviewState.WITHDRAWN, allowed_from=tuple(ReviewState))
    assert seen(rfp, project, ana) is None
    [shown] = rfp.get(project.id, manager).questions
    rfp.edit(project, "q1", manager, text="Customer data is encrypted at rest.", version=shown.version)
    assert seen(rfp, project, ana) is None


def test_what_was_edited_is_filed_for_those_who_may_read_it(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    world.add_account(rfp.database, owner=ana)
    rfp.answerer.answers["q1"] = answer("q1", secret(rfp))
    project = rfp.answered(ana, question(1), account_id=world.ACCOUNT)
    rfp.edit(project, "q1", manager, text=ALMOST)
    [filed] = rfp.file(project, manager)
    with rfp.database.unit_of_work() as uow, pytest.raises(NotFound):
        rfp.approvals.get(filed.item.id, viewer=ana, uow=uow)


def test_what_was_edited_is_proposed_to_the_library_for_those_who_may_read_it(
    rfp: Rfp, project: Project, manager: Viewer
) -> None:
    rfp.edit(project, "q1", manager, text=ALMOST)
    [filed] = rfp.file(project, manager)
    with rfp.database.unit_of_work() as uow:
        ReviewRepository(uow).move(filed.item.id, to=ReviewState.APPROVED, allowed_from=tuple(ReviewState))
        rfp.projects.package(project.id, viewer=manager, uow=uow)
        [stored] = AnswerLibraryRepository(uow).changes(viewer=manager)
    assert stored.visibility is Visibility.MANAGERS


def test_who_could_not_read_it_reads_what_they_wrote_themselves(rfp: Rfp, project: Project, ana: Viewer) -> None:
    rfp.edit(project, "q1", ana, text="We encrypt.")
    mine = seen(rfp, project, ana)
    assert mine is not None
    assert mine.text == "We encrypt."


def test_an_answer_from_what_everybody_may_read_stays_open(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    project = rfp.answered(ana, question(1))
    rfp.edit(project, "q1", manager, text=ALMOST)
    assert seen(rfp, project, ana) is not None


def test_the_narrowest_class_is_kept(rfp: Rfp) -> None:
    [item] = rfp.answerer.evidence
    mixed = tuple(
        item.model_copy(update={"id": f"{item.id}{place}", "visibility": each.value})
        for place, each in enumerate((Visibility.ADMINS, Visibility.STAFF, Visibility.MANAGERS))
    )
    changed = rewritten(answer("q1", mixed), text="Other words.", short=None, chosen=())
    assert (changed.visibility, changed.evidence) == (Visibility.ADMINS, ())
