"""A failed release that is tried again: under the rights of today."""

import errno
import os
from pathlib import Path

import pytest

from copilot.approvals.release import run_due_releases
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewState
from copilot.store.database import Database
from copilot.store.tables.people import UserRow
from tests import approvals_builders as world
from tests.conftest import MakeUser


def _set_active(database: Database, viewer: Viewer, *, active: bool) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(UserRow, viewer.user_id).active = active


def test_trying_again_gives_nobody_back_the_right_they_lost(
    database: Database, make_user: MakeUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requester, manager, exports = make_user(role=Role.AE), make_user(role=Role.MANAGER), tmp_path / "exports"
    world.add_account(database, owner=requester)
    world.add_email(database)
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    world.approve(database, item, viewer=manager)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        assert run_due_releases(database, exports=exports) == 0
    _set_active(database, manager, active=False)
    with database.unit_of_work() as uow:
        ended = world.service().retry_release(item.id, viewer=requester, uow=uow)
    assert (ended.state, ended.state_reason) == (ReviewState.STALE, "approver_not_entitled")
    _set_active(database, manager, active=True)
    assert run_due_releases(database, exports=exports) == 0
