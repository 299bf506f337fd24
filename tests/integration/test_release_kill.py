"""Kill -9 anywhere on the release path: nothing is lost, nothing goes out twice or torn."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from copilot.approvals.audit import verify_database
from copilot.approvals.release import run_due_releases
from copilot.domain.access import Role
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.drafts import DraftRepository
from copilot.store.releases import ReleaseRepository, ReleaseState
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.release_builders import dying_worker

POINTS = 30
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork and no SIGKILL there")


def test_kill_at_many_points_of_the_release_path(database: Database, make_user: MakeUser, tmp_path: Path) -> None:
    viewer = make_user(role=Role.AE)
    world.add_account(database, owner=viewer)
    world.add_email(database)
    draft = world.good_draft(database, viewer=viewer)
    items = [world.submit(database, draft, viewer=viewer) for _ in range(POINTS + 1)]
    for item in items:
        world.approve(database, item, viewer=viewer)

    with dying_worker(database, tmp_path / "exports") as deliver:
        whole = deliver(items[0], 0)
        assert not whole["killed"]
        steps = [1 + number * (whole["lines"] - 1) // (POINTS - 1) for number in range(POINTS)]
        deaths = [deliver(item, step) for item, step in zip(items[1:], steps, strict=True)]
    assert all(death["killed"] for death in deaths)

    with database.unit_of_work() as uow:
        left = Counter(ReleaseRepository(uow).get(item.id).state for item in items)  # type: ignore[union-attr]
    assert left[ReleaseState.QUEUED] > 0
    assert left[ReleaseState.SENDING] > 0
    run_due_releases(database, exports=tmp_path / "exports")

    with database.unit_of_work() as uow:
        assert verify_database(uow=uow).intact
        for item in items:
            release = ReleaseRepository(uow).get(item.id)
            assert release is not None
            assert release.state is ReleaseState.RELEASED
            folder = tmp_path / "exports" / release.receipt["folder"]
            wanted = DraftRepository(uow).deliverables(item.draft_id, item.version)
            assert {path.name: path.read_bytes() for path in folder.iterdir()} == wanted
            events = [event.action for event in AuditLog(uow).about(f"review_item:{item.id}")]
            assert events == ["review.submitted", "review.voted", "review.approved", "release.released"]
    assert len(list((tmp_path / "exports").iterdir())) == len(items)
