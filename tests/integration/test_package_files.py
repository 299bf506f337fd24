"""Files that go with a package of answers: approved with it, released as approved, gone when it is erased."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text

from api.queue_reading import released_file
from copilot.approvals.comparison import compare
from copilot.approvals.release import ReleaseGate
from copilot.approvals.release_prepare import stored_delivery
from copilot.approvals.sinks.choice import choose_sinks
from copilot.domain.access import Viewer
from copilot.domain.destinations import Attachment, Destination
from copilot.domain.drafts import Audience, Draft, DraftKind, content_digest
from copilot.domain.rendering import render_deliverables, render_redacted
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import Conflict, InputError
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import Database
from copilot.store.drafts import DraftRepository
from tests import approvals_builders as world

FILES = {"security-filled.xlsx": b"PK filled", "answers-with-sources.xlsx": b"PK appendix"}


def package(database: Database, viewer: Viewer, files: dict[str, bytes], **changes: object) -> Draft:
    """Answers that name their files."""
    named = tuple(
        Attachment(name=name, media_type="application/octet-stream", sha256=hashlib.sha256(content).hexdigest())
        for name, content in files.items()
    )
    evidence = world.evidence_of(database, (world.EMAIL,), viewer=viewer)
    sentences = (("El cliente confirmó 240 licencias.", (world.EMAIL,)), ("Por 48.000 €.", (world.EMAIL,)))
    draft = world.draft_about(evidence, sentences, audience=Audience.EXTERNAL, kind=DraftKind.RFP_ANSWER)
    return draft.model_copy(update={"destination": Destination.HERE, "files": named} | changes)


def filed(database: Database, draft: Draft, files: dict[str, bytes], viewer: Viewer) -> ReviewItem:
    with database.unit_of_work() as uow:
        report = Guardrails().check_draft(draft, viewer=viewer, uow=uow)
        return world.service().submit(draft, report, viewer=viewer, uow=uow, attachments=files)


def files_of(database: Database, item: ReviewItem) -> dict[str, bytes]:
    with database.unit_of_work() as uow:
        return DraftRepository(uow).deliverables(item.draft_id, item.version)


def release(database: Database, folder: Path) -> int:
    gate = ReleaseGate(database, sinks=choose_sinks(folder))
    return gate.run_due()


@pytest.fixture
def owner(requester: Viewer) -> Viewer:
    return requester


@pytest.fixture
def item(database: Database, owner: Viewer) -> ReviewItem:
    return filed(database, package(database, owner, FILES), FILES, owner)


def test_they_are_files_of_the_version_and_covered_by_its_digest(database: Database, item: ReviewItem) -> None:
    stored = files_of(database, item)
    assert {name: stored[name] for name in FILES} == FILES
    assert "rfp_answer.xlsx" in stored
    with database.unit_of_work() as uow:
        draft = DraftRepository(uow).version(item.draft_id, item.version).draft
    assert content_digest(draft, deliverables=stored) == item.digest
    assert content_digest(draft, deliverables=stored | {"security-filled.xlsx": b"PK other"}) != item.digest


def test_after_the_approval_they_are_downloaded_as_they_are(
    database: Database, item: ReviewItem, owner: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    with database.unit_of_work() as uow, pytest.raises(Conflict, match="not released"):
        released_file(item.id, "security-filled.xlsx", approvals=world.service(), viewer=owner, uow=uow)
    world.approve(database, item, viewer=manager)
    assert release(database, tmp_path) == 1
    for name, content in FILES.items():
        with database.unit_of_work() as uow:
            found = released_file(item.id, name, approvals=world.service(), viewer=owner, uow=uow)
        assert found == (content, name)


def test_as_files_they_are_written_beside_the_text(
    database: Database, owner: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    draft = package(database, owner, FILES, destination=Destination.FILES)
    item = filed(database, draft, FILES, owner)
    world.approve(database, item, viewer=manager)
    assert release(database, tmp_path) == 1
    [folder] = tmp_path.iterdir()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files_of(database, item)
    with database.unit_of_work() as uow:
        found = released_file(item.id, "security-filled.xlsx", approvals=world.service(), viewer=owner, uow=uow)
    assert found == (b"PK filled", "security-filled.xlsx")


def test_what_was_changed_after_the_approval_is_not_released(
    database: Database, item: ReviewItem, manager: Viewer, tmp_path: Path
) -> None:
    world.approve(database, item, viewer=manager)
    with database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE deliverables SET content = 'x' WHERE name = 'security-filled.xlsx'"))
    assert release(database, tmp_path) == 0
    assert world.item_now(database, item).state is ReviewState.RELEASE_FAILED


@pytest.mark.parametrize(
    "handed_in",
    [{}, {"security-filled.xlsx": b"PK filled"}, FILES | {"security-filled.xlsx": b"other"}, FILES | {"more.txt": b""}],
    ids=["none", "one-missing", "other-bytes", "one-more"],
)
def test_exactly_the_named_files_are_taken(database: Database, owner: Viewer, handed_in: dict[str, bytes]) -> None:
    with pytest.raises(InputError):
        filed(database, package(database, owner, FILES), handed_in, owner)


@pytest.mark.parametrize(
    "names",
    [
        ["../up.xlsx"],
        ["a/b.xlsx"],
        [".hidden"],
        ["rfp_answer.md"],
        ["RFP_ANSWER.docx"],
        ["a.txt", "A.txt"],
        ["a" * 101],
    ],
    ids=["up", "folder", "hidden", "rendered", "rendered-in-capitals", "twice", "long"],
)
def test_names_that_could_do_harm_are_refused(database: Database, owner: Viewer, names: list[str]) -> None:
    files = dict.fromkeys(names, b"x")
    with pytest.raises(InputError):
        filed(database, package(database, owner, files), files, owner)


def test_an_edit_of_the_words_keeps_the_files(database: Database, item: ReviewItem, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        edited = world.service().edit(
            item.id, {"summary.2": "Son 48.000 €."}, digest=item.digest, viewer=owner, uow=uow
        )
    stored = files_of(database, edited)
    assert {name: stored[name] for name in FILES} == FILES
    assert b"Son 48.000" in stored["rfp_answer.md"]


def test_made_again_it_has_other_files(database: Database, item: ReviewItem, owner: Viewer) -> None:
    files = {"security-filled.xlsx": b"PK filled anew"}
    draft = package(database, owner, files)
    with database.unit_of_work() as uow:
        replaced = world.service().replace(item.id, draft, digest=item.digest, viewer=owner, uow=uow, attachments=files)
    assert {
        name: content for name, content in files_of(database, replaced).items() if "rfp_answer" not in name
    } == files
    with database.unit_of_work() as uow:
        before = DraftRepository(uow).version(item.draft_id, item.version).draft
    assert [line.place for line in compare(before, draft).details] == ["attachments"]


def test_sent_back_and_filed_again_it_has_the_same_files(database: Database, item: ReviewItem, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        world.service().withdraw(item.id, viewer=owner, uow=uow)
    with database.unit_of_work() as uow:
        again = world.service().submit_again(item.id, viewer=owner, uow=uow)
    assert files_of(database, again)["security-filled.xlsx"] == b"PK filled"


def test_of_an_erased_version_nothing_is_left_of_them(database: Database, owner: Viewer) -> None:
    draft = package(database, owner, FILES)
    redacted = render_redacted(draft)
    assert {name: redacted[name] for name in FILES} == dict.fromkeys(FILES, b"")
    assert redacted.keys() == render_deliverables(draft, attachments=FILES).keys()


def test_without_files_a_draft_is_written_as_before(database: Database, owner: Viewer) -> None:
    assert "files" not in package(database, owner, {}).model_dump(mode="json")


def test_what_is_delivered_holds_them(database: Database, item: ReviewItem) -> None:
    with database.unit_of_work() as uow:
        found = stored_delivery(item, uow=uow)
    assert found is not None
    assert FILES.items() <= dict(found[1].files).items()
