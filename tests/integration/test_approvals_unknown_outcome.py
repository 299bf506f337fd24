"""A delivery that may have happened is never made a second time by filing its draft again."""

from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, text

from copilot.approvals import releases
from copilot.approvals.policy import Policy
from copilot.approvals.release import run_due_releases
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import Conflict, NotFound
from copilot.store.database import Database, UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.stale_items import StaleItems
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import DraftVersionRow
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.release_builders import MailServer, approved_email, deliver_due, state_of

UNSEEN = "acc_00000000000000000009"


def due_releases(database: Database, server: MailServer, exports: Path) -> int:
    return deliver_due(database, server, exports, policy=world.policy_without_undo())


@pytest.fixture
def parked(database: Database, requester: Viewer, manager: Viewer, tmp_path: Path) -> ReviewItem:
    """Approved and handed over; then the other side fell silent."""
    item = approved_email(database, requester=requester, approver=manager)
    with MailServer(drop_at="end of message").running() as server:
        due_releases(database, server, tmp_path)
    assert len(server.taken) == 1
    assert state_of(database, item) is ReviewState.RELEASE_FAILED
    return item


@pytest.fixture
def sending(database: Database, requester: Viewer, manager: Viewer) -> ReviewItem:
    """Approved and leaving at this moment."""
    item = approved_email(database, requester=requester, approver=manager)
    with database.unit_of_work() as uow:
        assert ReleaseRepository(uow).start(item.id, attempt_id="a", channel="smtp")
    return item


def other_policy() -> Policy:
    policy = world.policy_without_undo()
    rules = tuple(rule.model_copy(update={"escalate_to": (Role.ADMIN, Role.CSM)}) for rule in policy.rule)
    return policy.model_copy(update={"rule": rules})


def the_record_changes(database: Database, _item: ReviewItem) -> None:
    world.change_renewal(database, to=date(2027, 2, 28))
    with database.unit_of_work() as uow:
        world.service().mark_changed(uow=uow)


def the_policy_changes(database: Database, _item: ReviewItem) -> None:
    with database.unit_of_work() as uow:
        ApprovalService(other_policy()).apply_policy(uow=uow)


def somebody_is_erased(database: Database, item: ReviewItem) -> None:
    with database.unit_of_work() as uow:
        assert StaleItems(uow).mark_erased([(item.draft_id, item.version)]) == ()


def the_right_is_lost(database: Database, item: ReviewItem) -> None:
    with database.unit_of_work() as uow:
        [vote] = item.votes
        PeopleRepository(uow).deactivate(vote.voter_id, now=uow.clock.now())
        world.service().void_lost_votes(uow=uow)


def the_database_is_migrated(database: Database, _item: ReviewItem) -> None:
    """What migration 0008 does to the approvals that it finds."""
    migration = import_module("copilot.store.migrations.versions.0008_approval_queue")
    engine = create_engine(database.owner_url)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration._end_approvals_of_before()
    engine.dispose()


CHANGES = (the_record_changes, the_policy_changes, somebody_is_erased, the_right_is_lost, the_database_is_migrated)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("how", ["parked", "sending"])
def test_what_may_have_left_is_never_made_stale(
    how: str, change: Callable[[Database, ReviewItem], None], database: Database, request: pytest.FixtureRequest
) -> None:
    item: ReviewItem = request.getfixturevalue(how)
    before = state_of(database, item)
    change(database, item)
    assert state_of(database, item) is before


@pytest.mark.parametrize("change", [the_policy_changes, the_right_is_lost, the_database_is_migrated])
def test_what_surely_has_not_left_is(
    change: Callable[[Database, ReviewItem], None], database: Database, requester: Viewer, manager: Viewer
) -> None:
    item = approved_email(database, requester=requester, approver=manager)
    change(database, item)
    assert state_of(database, item) is ReviewState.STALE
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(item.id)
    assert release is not None
    assert release.state is ReleaseState.RECALLED


@pytest.mark.parametrize("how", ["parked", "sending"])
def test_a_version_that_may_have_left_is_never_filed_anew(
    how: str, database: Database, requester: Viewer, request: pytest.FixtureRequest
) -> None:
    """The second wall: however the item became stale."""
    item: ReviewItem = request.getfixturevalue(how)
    with database.unit_of_work() as uow:
        uow.session.execute(text("update review_items set state = 'stale' where id = :id"), {"id": item.id})
    with pytest.raises(Conflict, match="salió"), database.unit_of_work() as uow:
        world.service().submit_again(item.id, viewer=requester, uow=uow)
    with database.unit_of_work() as uow:
        draft = world.service().get(item.id, viewer=requester, uow=uow).draft
    with pytest.raises(Conflict, match="salió"), database.unit_of_work() as uow:
        world.service().replace(item.id, draft, digest=item.digest, viewer=requester, uow=uow)
    with database.unit_of_work() as uow:
        assert uow.session.query(DraftVersionRow).filter_by(draft_id=item.draft_id).count() == 1


@pytest.mark.parametrize("state", [ReviewState.STALE, ReviewState.EXPIRED])
def test_an_ended_item_that_was_sent_after_all_is_released(
    state: ReviewState, database: Database, parked: ReviewItem, manager: Viewer
) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("update review_items set state = :state where id = :id"), {"state": state.value, "id": parked.id}
        )
    with database.unit_of_work() as uow:
        releases.resolve_parked(parked.id, sent=True, note="seen in the log", viewer=manager, uow=uow)
    assert state_of(database, parked) is ReviewState.RELEASED


def test_who_does_not_see_all_that_it_cites_settles_no_delivery(
    database: Database, parked: ReviewItem, manager: Viewer, make_user: MakeUser
) -> None:
    elsewhere = make_user("Olga Prieto", role=Role.AE, team="south")
    world.add_account(database, owner=elsewhere, account_id=UNSEEN)
    with database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "update draft_versions set content = jsonb_set(content, '{evidence,0,account_id}', "
                "to_jsonb(cast(:other as text))) where draft_id = :id"
            ),
            {"other": UNSEEN, "id": parked.draft_id},
        )
    acts: tuple[Callable[[UnitOfWork], ReviewItem], ...] = (
        lambda uow: releases.resolve_parked(parked.id, sent=True, note="seen", viewer=manager, uow=uow),
        lambda uow: world.service().retry_release(parked.id, viewer=manager, uow=uow),
    )
    for act in acts:
        with pytest.raises(NotFound), database.unit_of_work() as uow:
            act(uow)


def test_after_a_person_said_that_it_was_not_sent_it_is_judged_anew(
    database: Database, parked: ReviewItem, manager: Viewer, requester: Viewer, tmp_path: Path
) -> None:
    the_policy_changes(database, parked)
    with database.unit_of_work() as uow:
        releases.resolve_parked(parked.id, sent=False, note="not in the log", viewer=manager, uow=uow)
    with MailServer().running() as server:
        run_due_releases(database, exports=tmp_path, mail=server.transport(database.clock), policy=other_policy())
    assert (server.taken, state_of(database, parked)) == ([], ReviewState.STALE)
    with database.unit_of_work() as uow:
        again = ApprovalService(other_policy()).submit_again(parked.id, viewer=requester, uow=uow)
    assert again.state is ReviewState.PENDING


@pytest.mark.parametrize("given_back", [False, True], ids=["still_lost", "given_anew"])
def test_what_was_not_sent_does_not_leave_on_a_vote_whose_right_was_lost(
    given_back: bool, database: Database, parked: ReviewItem, requester: Viewer, tmp_path: Path
) -> None:
    the_right_is_lost(database, parked)
    with database.unit_of_work() as uow:
        [vote] = parked.votes
        uow.session.get_one(UserRow, vote.voter_id).active = given_back
    with database.unit_of_work() as uow:
        releases.resolve_parked(parked.id, sent=False, note="not in the log", viewer=requester, uow=uow)
    with MailServer().running() as server:
        due_releases(database, server, tmp_path)
    assert (server.taken, state_of(database, parked)) == ([], ReviewState.STALE)
