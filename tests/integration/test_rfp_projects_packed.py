"""Packages whose answers change after they were made: nothing leaves that is not approved at that moment."""

from dataclasses import replace
from pathlib import Path

import pytest

from copilot.approvals.release import ReleaseGate
from copilot.approvals.sinks.choice import choose_sinks
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.domain.rfp_projects import Project
from copilot.errors import CopilotError
from copilot.store.database import Database
from copilot.store.reviews import ReviewRepository
from copilot.workflows.filed_draft import FiledDraft
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.rfp_builders import Rfp, make_rfp, question


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER, language="en")


@pytest.fixture
def second(make_user: MakeUser) -> Viewer:
    """A risky package without an account needs two who approve it."""
    return make_user("Eva Segunda", role=Role.ADMIN, language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)


@pytest.fixture
def project(rfp: Rfp, ana: Viewer) -> Project:
    return rfp.answered(ana, question(1), question(2), question(3))


@pytest.fixture
def answers(rfp: Rfp, project: Project, ana: Viewer, manager: Viewer) -> tuple[ReviewItem, ...]:
    """The items of the first two answers, which are approved."""
    filed = rfp.file(project, ana, question_ids=["q1", "q2"])
    return tuple(approve(rfp, each, manager) for each in filed)


@pytest.fixture
def package(rfp: Rfp, project: Project, answers: tuple[ReviewItem, ...], ana: Viewer) -> FiledDraft:
    assert len(answers) == 2
    return pack(rfp, project, ana)


def pack(rfp: Rfp, project: Project, viewer: Viewer) -> FiledDraft:
    with rfp.database.unit_of_work() as uow:
        return rfp.projects.package(project.id, viewer=viewer, uow=uow)


def approve(rfp: Rfp, filed: FiledDraft, viewer: Viewer) -> ReviewItem:
    return world.approve(
        rfp.database, filed.item, viewer=viewer, accepted=tuple(segment.id for segment in filed.draft.segments())
    )


def take_back(rfp: Rfp, item: ReviewItem) -> None:
    with rfp.database.unit_of_work() as uow:
        assert ReviewRepository(uow).move(item.id, to=ReviewState.RECALLED, allowed_from=tuple(ReviewState))


def deliver(rfp: Rfp, folder: Path) -> None:
    ReleaseGate(rfp.database, sinks=choose_sinks(folder), policy=world.policy_without_undo()).run_due()


def state_of(rfp: Rfp, filed: FiledDraft) -> ReviewState:
    return world.item_now(rfp.database, filed.item).state


def test_a_package_is_stale_when_an_answer_in_it_is_edited(
    rfp: Rfp, project: Project, package: FiledDraft, ana: Viewer, manager: Viewer
) -> None:
    rfp.edit(project, "q1", ana, text="Other words.")
    assert state_of(rfp, package) is ReviewState.STALE
    with pytest.raises(CopilotError):
        approve(rfp, package, manager)
    assert world.actions(rfp.database, package.item)[-1] == "review.stale"
    again = pack(rfp, project, ana)
    assert approve(rfp, again, manager).state is ReviewState.APPROVED, "it holds only what is approved"


def test_a_package_is_stale_when_an_answer_in_it_is_written_again(
    rfp: Rfp, project: Project, package: FiledDraft, ana: Viewer
) -> None:
    with rfp.database.unit_of_work() as uow:
        rfp.projects.answer_again(project.id, "q2", version=1, viewer=ana, uow=uow)
    assert state_of(rfp, package) is ReviewState.STALE


def test_a_package_is_not_approved_when_an_answer_in_it_was_taken_back(
    rfp: Rfp, answers: tuple[ReviewItem, ...], package: FiledDraft, manager: Viewer
) -> None:
    take_back(rfp, answers[0])
    with pytest.raises(CopilotError):
        approve(rfp, package, manager)
    with rfp.database.unit_of_work() as uow:
        assert rfp.approvals.mark_changed(uow=uow) == 1
    assert state_of(rfp, package) is ReviewState.STALE


def test_the_second_of_two_approvals_is_refused_when_an_answer_was_taken_back_in_between(
    rfp: Rfp, answers: tuple[ReviewItem, ...], package: FiledDraft, ana: Viewer, manager: Viewer, second: Viewer
) -> None:
    with rfp.database.unit_of_work() as uow:  # our own words beside a blank question: two have to approve them
        words = {"blank.1": "We answer this one within two weeks."}
        edited = rfp.approvals.edit(package.item.id, words, digest=package.item.digest, viewer=ana, uow=uow)
    risky = replace(package, item=edited)
    assert approve(rfp, risky, manager).state is ReviewState.IN_REVIEW
    take_back(rfp, answers[0])
    with pytest.raises(CopilotError):
        approve(rfp, risky, second)


def test_an_approved_package_does_not_leave_when_an_answer_in_it_was_taken_back(
    rfp: Rfp, answers: tuple[ReviewItem, ...], package: FiledDraft, manager: Viewer, tmp_path: Path
) -> None:
    approve(rfp, package, manager)
    take_back(rfp, answers[1])
    deliver(rfp, tmp_path)
    assert state_of(rfp, package) is ReviewState.STALE


def test_an_approved_package_goes_stale_with_an_edit(
    rfp: Rfp, project: Project, package: FiledDraft, ana: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    approve(rfp, package, manager)
    rfp.edit(project, "q1", ana, text="Other words.")
    assert state_of(rfp, package) is ReviewState.STALE
    deliver(rfp, tmp_path)
    assert state_of(rfp, package) is ReviewState.STALE


def test_a_package_of_a_project_that_is_gone_cannot_be_held_against_it(
    rfp: Rfp, project: Project, package: FiledDraft, ana: Viewer, manager: Viewer
) -> None:
    with rfp.database.unit_of_work() as uow:
        rfp.projects.delete(project.id, viewer=ana, uow=uow)
    with pytest.raises(CopilotError):
        approve(rfp, package, manager)


def test_a_package_leaves_while_its_answers_stand(
    rfp: Rfp, project: Project, package: FiledDraft, ana: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    rfp.edit(project, "q3", ana, text="What is not in the package may change.")
    [third] = rfp.file(project, ana)
    approve(rfp, third, manager)
    approve(rfp, package, manager)
    with rfp.database.unit_of_work() as uow:
        assert rfp.approvals.mark_changed(uow=uow) == 0
    deliver(rfp, tmp_path)
    assert state_of(rfp, package) is ReviewState.RELEASED
