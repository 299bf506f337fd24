"""The release gate: what goes out is what was approved, once, or nothing."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from copilot.approvals.release import ReleaseGate, run_due_releases
from copilot.approvals.sinks import Delivery, nothing_to_begin
from copilot.approvals.sinks.files import FileSink
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import Conflict, DigestMismatch, InputError, NotAllowed, StorageFull, UnavailableError
from copilot.store.database import Database
from copilot.store.releases import ReleaseRepository, ReleaseState, sole_deliverer
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.release_builders import release_of


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user(role=Role.AE))


@pytest.fixture
def approved(database: Database, requester: Viewer) -> ReviewItem:
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    return world.approve(database, item, viewer=requester)


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    return tmp_path / "exports"


def state(database: Database, item: ReviewItem, viewer: Viewer) -> ReviewState:
    with database.unit_of_work() as uow:
        return world.service().get(item.id, viewer=viewer, uow=uow).item.state


def behind_the_back(database: Database, statement: str, **values: object) -> None:
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def written_files(exports: Path) -> dict[str, bytes]:
    return {str(path.relative_to(exports)): path.read_bytes() for path in exports.rglob("*") if path.is_file()}


def test_what_is_released_is_what_was_approved_byte_for_byte_and_once(
    database: Database, requester: Viewer, approved: ReviewItem, exports: Path
) -> None:
    assert run_due_releases(database, exports=exports) == 1
    with database.unit_of_work() as uow:
        shown = world.service().deliverables(approved.id, viewer=requester, uow=uow)
    [folder] = list(exports.iterdir())
    assert folder.name == f"2026-11-16-brief-aceros-tormes-{approved.id}"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == shown
    assert folder.stat().st_mode & 0o077 == 0
    release = release_of(database, approved)
    assert (release.state, release.receipt["folder"]) == (ReleaseState.RELEASED, folder.name)
    assert state(database, approved, requester) is ReviewState.RELEASED
    before = written_files(exports)
    assert run_due_releases(database, exports=exports) == 0
    assert written_files(exports) == before
    done = world.actions(database, approved)
    assert done == ["review.submitted", "review.voted", "review.approved", "release.released"]


def test_nothing_goes_out_without_an_approval(database: Database, requester: Viewer, exports: Path) -> None:
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    with database.unit_of_work() as uow:
        ReleaseRepository(uow).queue(item.id, sink="files", digest=item.digest)
    assert run_due_releases(database, exports=exports) == 0
    assert not exports.exists()
    assert release_of(database, item).error_code == "not_approved"
    assert state(database, item, requester) is ReviewState.PENDING


def _expire(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    clock.instant = item.requirement.expires_at


def _change_evidence(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    world.change_renewal(database, to=date(2027, 3, 1))


def _remove_source(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, "delete from source_files")


def _take_account_away(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, "update accounts set owner_email = 'somebody@tramontia.example'")


def _deactivate(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, "update users set active = false")


def _raise_the_bar(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(
        database, "update review_items set requirement = jsonb_set(requirement, '{steps,0,roles}', '[\"manager\"]')"
    )


def _alter_bytes(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, "update deliverables set content = content || 'x'::bytea where name like '%.md'")


def _add_file(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(
        database, "insert into deliverables select draft_id, version, 'more.md', content from deliverables limit 1"
    )


def _alter_draft(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, "update draft_versions set content = jsonb_set(content, '{title}', '\"Otra\"')")


def _break_draft(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, "update draft_versions set content = '{}'::jsonb")


def _alter_approved_digest(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, "update releases set digest = 'x'")


def _forge_findings(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    forged = '[{"rule": "x", "severity": "info", "action": "allow", "explanation": {}}]'
    behind_the_back(database, "update draft_versions set findings = cast(:forged as jsonb)", forged=forged)


def _forge_risk(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, "update review_items set risk = 'medium'")


def _forge_requirement(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(database, 'update review_items set requirement = requirement || \'{"rule": "x"}\'')


def _forge_approver(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    behind_the_back(
        database,
        "insert into users (id, email, name, role) values ('eva', 'eva@tramontia.example', 'Eva', 'admin')",
    )
    behind_the_back(database, "update review_items set decided_by = 'eva'")


def _mark_stale(database: Database, clock: FixedClock, item: ReviewItem) -> None:
    world.change_renewal(database, to=date(2027, 2, 28))
    with database.unit_of_work() as uow:
        world.service().mark_changed(uow=uow)


@pytest.mark.parametrize(
    ("disturb", "code", "after"),
    [
        (_expire, "expired", ReviewState.EXPIRED),
        (_change_evidence, "evidence_changed", ReviewState.STALE),
        (_remove_source, "evidence_changed", ReviewState.STALE),
        (_take_account_away, "approver_not_entitled", ReviewState.STALE),
        (_deactivate, "approver_not_entitled", ReviewState.STALE),
        (_raise_the_bar, "approver_not_entitled", ReviewState.STALE),
        (_alter_bytes, "digest_mismatch", ReviewState.RELEASE_FAILED),
        (_add_file, "digest_mismatch", ReviewState.RELEASE_FAILED),
        (_alter_draft, "digest_mismatch", ReviewState.RELEASE_FAILED),
        (_break_draft, "digest_mismatch", ReviewState.RELEASE_FAILED),
        (_alter_approved_digest, "digest_mismatch", ReviewState.RELEASE_FAILED),
        (_mark_stale, "not_approved", ReviewState.STALE),
        (_forge_findings, "not_approved", ReviewState.RELEASE_FAILED),
        (_forge_risk, "not_approved", ReviewState.RELEASE_FAILED),
        (_forge_requirement, "approver_not_entitled", ReviewState.STALE),
        (_forge_approver, "not_approved", ReviewState.RELEASE_FAILED),
    ],
)
def test_an_approval_that_no_longer_holds_releases_nothing(
    database: Database,
    clock: FixedClock,
    approved: ReviewItem,
    exports: Path,
    disturb: Callable[[Database, FixedClock, ReviewItem], None],
    code: str,
    after: ReviewState,
) -> None:
    disturb(database, clock, approved)
    assert run_due_releases(database, exports=exports) == 0
    assert not exports.exists()
    release = release_of(database, approved)
    assert (release.state, release.error_code) == (ReleaseState.FAILED, code)
    with database.unit_of_work() as uow:
        now = uow.session.execute(text("select state from review_items")).scalar_one()
    assert now == after


def test_an_approver_who_may_no_longer_see_the_item_approved_nothing(
    database: Database, make_user: MakeUser, requester: Viewer, exports: Path
) -> None:
    manager = make_user(role=Role.MANAGER)
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    world.approve(database, item, viewer=manager)
    behind_the_back(database, "update users set team_id = null where id = :user", user=manager.user_id)
    assert run_due_releases(database, exports=exports) == 0
    assert release_of(database, item).error_code == "approver_not_entitled"
    assert not exports.exists()


def test_a_full_disk_fails_the_release_and_it_can_be_tried_again(
    database: Database, requester: Viewer, approved: ReviewItem, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert run_due_releases(database, exports=exports) == 0
    assert list(exports.iterdir()) == []
    assert release_of(database, approved).error_code == StorageFull.code
    assert state(database, approved, requester) is ReviewState.RELEASE_FAILED
    assert run_due_releases(database, exports=exports) == 0
    monkeypatch.setattr(os, "fsync", real)
    with database.unit_of_work() as uow:
        world.service().retry_release(approved.id, viewer=requester, uow=uow)
    assert run_due_releases(database, exports=exports) == 1
    assert state(database, approved, requester) is ReviewState.RELEASED
    with database.unit_of_work() as uow, pytest.raises(Conflict):
        world.service().retry_release(approved.id, viewer=requester, uow=uow)


def test_only_who_may_approve_or_asked_tries_again(
    database: Database, make_user: MakeUser, requester: Viewer, exports: Path, tmp_path: Path
) -> None:
    wrong = (("La cuenta factura 85.000 € al año.", (world.ARR,)),)
    draft = world.draft_about(world.evidence_of(database, (world.ARR,), viewer=requester), wrong)
    item = world.submit(database, draft, viewer=requester)
    world.approve(database, item, viewer=make_user(role=Role.MANAGER), accepted=("summary.1",))
    exports.write_text("a file where the folder should be")
    assert run_due_releases(database, exports=exports) == 0
    assert release_of(database, item).error_code == UnavailableError.code
    behind_the_back(
        database,
        "insert into account_grants (account_id, user_id) values (:account, :user)",
        account=world.ACCOUNT,
        user=(colleague := make_user(role=Role.AE, team="south")).user_id,
    )
    with database.unit_of_work() as uow, pytest.raises(NotAllowed):
        world.service().retry_release(item.id, viewer=colleague, uow=uow)


def test_one_release_that_another_process_delivers_is_left_to_it(
    database: Database, approved: ReviewItem, exports: Path
) -> None:
    with sole_deliverer(database, approved.id) as mine:
        assert mine
        assert run_due_releases(database, exports=exports) == 0
    assert run_due_releases(database, exports=exports) == 1


@dataclass
class CountingSink:
    """A sink that cannot take a delivery back, such as a mail server."""

    channel: str = "counted"
    repeatable: bool = False
    tried_again: bool = False
    sent: list[str] = field(default_factory=list)
    dies: bool = False

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:
        raise AssertionError(delivery)

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:
        begin()
        self.sent.append(delivery.review_item_id)
        if self.dies:
            raise KeyboardInterrupt
        return {"id": "1"}


def test_an_unknown_outcome_is_parked_and_never_sent_again(
    database: Database, requester: Viewer, approved: ReviewItem
) -> None:
    sink = CountingSink(dies=True)
    gate = ReleaseGate(database, sinks={"files": sink})
    with pytest.raises(KeyboardInterrupt):
        gate.run_due()
    sink.dies = False
    assert gate.run_due() == 0
    assert gate.run_due() == 0
    assert sink.sent == [approved.id]
    assert release_of(database, approved).state is ReleaseState.PARKED
    with database.unit_of_work() as uow, pytest.raises(Conflict):
        world.service().retry_release(approved.id, viewer=requester, uow=uow)


class TestFileSink:
    """The sink by itself."""

    def delivery(self, **changes: object) -> Delivery:
        plain: dict[str, object] = {
            "review_item_id": "review_1",
            "digest": "d",
            "name": "brief",
            "files": {"brief.md": b"# Hola\n", "brief.json": b"{}"},
        }
        return Delivery(**(plain | changes))  # type: ignore[arg-type]

    def test_delivering_twice_is_delivering_once(self, exports: Path) -> None:
        sink = FileSink(exports)
        assert sink.delivered(self.delivery()) is None
        receipt = sink.deliver(self.delivery())
        before = {path: path.stat().st_mtime_ns for path in exports.rglob("*")}
        assert sink.deliver(self.delivery()) == sink.delivered(self.delivery()) == receipt
        assert {path: path.stat().st_mtime_ns for path in exports.rglob("*")} == before

    @pytest.mark.parametrize(
        "changes",
        [
            {"files": {"../evil.md": b"x"}},
            {"files": {"/etc/evil": b"x"}},
            {"files": {"a..b": b"x"}},
            {"files": {".hidden": b"x"}},
            {"files": {"": b"x"}},
            {"files": {"a\x00b": b"x"}},
            {"files": {"x" * 300: b"x"}},
            {"name": "../up"},
            {"review_item_id": "a/b"},
        ],
    )
    def test_unsafe_names_are_refused(self, exports: Path, changes: dict[str, object]) -> None:
        with pytest.raises(InputError):
            FileSink(exports).deliver(self.delivery(**changes))
        assert not exports.exists()

    def test_other_bytes_under_the_same_approval_are_not_overwritten(self, exports: Path) -> None:
        FileSink(exports).deliver(self.delivery())
        with pytest.raises(DigestMismatch):
            FileSink(exports).deliver(self.delivery(files={"brief.md": b"other"}))
        assert (exports / "brief-review_1" / "brief.md").read_bytes() == b"# Hola\n"

    def test_links_are_not_followed(self, exports: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        exports.mkdir()
        (exports / "brief-review_1").symlink_to(elsewhere)
        with pytest.raises(DigestMismatch):
            FileSink(exports).deliver(self.delivery())
        assert list(elsewhere.iterdir()) == []
        (exports / "brief-review_1").unlink()
        (exports / ".partial-brief-review_1").symlink_to(elsewhere)
        FileSink(exports).deliver(self.delivery())
        assert list(elsewhere.iterdir()) == []

    def test_a_folder_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(UnavailableError):
            FileSink(tmp_path / "file").deliver(self.delivery())


def test_an_approval_is_used_once_even_if_asked_for_twice(
    database: Database, requester: Viewer, approved: ReviewItem, exports: Path, clock: FixedClock
) -> None:
    world.approve(database, approved, viewer=requester)
    run_due_releases(database, exports=exports)
    clock.advance(timedelta(days=30))
    world.approve(database, approved, viewer=requester)
    assert run_due_releases(database, exports=exports) == 0
    assert len(list(exports.iterdir())) == 1
