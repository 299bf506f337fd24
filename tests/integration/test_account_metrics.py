"""The metrics of an account are the same asked together and kind by kind, and nobody reads those of others."""

from datetime import timedelta

import pytest

from copilot.domain.access import Role, Viewer
from copilot.store.account_metrics import READERS, read_all
from copilot.store.database import Database
from copilot.store.visibility import visible_accounts
from tests.conftest import MakeUser
from tests.score_worlds import TODAY, add_customer, add_ticket


@pytest.fixture
def owner(make_user: MakeUser) -> Viewer:
    return make_user(role=Role.AE)


def test_one_statement_says_what_each_kind_says(database: Database, owner: Viewer, make_user: MakeUser) -> None:
    account_id = "molinos"
    add_customer(database, account_id, owner=owner.email, users=[40, 50, 60] * 8, nps=7)
    add_ticket(database, account_id)
    with database.unit_of_work() as uow:
        for viewer in (owner, make_user(role=Role.ADMIN), make_user(role=Role.AE)):
            for day in (TODAY, TODAY - timedelta(days=30)):
                allowed = visible_accounts(viewer)
                apart = [each for reader in READERS for each in reader(uow.session, account_id, allowed, day)]
                assert read_all(uow, account_id, viewer=viewer, today=day) == apart
        told = {each.name: each.value for each in read_all(uow, account_id, viewer=owner, today=TODAY)}
        stranger = make_user(role=Role.AE)
        closed = {each.name: each.value for each in read_all(uow, account_id, viewer=stranger, today=TODAY)}
    assert told["nps_latest"] == 7
    assert closed["nps_latest"] is None
    assert closed["active_users_recent"] is None
    assert told["active_users_recent"] is not None
