"""Packages with blank questions: these are quoted as the customer's, and the package is as closed as its answers."""

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.findings import Risk
from copilot.domain.questionnaires import Correction
from copilot.domain.review_items import ReviewState
from copilot.domain.rfp_projects import Project
from copilot.errors import NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import Database
from copilot.store.evidence import EvidenceRepository
from copilot.store.reviews import ReviewRepository
from copilot.workflows.filed_draft import FiledDraft
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.rfp_builders import Rfp, answer, make_rfp, no_source, question

LONG = (
    "Do you guarantee that all 14 of your data centres fail over within 30 minutes, with no loss of data, and do you "
    "pay back at least 10 % of the yearly fee for every outage of more than 4 hours in a row?"
)


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER, language="en")


@pytest.fixture
def stranger(make_user: MakeUser) -> Viewer:
    return make_user("Eva Ajena", language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)


@pytest.fixture
def project(rfp: Rfp, ana: Viewer) -> Project:
    """One question is answered, two stay blank."""
    rfp.answerer.answers |= {"q2": no_source("q2"), "q3": no_source("q3")}
    return rfp.answered(ana, question(1), question(2, LONG), question(3))


def packed(rfp: Rfp, project: Project, viewer: Viewer) -> FiledDraft:
    """The package of what is answered, which the queue approved."""
    for filed in rfp.file(project, viewer):
        with rfp.database.unit_of_work() as uow:
            ReviewRepository(uow).move(filed.item.id, to=ReviewState.APPROVED, allowed_from=tuple(ReviewState))
    with rfp.database.unit_of_work() as uow:
        return rfp.projects.package(project.id, viewer=viewer, uow=uow)


def test_blank_questions_make_no_package_risky(rfp: Rfp, project: Project, ana: Viewer) -> None:
    package = packed(rfp, project, ana)
    blank = next(section for section in package.draft.sections if section.key == "blank")
    assert [segment.text for segment in blank.segments] == [f"2 {LONG}", package.draft.evidence[1].text]
    assert all(segment.evidence_ids and segment.uncited_reason is None for segment in blank.segments)
    assert (package.report.findings, package.item.risk) == ((), Risk.LOW)


def test_what_is_not_word_for_word_theirs_is_checked(rfp: Rfp, project: Project, ana: Viewer) -> None:
    draft = packed(rfp, project, ana).draft
    summary, blank = draft.sections
    ours = blank.segments[0].model_copy(update={"text": LONG.replace("Do you", "We").replace("?", ".")})
    changed = blank.model_copy(update={"segments": (ours, *blank.segments[1:])})
    with rfp.database.unit_of_work() as uow:
        report = Guardrails().check_draft(
            draft.model_copy(update={"sections": (summary, changed)}), viewer=ana, uow=uow
        )
    assert {item.segment_id for item in report.findings} == {ours.id}
    assert report.risk is not Risk.LOW


def test_a_question_in_words_of_ours_is_checked_like_them(rfp: Rfp, ana: Viewer) -> None:
    claim = "We guarantee that all 14 of our data centres fail over within 30 minutes, or pay back 10 % of the fee."
    rfp.answerer.answers |= {"q2": no_source("q2")}
    project = rfp.create(ana, question(1), question(2, LONG))
    with rfp.database.unit_of_work() as uow:
        rfp.projects.correct(project.id, [Correction(question_id="q2", text=claim)], viewer=ana, uow=uow)
    rfp.start(project, ana)
    rfp.runs.run()
    package = packed(rfp, project, ana)
    assert {item.segment_id for item in package.report.findings} == {"blank.1"}


def test_a_question_is_read_by_others_only_once_it_stands_in_the_queue(
    rfp: Rfp, project: Project, ana: Viewer, stranger: Viewer
) -> None:
    evidence_id = f"record:{project.id}:question-1"

    def read(viewer: Viewer, key: str = evidence_id) -> bool:
        with rfp.database.unit_of_work() as uow:
            return key in EvidenceRepository(uow).read([key], viewer=viewer)

    assert (read(ana), read(stranger)) == (True, False)
    packed(rfp, project, ana)
    assert read(stranger), "they may approve it"
    assert not any(read(ana, f"record:{project.id}:{name}") for name in ("question-9", "question-x", "title"))


def test_a_question_of_an_account_is_read_by_whoever_sees_the_account(rfp: Rfp, ana: Viewer, stranger: Viewer) -> None:
    world.add_account(rfp.database, owner=ana)
    rfp.answerer.answers["q2"] = no_source("q2")
    project = rfp.answered(ana, question(1), question(2), account_id=world.ACCOUNT)
    evidence = packed(rfp, project, ana).draft.evidence
    with rfp.database.unit_of_work() as uow:
        ids = [item.id for item in evidence]
        assert list(EvidenceRepository(uow).read(ids, viewer=ana)) == ids
        assert not EvidenceRepository(uow).read(ids, viewer=stranger)


def test_a_package_is_as_closed_as_its_most_closed_answer(
    rfp: Rfp, ana: Viewer, manager: Viewer, stranger: Viewer
) -> None:
    secret = tuple(item.model_copy(update={"visibility": "managers"}) for item in rfp.answerer.evidence)
    rfp.answerer.answers["q2"] = answer("q2", secret)
    project = rfp.answered(manager, question(1), question(2))
    package = packed(rfp, project, manager)
    with rfp.database.unit_of_work() as uow:
        assert rfp.approvals.get(package.item.id, viewer=manager, uow=uow)
        for viewer in (ana, stranger):
            with pytest.raises(NotFound):
                rfp.approvals.get(package.item.id, viewer=viewer, uow=uow)
