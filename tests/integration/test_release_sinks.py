"""The other ways out: a file for a person to send, a dry run, the CRM, the clipboard."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from copilot.approvals import clipboard
from copilot.approvals.release import run_due_releases
from copilot.approvals.release_texts import describe
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.destinations import CrmUpdate, Destination
from copilot.domain.drafts import Draft
from copilot.domain.rendering_email import MESSAGE_FILE
from copilot.domain.review_items import ReviewItem
from copilot.errors import Conflict, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.releases import ReleaseState
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.release_builders import MailServer, approved_bytes, approved_email, deliver_due, release_of


@pytest.fixture
def item(database: Database, requester: Viewer, manager: Viewer) -> ReviewItem:
    return approved_email(database, requester=requester, approver=manager)


def test_without_a_mail_server_a_person_sends_the_file_and_the_receipt_says_so(
    database: Database, clock: FixedClock, item: ReviewItem, tmp_path: Path
) -> None:
    assert run_due_releases(database, exports=tmp_path) == 1
    release = release_of(database, item)
    assert (release.receipt["channel"], release.receipt["sent"]) == ("eml", "by_hand")
    [folder] = list(tmp_path.iterdir())
    assert {path.name for path in folder.iterdir()} == {MESSAGE_FILE}
    assert (folder / MESSAGE_FILE).read_bytes() == approved_bytes(database, item)
    assert "message.eml" in describe(release, language="es", now=clock.now())


def test_in_a_dry_run_nothing_leaves_and_everything_says_so(
    database: Database, clock: FixedClock, item: ReviewItem, requester: Viewer, tmp_path: Path
) -> None:
    internal = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    world.approve(database, internal, viewer=requester)
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path, dry_run=True) == 2
    assert server.taken == []
    lines = [json.loads(line) for line in (tmp_path / "dry-run.jsonl").read_text().splitlines()]
    assert {line["instead_of"] for line in lines} == {"smtp", "files"}
    assert [path.name for path in tmp_path.iterdir()] == ["dry-run.jsonl"]
    release = release_of(database, item)
    assert release.receipt["channel"] == "dry_run"
    assert "Dry run" in describe(release, language="en", now=clock.now())


def test_what_stays_here_is_released_and_written_nowhere(
    database: Database, clock: FixedClock, requester: Viewer, tmp_path: Path
) -> None:
    draft = world.good_draft(database, viewer=requester).model_copy(update={"destination": Destination.HERE})
    item = world.submit(database, draft, viewer=requester)
    world.approve(database, item, viewer=requester)
    assert run_due_releases(database, exports=tmp_path) == 1
    release = release_of(database, item)
    assert release.state is ReleaseState.RELEASED
    assert release.receipt == {"channel": "here"}
    assert list(tmp_path.iterdir()) == []
    assert "written to no folder" in describe(release, language="en", now=clock.now())


def _crm_note(draft: Draft, **changes: Any) -> Draft:
    update = CrmUpdate(**({"source_system": "test", "record_type": "account", "source_id": world.ACCOUNT} | changes))
    return draft.model_copy(update={"destination": Destination.CRM, "crm": update})


@pytest.mark.parametrize("changes", [{}, {"field": "next_step", "value_before": None, "value": "Llamar"}])
def test_a_crm_update_is_recorded_once_however_often_it_is_delivered(
    database: Database, requester: Viewer, tmp_path: Path, changes: dict[str, Any]
) -> None:
    draft = _crm_note(world.good_draft(database, viewer=requester), **changes)
    item = world.approve(database, world.submit(database, draft, viewer=requester), viewer=requester)
    assert run_due_releases(database, exports=tmp_path) == 1
    with database.unit_of_work() as uow:
        uow.session.execute(text("update releases set state = 'sending'"))
    assert run_due_releases(database, exports=tmp_path) == 1
    [line] = [json.loads(line) for line in (tmp_path / "crm-updates.jsonl").read_text().splitlines()]
    assert line["approval"] == item.id
    written = json.loads(line["update"])
    assert written.get("value", written.get("note")) == changes.get("value", written.get("note"))
    assert "84.000 €" in written["note"] if not changes else "note" not in written
    assert "update" not in release_of(database, item).receipt


def test_an_approved_text_can_be_copied_and_the_chain_says_who(
    database: Database, item: ReviewItem, requester: Viewer, make_user: MakeUser
) -> None:
    with database.unit_of_work() as uow:
        copied = clipboard.copied(item.id, viewer=requester, uow=uow)
    assert copied == "Resumen\n\nSu contrato renueva el 31 de enero de 2027.\n"
    with database.unit_of_work() as uow:
        [event] = [each for each in AuditLog(uow).about(f"review_item:{item.id}") if each.action == "release.copied"]
    assert (event.actor_id, event.details["digest"]) == (requester.user_id, item.digest)
    waiting = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    with database.unit_of_work() as uow:
        with pytest.raises(Conflict):
            clipboard.copied(waiting.id, viewer=requester, uow=uow)
        with pytest.raises(NotFound):
            clipboard.copied(item.id, viewer=make_user("Omar Ajeno", team="south"), uow=uow)
