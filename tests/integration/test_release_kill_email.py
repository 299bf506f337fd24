"""Kill -9 anywhere while an email leaves: none is lost, none is sent twice, and what nobody can know is parked."""

import sys
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import text

from copilot.approvals import releases
from copilot.approvals.audit import verify_database
from copilot.approvals.release import run_due_releases
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.review_items import ReviewItem
from copilot.store.database import Database
from copilot.store.releases import ReleaseRepository, ReleaseState
from tests.release_builders import MailServer, approved_email, dying_worker

EARLY, LATE = 3, 7
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork and no SIGKILL there")


def _email(database: Database, requester: Viewer, manager: Viewer, number: int) -> ReviewItem:
    """One email at a time: the rules of contact would hold up a second one to the same person."""
    with database.unit_of_work() as uow:
        uow.session.execute(text("delete from releases"))
        uow.session.execute(text("update review_items set state = 'withdrawn'"))
    return approved_email(database, requester=requester, approver=manager, message_id=f"<{number}@tramontia.example>")


def _taken(server: MailServer, number: int) -> int:
    ids = [message_from_bytes(content)["Message-ID"] for _, _, content in server.taken]
    return ids.count(f"<{number}@tramontia.example>")


def test_kill_at_many_points_while_an_email_leaves(
    database: Database, clock: FixedClock, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    start, fates = clock.instant, Counter[str]()
    with (
        MailServer().running() as server,
        dying_worker(database, tmp_path, smtp=f"smtp://127.0.0.1:{server.port}") as deliver,
    ):
        whole = deliver(_email(database, requester, manager, 0), 0)
        assert _taken(server, 0) == 1
        # Most of the path lies before the message; most of the points are where it leaves.
        early = [1 + number * whole["lines"] // EARLY for number in range(EARLY)]
        late = [whole["lines"] - number * whole["lines"] // 24 for number in range(1, LATE + 1)]
        for number, die_at in enumerate([*early, *late], start=1):
            clock.instant = start
            item = _email(database, requester, manager, number)
            assert deliver(item, die_at)["killed"]
            time.sleep(0.05)
            fates[_settled(database, clock, item, server, number=number, exports=tmp_path, viewer=requester)] += 1
            assert _taken(server, number) == 1, f"killed at line {die_at}"
    assert fates["released"] > 0
    assert fates["parked"] > 0
    with database.unit_of_work() as uow:
        assert verify_database(uow=uow).intact


def _settled(
    database: Database,
    clock: FixedClock,
    item: ReviewItem,
    server: MailServer,
    *,
    number: int,
    exports: Path,
    viewer: Viewer,
) -> str:
    """Let another worker go on, and a person settle what is parked; returns what the worker left."""
    transport = server.transport(clock)
    run_due_releases(database, exports=exports, mail=transport)
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(item.id)
    assert release is not None
    if release.state is ReleaseState.PARKED:
        assert release.receipt["message_id"] == f"<{number}@tramontia.example>"
        clock.advance(timedelta(minutes=20))
        with database.unit_of_work() as uow:
            sent = _taken(server, number) > 0
            releases.resolve_parked(item.id, sent=sent, note="Looked.", viewer=viewer, uow=uow)
        run_due_releases(database, exports=exports, mail=transport)
    return release.state.value
