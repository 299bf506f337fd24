"""An approval whose people lost the right to give it is over for good, also if they get the right back."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from copilot.approvals.delegations import Delegations
from copilot.approvals.entitlement import entitled_approvers
from copilot.approvals.lost_rights import NOT_ENTITLED
from copilot.approvals.policy import Policy
from copilot.approvals.review_rules import ReviewRules
from copilot.approvals.service import ApprovalService
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewItem, ReviewState, Step
from copilot.store.database import Database, UnitOfWork
from copilot.store.delegations import Delegation
from copilot.store.people import PeopleRepository
from copilot.store.releases import ReleaseRepository, ReleaseState
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.release_builders import MailServer, approved_email, deliver_due

DELEGATIONS = Delegations(ReviewRules())


def managers_only() -> Policy:
    policy = world.policy_without_undo()
    step = Step(roles=(Role.MANAGER,))
    return policy.model_copy(update={"rule": tuple(rule.model_copy(update={"steps": (step,)}) for rule in policy.rule)})


SERVICE = ApprovalService(managers_only())


@pytest.fixture
def helper(database: Database, make_user: MakeUser, requester: Viewer) -> Viewer:
    viewer = make_user("Iria Cebrián", role=Role.CSM)
    with database.unit_of_work() as uow:
        PeopleRepository(uow).grant_account(world.ACCOUNT, user_id=viewer.user_id)
    return viewer


def lend(uow: UnitOfWork, *, to: Viewer, by: Viewer) -> Delegation:
    now = uow.clock.now()
    return DELEGATIONS.create(to.email, now, now + timedelta(days=2), viewer=by, uow=uow)


def leaves(database: Database, exports: Path) -> bool:
    with MailServer().running() as server:
        deliver_due(database, server, exports, policy=managers_only())
    return bool(server.taken)


def assert_over(database: Database, item: ReviewItem) -> None:
    ended = world.item_now(database, item)
    assert (ended.state, ended.state_reason, ended.votes) == (ReviewState.STALE, NOT_ENTITLED, ())
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(item.id)
    assert release is not None
    assert release.state is ReleaseState.RECALLED


def test_a_revoked_delegation_ends_what_was_approved_with_it(
    database: Database, requester: Viewer, manager: Viewer, helper: Viewer, tmp_path: Path
) -> None:
    with database.unit_of_work() as uow:
        lent = lend(uow, to=helper, by=manager)
    item = approved_email(database, requester=requester, approver=helper, service=SERVICE)
    assert item.state is ReviewState.APPROVED
    with database.unit_of_work() as uow:
        DELEGATIONS.revoke(lent.id, viewer=manager, uow=uow)
    assert_over(database, item)
    with database.unit_of_work() as uow:
        lend(uow, to=helper, by=manager)
    assert not leaves(database, tmp_path)


def test_what_is_lent_again_makes_no_old_vote_good(
    database: Database, clock: FixedClock, requester: Viewer, manager: Viewer, helper: Viewer, tmp_path: Path
) -> None:
    """Also if nobody looked in between."""
    with database.unit_of_work() as uow:
        lent = lend(uow, to=helper, by=manager)
    item = approved_email(database, requester=requester, approver=helper, service=SERVICE)
    with database.unit_of_work() as uow:
        assert entitled_approvers(world.item_now(database, item), uow=uow)
        uow.session.execute(text("update delegations set revoked_at = now() where id = :id"), {"id": lent.id})
    clock.instant += timedelta(minutes=1)
    with database.unit_of_work() as uow:
        lend(uow, to=helper, by=manager)
    with database.unit_of_work() as uow:
        assert not entitled_approvers(world.item_now(database, item), uow=uow)
        assert SERVICE.void_lost_votes(uow=uow) == 1
    assert_over(database, item)
    assert not leaves(database, tmp_path)


def leaves_the_company(uow: UnitOfWork, voter: Viewer) -> None:
    PeopleRepository(uow).deactivate(voter.user_id, now=uow.clock.now())


def gets_another_role(uow: UnitOfWork, voter: Viewer) -> None:
    PeopleRepository(uow).save(voter.model_copy(update={"role": Role.CSM}), password_hash=None)


@pytest.mark.parametrize("loses", [leaves_the_company, gets_another_role])
def test_a_right_that_comes_back_brings_no_approval_back(
    loses: Callable[[UnitOfWork, Viewer], None],
    database: Database,
    requester: Viewer,
    manager: Viewer,
    tmp_path: Path,
) -> None:
    item = approved_email(database, requester=requester, approver=manager, service=SERVICE)
    with database.unit_of_work() as uow:
        loses(uow, manager)
        assert SERVICE.void_lost_votes(uow=uow) == 1
    assert_over(database, item)
    with database.unit_of_work() as uow:
        PeopleRepository(uow).save(manager, password_hash=None)
        assert SERVICE.void_lost_votes(uow=uow) == 0
    assert not leaves(database, tmp_path)
    with database.unit_of_work() as uow:
        assert SERVICE.submit_again(item.id, viewer=requester, uow=uow).state is ReviewState.PENDING
