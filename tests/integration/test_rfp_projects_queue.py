"""Answers in the queue, and the package that is made of what was approved there."""

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.destinations import Destination
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import blocking
from copilot.domain.review_items import ReviewItem, ReviewState, Verdict
from copilot.domain.rfp_answers import ShortForm
from copilot.domain.rfp_projects import ProjectState
from copilot.errors import Conflict
from copilot.store.answer_library import AnswerLibraryRepository
from copilot.store.database import Database
from copilot.store.erasure_drafts import empty_versions
from copilot.store.reviews import ReviewRepository
from copilot.workflows.filed_draft import FiledDraft
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.rfp_builders import FILE, SOURCE, Rfp, answer, make_rfp, no_source, question, yes_no


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER, language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)


def decide(rfp: Rfp, item: ReviewItem, viewer: Viewer, verdict: Verdict) -> None:
    decision = world.decision(item, viewer, verdict=verdict, comment="Because.")
    with rfp.database.unit_of_work() as uow:
        rfp.approvals.decide(item.id, decision, viewer=viewer, uow=uow)


def edit_in_queue(rfp: Rfp, item: ReviewItem, viewer: Viewer, texts: dict[str, str]) -> ReviewItem:
    with rfp.database.unit_of_work() as uow:
        return rfp.approvals.edit(item.id, texts, digest=item.digest, viewer=viewer, uow=uow)


def move(rfp: Rfp, item: ReviewItem, to: ReviewState) -> None:
    with rfp.database.unit_of_work() as uow:
        assert ReviewRepository(uow).move(item.id, to=to, allowed_from=tuple(ReviewState))


def all_segments(filed: FiledDraft) -> tuple[str, ...]:
    return tuple(segment.id for segment in filed.draft.segments())


def test_each_answer_is_filed_once_with_its_whole_answer(rfp: Rfp, ana: Viewer) -> None:
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, short=ShortForm.YES)
    rfp.answerer.answers["q3"] = no_source("q3")
    project = rfp.answered(ana, yes_no(1, "Is data encrypted at rest?"), question(2), question(3))
    filed = rfp.file(project, ana)
    assert [[section.key for section in each.draft.sections] for each in filed] == [["q1"], ["q2"]]
    draft = filed[0].draft
    assert (draft.kind, draft.audience, draft.destination) == (
        DraftKind.RFP_ANSWER,
        Audience.EXTERNAL,
        Destination.HERE,
    )
    assert draft.sections[0].title == "Is data encrypted at rest?"
    assert [segment.text for segment in draft.segments()] == [
        "Yes.",
        "Customer data is encrypted at rest with AES-256.",
    ]
    assert [item.id for item in draft.evidence] == [SOURCE]
    assert not blocking(filed[0].report.findings)
    assert rfp.states(project.id, ana) == {"q1": "in_queue", "q2": "in_queue", "q3": "no_source"}
    assert rfp.get(project.id, ana).questions[0].item_id == filed[0].item.id
    assert rfp.file(project, ana) == ()
    with pytest.raises(Conflict):
        rfp.file(project, ana, question_ids=["q1"])
    with pytest.raises(Conflict):
        rfp.file(project, ana, question_ids=["q3"])


def test_a_section_is_one_item(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana)
    filed = rfp.file(project, ana, per="section")
    assert [[section.key for section in each.draft.sections] for each in filed] == [["q1", "q2"], ["q3"]]
    assert [each.draft.title for each in filed] == ["Vendor security: Security", "Vendor security: Company"]
    assert len({each.item_id for each in rfp.get(project.id, ana).questions}) == 2


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ReviewState.PENDING, "in_queue"),
        (ReviewState.IN_REVIEW, "in_queue"),
        (ReviewState.CHANGES_REQUESTED, "sent_back"),
        (ReviewState.REJECTED, "sent_back"),
        (ReviewState.APPROVED, "approved"),
        (ReviewState.RELEASED, "approved"),
        (ReviewState.RELEASE_FAILED, "approved"),
        (ReviewState.RECALLED, "answered"),
        (ReviewState.WITHDRAWN, "answered"),
        (ReviewState.EXPIRED, "answered"),
        (ReviewState.STALE, "answered"),
    ],
)
def test_the_state_of_a_question_follows_its_item(rfp: Rfp, ana: Viewer, state: ReviewState, expected: str) -> None:
    project = rfp.answered(ana, question(1))
    [filed] = rfp.file(project, ana)
    move(rfp, filed.item, state)
    assert rfp.states(project.id, ana) == {"q1": expected}
    with rfp.database.unit_of_work() as uow:
        [head] = rfp.projects.heads(viewer=ana, uow=uow)
    assert {key.value for key in head.progress.by_state} == {expected}, "lists count as the page does"


def test_an_edit_in_the_queue_is_the_projects_answer(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, short=ShortForm.YES)
    project = rfp.answered(ana, yes_no(1))
    [filed] = rfp.file(project, ana)
    edited = edit_in_queue(rfp, filed.item, manager, {"q1.1": "Backups are kept for 30 days.", "q1.short": "Partly"})
    shown = rfp.get(project.id, ana).questions[0]
    assert shown.answer is not None
    assert (shown.answer.text, shown.answer.short, shown.answer.edited) == (
        "Backups are kept for 30 days.",
        ShortForm.PARTIAL,
        True,
    )
    assert (shown.version, shown.item_id, shown.state.value) == (2, edited.id, "in_queue")
    with pytest.raises(Conflict):
        rfp.edit(project, "q1", ana, text="Mine.", version=2)
    decide(rfp, edited, manager, Verdict.REQUEST_CHANGES)
    with pytest.raises(Conflict):
        rfp.edit(project, "q1", ana, text="Mine.", version=1)
    rfp.edit(project, "q1", ana, text="Backups are kept for 30 days. Mine.", version=2)
    mine = rfp.get(project.id, ana).questions[0]
    assert mine.answer is not None
    assert [bool(segment.evidence_ids) for segment in mine.answer.segments] == [True, False]
    assert (mine.version, mine.state.value) == (3, "answered")


def test_who_takes_everything_out_in_the_queue_leaves_no_answer(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    project = rfp.answered(ana)
    filed = rfp.file(project, ana, per="section")
    edited = edit_in_queue(rfp, filed[0].item, manager, {"q1.1": ""})
    move(rfp, edited, ReviewState.APPROVED)
    assert rfp.states(project.id, ana) == {"q1": "no_source", "q2": "approved", "q3": "in_queue"}


def test_what_was_sent_back_is_filed_as_the_next_version_of_the_same_item(
    rfp: Rfp, ana: Viewer, manager: Viewer
) -> None:
    project = rfp.answered(ana, question(1))
    [filed] = rfp.file(project, ana)
    decide(rfp, filed.item, manager, Verdict.REQUEST_CHANGES)
    assert rfp.file(project, ana) == (), "nobody has changed it"
    rfp.edit(project, "q1", ana, text="Customer data is encrypted at rest with AES-256. Always.")
    [again] = rfp.file(project, ana)
    assert (again.item.draft_id, again.item.version) == (filed.item.draft_id, 2)
    assert rfp.states(project.id, ana) == {"q1": "in_queue"}


def test_an_approved_answer_that_is_changed_is_not_approved_any_more(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    project = rfp.answered(ana, question(1))
    [filed] = rfp.file(project, ana)
    rfp.approve(filed.item, manager, accepted=all_segments(filed))
    assert rfp.states(project.id, ana) == {"q1": "approved"}
    rfp.edit(project, "q1", ana, text="Other words.")
    assert rfp.states(project.id, ana) == {"q1": "answered"}
    [again] = rfp.file(project, ana)
    assert again.item.draft_id != filed.item.draft_id


def test_words_that_retention_took_are_not_replaced_by_older_ones(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    project = rfp.answered(ana, question(1), question(2))
    first, second = rfp.file(project, ana)
    edited = edit_in_queue(rfp, first.item, manager, {"q1.1": "Other words."})
    for item in (edited, second.item):
        move(rfp, item, ReviewState.RELEASED)
    with rfp.database.unit_of_work() as uow:
        empty_versions(uow, [(edited.draft_id, 2), (second.item.draft_id, 1)])
    assert rfp.states(project.id, ana) == {"q1": "answered", "q2": "approved"}


def test_a_package_holds_approved_answers_only_and_names_the_rest(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    rfp.answerer.answers["q3"] = no_source("q3")
    project = rfp.answered(ana, question(1), question(2, "Do you have a SOC 2 report?"), question(3), question(4))
    with pytest.raises(Conflict), rfp.database.unit_of_work() as uow:
        rfp.projects.package(project.id, viewer=ana, uow=uow)
    first, *_ = rfp.file(project, ana)
    rfp.approve(first.item, manager, accepted=all_segments(first))
    with rfp.database.unit_of_work() as uow:
        package = rfp.projects.package(project.id, viewer=ana, uow=uow)
    said = {section.key: [segment.text for segment in section.segments] for section in package.draft.sections}
    assert said["blank"][0] == "2 Do you have a SOC 2 report?"
    assert len(said["blank"]) == 3
    assert [file.name for file in package.draft.files] == [
        "vendor-security-v2-filled.csv",
        "vendor-security-v2-appendix.xlsx",
    ]
    with rfp.database.unit_of_work() as uow:
        files = rfp.approvals.deliverables(package.item.id, viewer=ana, uow=uow)
    sentence = "Customer data is encrypted at rest with AES-256."
    assert files["vendor-security-v2-filled.csv"] == FILE + f"q1={sentence}".encode()
    assert files["vendor-security-v2-appendix.xlsx"] == f"en\nq1:{sentence}".encode()
    assert not blocking(package.report.findings)
    after = rfp.get(project.id, ana)
    assert (after.state, after.item_id) == (ProjectState.PACKAGED, package.item.id)
    with rfp.database.unit_of_work() as uow:
        again = rfp.projects.package(project.id, viewer=ana, uow=uow)
    assert (again.item.draft_id, again.item.version) == (package.item.draft_id, 2), "no two packages wait at once"
    rfp.approve(again.item, manager, accepted=all_segments(again))
    assert rfp.get(project.id, ana).state is ProjectState.PACKAGED
    move(rfp, again.item, ReviewState.REJECTED)
    assert rfp.get(project.id, ana).state is ProjectState.REVIEW


def test_a_working_copy_says_what_nobody_approved(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    rfp.answerer.answers["q3"] = no_source("q3")
    project = rfp.answered(ana)
    first, _ = rfp.file(project, ana)
    rfp.approve(first.item, manager, accepted=all_segments(first))
    with rfp.database.unit_of_work() as uow:
        copy = rfp.projects.working_copy(project.id, viewer=ana, uow=uow)
    sentence = "Customer data is encrypted at rest with AES-256."
    assert copy.name == "vendor-security-v2-draft.csv"
    lines = copy.content.removeprefix(FILE).decode().splitlines()
    assert lines == [f"q1={sentence}", f"q2=[DRAFT, not approved] {sentence}"]


def test_what_was_edited_and_approved_is_proposed_to_the_library_once(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    world.add_account(rfp.database, owner=ana)
    project = rfp.answered(ana, account_id=world.ACCOUNT)
    rfp.edit(project, "q1", ana, text="Customer data is encrypted at rest with AES-256. By ourselves.")
    rfp.edit(project, "q2", ana, text="As we told Aceros Tormes, it is.")
    for filed in rfp.file(project, ana):
        move(rfp, filed.item, ReviewState.APPROVED)
    del manager
    for _ in range(2):
        with rfp.database.unit_of_work() as uow:
            rfp.projects.package(project.id, viewer=ana, uow=uow)
            [stored] = AnswerLibraryRepository(uow).changes(viewer=ana)
    assert (stored.question_id, stored.change.project_id) == ("q1", project.id)
    assert [item.id for item in stored.sources] == [SOURCE]
