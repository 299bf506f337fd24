"""Invariant 3 after rights change: what somebody asked for is shown while they may see what it was written from."""

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewItem
from copilot.errors import NotFound
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.conftest import MakeUser


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Ana"))


@pytest.fixture
def manager(requester: Viewer, make_user: MakeUser) -> Viewer:
    return make_user("Marta", role=Role.MANAGER, team=requester.team_id)


@pytest.fixture
def item(database: Database, requester: Viewer) -> ReviewItem:
    return world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)


def test_who_loses_the_account_loses_what_they_asked_for_about_it(
    database: Database, make_user: MakeUser, requester: Viewer, item: ReviewItem
) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).owner_email = make_user(team="south").email
    with database.unit_of_work() as uow:
        assert world.service().list_queue(viewer=requester, uow=uow).entries == ()
        for call in (world.service().get, world.service().resolve, world.service().deliverables):
            with pytest.raises(NotFound):
                call(item.id, viewer=requester, uow=uow)
        with pytest.raises(NotFound):
            world.service().decide(item.id, world.decision(item, requester), viewer=requester, uow=uow)


def test_who_loses_the_role_loses_what_it_let_them_cite(database: Database, manager: Viewer) -> None:
    world.add_email(database, text="Margen.", passage_id=world.SHARED_PASSAGE, account_id=None, visibility="managers")
    cited = f"passage:{world.SHARED_PASSAGE}"
    sources = world.evidence_of(database, (cited,), viewer=manager)
    for account_id in (world.ACCOUNT, None):
        draft = world.draft_about(sources, (("Hay un margen mínimo.", (cited,)),), account_id=account_id)
        item = world.submit(database, draft, viewer=manager)
        demoted = manager.model_copy(update={"role": Role.AE})
        with database.unit_of_work() as uow:
            assert world.service().get(item.id, viewer=manager, uow=uow).item == item
            with pytest.raises(NotFound):
                world.service().get(item.id, viewer=demoted, uow=uow)
