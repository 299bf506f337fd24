"""Answers over several accounts belong to none: who reviews them, and who must not see them."""

from typing import Any

from copilot.approvals.entries import find_readable
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import NotFound
from copilot.store.database import Database
from copilot.store.people import PeopleRepository
from copilot.store.queue_pages import QueueFilters, QueuePages
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.conftest import MakeUser


def portfolio_answer(database: Database, viewer: Viewer, **changes: Any) -> ReviewItem:
    """An answer without an account that cites the account of `add_account`, filed by the viewer."""
    evidence = world.evidence_of(database, (world.ARR,), viewer=viewer)
    draft = world.draft_about(
        evidence, world.GOOD_TEXTS[:1], account_id=None, kind=DraftKind.CHAT_ANSWER, **changes
    ).model_copy(update={"account_name": None})
    return world.submit(database, draft, viewer=viewer)


def sees(database: Database, item: ReviewItem, viewer: Viewer) -> bool:
    """In lists and alone, which must agree."""
    with database.unit_of_work() as uow:
        pages = QueuePages(uow)
        listed = [entry.item.id for entry in pages.page(QueueFilters(), viewer=viewer, cursor=None, limit=50).entries]
        waiting = pages.counts(viewer).waiting
        try:
            find_readable(item.id, viewer=viewer, uow=uow)
        except NotFound:
            alone = False
        else:
            alone = True
    assert (item.id in listed, waiting > 0) == (alone, alone)
    return alone


def moved(database: Database, viewer: Viewer, **changes: Any) -> Viewer:
    """The same person after an administrator changed their team or role."""
    after = viewer.model_copy(update=changes)
    with database.unit_of_work() as uow:
        people = PeopleRepository(uow)
        if after.team_id:
            people.save_team(after.team_id, after.team_id)
        people.save(after, password_hash=None)
    return after


def test_a_manager_of_the_askers_team_reviews_it(database: Database, make_user: MakeUser) -> None:
    ana, leo = make_user("Ana Prueba"), make_user("Leo Prueba")
    manager, other = make_user("Mar", role=Role.MANAGER), make_user("Sur", role=Role.MANAGER, team="south")
    lost, admin = make_user("Sin Equipo", role=Role.MANAGER, team=None), make_user("Ada", role=Role.ADMIN, team=None)
    world.add_account(database, owner=ana)
    item = portfolio_answer(database, ana)
    assert [person.name for person in (ana, manager, admin) if sees(database, item, person)] == [
        "Ana Prueba", "Mar", "Ada",
    ]  # fmt: skip
    assert not any(sees(database, item, person) for person in (leo, other, lost))
    assert world.approve(database, item, viewer=manager).state is ReviewState.APPROVED


def test_who_asked_as_an_admin_saw_more_than_a_team(database: Database, make_user: MakeUser) -> None:
    boss, manager = make_user("Ada", role=Role.ADMIN), make_user("Mar", role=Role.MANAGER)
    world.add_account(database, owner=manager)
    item = portfolio_answer(database, boss)
    assert not sees(database, item, manager)
    assert not sees(database, item, moved(database, manager, role=Role.AE))


def test_who_changed_teams_does_not_take_the_old_team_along(database: Database, make_user: MakeUser) -> None:
    ana, old = make_user("Ana Prueba"), make_user("Mar", role=Role.MANAGER)
    new = make_user("Sur", role=Role.MANAGER, team="south")
    world.add_account(database, owner=ana)
    item = portfolio_answer(database, ana)
    ana = moved(database, ana, team_id="south")
    # The account went along with its owner: the old manager lost it, the new one never was who it was asked under.
    assert not sees_text(database, item, old)
    assert not sees(database, item, new)
    assert sees(database, item, ana)
    # What is asked from now on is for the new manager.
    assert sees(database, portfolio_answer(database, ana), new)


def sees_text(database: Database, item: ReviewItem, viewer: Viewer) -> bool:
    with database.unit_of_work() as uow:
        try:
            find_readable(item.id, viewer=viewer, uow=uow)
        except NotFound:
            return False
    return True


def test_its_text_is_for_who_sees_every_account_it_cites(database: Database, make_user: MakeUser) -> None:
    ana, manager = make_user("Ana Prueba"), make_user("Mar", role=Role.MANAGER)
    south = make_user("Eva", team="south")
    world.add_account(database, owner=ana)
    item = portfolio_answer(database, ana)
    assert sees_text(database, item, manager)
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).owner_email = south.email
    assert not sees_text(database, item, manager)
    assert not sees_text(database, item, ana)


def test_a_corrected_version_is_for_the_same_people(database: Database, make_user: MakeUser) -> None:
    ana, manager = make_user("Ana Prueba"), make_user("Mar", role=Role.MANAGER)
    other = make_user("Sur", role=Role.MANAGER, team="south")
    world.add_account(database, owner=ana)
    item = portfolio_answer(database, ana)
    ana = moved(database, ana, team_id="south")
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).owner_email = manager.email
    with database.unit_of_work() as uow:
        edits = {"summary.1": "La cuenta factura 84.000 € cada año."}
        edited = world.service().edit(item.id, edits, digest=item.digest, viewer=manager, uow=uow)
    assert sees_text(database, edited, manager)
    assert not sees_text(database, edited, other)
