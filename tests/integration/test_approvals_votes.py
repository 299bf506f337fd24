"""Several people approve one item: own and lent rights, and votes that no longer hold."""

from datetime import timedelta

import pytest

from copilot.approvals.changes import POLICY_CHANGED
from copilot.approvals.delegations import Delegations
from copilot.approvals.entitlement import entitled_approvers
from copilot.approvals.policy import Policy
from copilot.approvals.record import approval_is_on_record
from copilot.approvals.review_rules import ReviewRules
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from copilot.domain.review_items import Delegated, ReviewItem, ReviewState, Step, Verdict
from copilot.errors import Conflict, CopilotError, InputError, NotAllowed, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.drafts import DraftRepository
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.tables.people import AccountGrantRow, UserRow
from tests import approvals_builders as world
from tests.conftest import MakeUser

STEPS = (Step(roles=(Role.AE, Role.CSM), approvers=2), Step(roles=(Role.MANAGER, Role.ADMIN)))


def policy(steps: tuple[Step, ...] = STEPS, *, undo: int = 120) -> Policy:
    escalate_to = (Role.ADMIN,) if len(steps) > 1 else ()
    return world.policy_of_one_rule(*steps, escalate_to=escalate_to, undo_seconds=undo)


POLICY = policy()


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Ana", role=Role.AE))


@pytest.fixture
def item(database: Database, requester: Viewer) -> ReviewItem:
    draft = world.good_draft(database, viewer=requester, audience=Audience.EXTERNAL)
    return world.submit(database, draft, viewer=requester, policy=POLICY)


def granted(database: Database, viewer: Viewer) -> Viewer:
    with database.unit_of_work() as uow:
        uow.session.add(AccountGrantRow(account_id=world.ACCOUNT, user_id=viewer.user_id))
    return viewer


@pytest.fixture
def bea(database: Database, requester: Viewer, make_user: MakeUser) -> Viewer:
    return granted(database, make_user("Bea", role=Role.AE))


@pytest.fixture
def ciro(database: Database, requester: Viewer, make_user: MakeUser) -> Viewer:
    return granted(database, make_user("Ciro", role=Role.CSM))


@pytest.fixture
def manager(requester: Viewer, make_user: MakeUser) -> Viewer:
    return make_user("Marta", role=Role.MANAGER)


@pytest.fixture
def stranger(requester: Viewer, make_user: MakeUser) -> Viewer:
    """An AE of another team, who sees nothing here."""
    return make_user("Omar", role=Role.AE, team="south")


def vote(
    database: Database, item: ReviewItem, viewer: Viewer, *, under: Policy = POLICY, **changes: object
) -> ReviewItem:
    wanted = world.decision(item, viewer).model_copy(update=changes)
    with database.unit_of_work() as uow:
        return world.service(under).decide(item.id, wanted, viewer=viewer, uow=uow)


def lend(database: Database, giver: Viewer, taker: Viewer, *, hours: float = 24, begins: float = 0) -> str:
    with database.unit_of_work() as uow:
        starts = uow.clock.now() + timedelta(hours=begins)
        made = Delegations(ReviewRules()).create(
            taker.email, starts, starts + timedelta(hours=hours), viewer=giver, uow=uow
        )
    return made.id


def now_is(database: Database, item: ReviewItem, viewer: Viewer) -> ReviewItem:
    with database.unit_of_work() as uow:
        return world.service(POLICY).get(item.id, viewer=viewer, uow=uow).item


def actions(database: Database, item: ReviewItem) -> list[str]:
    return [action.removeprefix("review.") for action in world.actions(database, item)]


def on_record(database: Database, item: ReviewItem) -> bool:
    with database.unit_of_work() as uow:
        findings = DraftRepository(uow).version(item.draft_id, item.version).findings
        return approval_is_on_record(item, findings, AuditLog(uow).about(f"review_item:{item.id}"))


def change(database: Database, viewer: Viewer, **values: object) -> None:
    with database.unit_of_work() as uow:
        row = uow.session.get_one(UserRow, viewer.user_id)
        for name, value in values.items():
            setattr(row, name, value)


def test_each_step_takes_its_number_of_people_and_then_it_waits_for_the_time_to_undo(
    database: Database, clock: FixedClock, item: ReviewItem, bea: Viewer, ciro: Viewer, manager: Viewer
) -> None:
    with pytest.raises(NotAllowed):
        vote(database, item, manager)
    assert vote(database, item, bea).state is ReviewState.IN_REVIEW
    assert vote(database, item, bea).state is ReviewState.IN_REVIEW
    with pytest.raises(NotAllowed):
        vote(database, item, manager)
    assert vote(database, item, ciro).decided_by is None
    approved = vote(database, item, manager)
    assert (approved.state, approved.decided_by) == (ReviewState.APPROVED, manager.user_id)
    assert actions(database, item) == ["submitted", "voted", "voted", "voted", "approved"]
    assert on_record(database, approved)
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(item.id)
    assert release is not None
    assert release.not_before == clock.now() + timedelta(seconds=120)


def test_a_lent_right_counts_as_the_lenders_for_who_sees_the_item_themselves(
    database: Database, item: ReviewItem, bea: Viewer, ciro: Viewer, manager: Viewer, stranger: Viewer
) -> None:
    for taker in (manager, stranger):
        lend(database, bea, taker)
    assert vote(database, item, manager).votes[0].on_behalf_of == bea.user_id
    with pytest.raises(NotFound):
        vote(database, item, stranger)
    with pytest.raises(Conflict):
        vote(database, item, bea)
    vote(database, item, ciro)
    # Having voted for somebody, the manager is behind one approval already, and nobody is behind two.
    assert vote(database, item, manager).state is ReviewState.IN_REVIEW


def test_what_the_requester_lends_approves_nothing_of_theirs(
    database: Database, item: ReviewItem, requester: Viewer, manager: Viewer, bea: Viewer
) -> None:
    lend(database, requester, manager)
    lend(database, bea, requester)
    for viewer in (manager, requester):
        with pytest.raises(NotAllowed):
            vote(database, item, viewer)
    assert now_is(database, item, manager).votes == ()


@pytest.mark.parametrize(("begins", "hours", "wait"), [(5, 24, 0), (0, 2, 2), (0, 2, 3)])
def test_a_lent_right_has_its_time(
    database: Database,
    clock: FixedClock,
    item: ReviewItem,
    bea: Viewer,
    manager: Viewer,
    begins: float,
    hours: float,
    wait: float,
) -> None:
    lend(database, bea, manager, hours=hours, begins=begins)
    clock.advance(timedelta(hours=wait))
    with pytest.raises(NotAllowed):
        vote(database, item, manager)


def test_nobody_says_for_whom_they_act(database: Database, item: ReviewItem, bea: Viewer, manager: Viewer) -> None:
    lend(database, bea, manager)
    lent = vote(database, item, manager).votes[0]
    assert lent.on_behalf_of == bea.user_id
    forged = Delegated(
        delegator_id=bea.user_id,
        role=Role.ADMIN,
        starts_at=item.submitted_at,
        ends_at=item.requirement.expires_at,
    )
    with pytest.raises(NotAllowed):
        vote(database, item, manager, delegated=forged)


@pytest.mark.parametrize("loss", ["role", "active", "grant"])
def test_a_vote_ends_with_the_right_to_give_it(
    database: Database, item: ReviewItem, bea: Viewer, ciro: Viewer, manager: Viewer, make_user: MakeUser, loss: str
) -> None:
    vote(database, item, bea)
    vote(database, item, ciro)
    if loss == "grant":
        with database.unit_of_work() as uow:
            row = uow.session.get_one(AccountGrantRow, {"account_id": world.ACCOUNT, "user_id": bea.user_id})
            uow.session.delete(row)
    else:
        change(database, bea, **({"role": Role.MANAGER.value} if loss == "role" else {"active": False}))
    with pytest.raises(NotAllowed):
        vote(database, item, manager)
    with database.unit_of_work() as uow:
        assert world.service(POLICY).void_lost_votes(uow=uow) == 1
    with database.unit_of_work() as uow:
        assert world.service(POLICY).void_lost_votes(uow=uow) == 0
    assert [each.voter_id for each in now_is(database, item, manager).votes] == [ciro.user_id]
    dora = granted(database, make_user("Dora", role=Role.AE))
    vote(database, item, dora)
    approved = vote(database, item, manager)
    assert approved.state is ReviewState.APPROVED
    assert on_record(database, approved)
    assert actions(database, item).count("vote_voided") == 1


def test_the_last_vote_does_not_count_beside_one_that_was_lost(
    database: Database, item: ReviewItem, bea: Viewer, ciro: Viewer, manager: Viewer, make_user: MakeUser
) -> None:
    vote(database, item, bea)
    change(database, bea, active=False)
    assert vote(database, item, ciro).state is ReviewState.IN_REVIEW
    assert actions(database, item) == ["submitted", "voted", "vote_voided", "voted"]
    with pytest.raises(NotAllowed):
        vote(database, item, manager)


def test_a_revoked_right_takes_its_votes_along_and_what_came_after_them(
    database: Database, item: ReviewItem, bea: Viewer, ciro: Viewer, manager: Viewer, make_user: MakeUser
) -> None:
    steps = (*STEPS, Step(roles=(Role.ADMIN,)))
    three = policy(steps)
    with database.unit_of_work() as uow:
        assert world.service(three).apply_policy(uow=uow) == 1
    delegation, admin = lend(database, bea, manager), make_user("Rosa", role=Role.ADMIN)
    vote(database, item, manager, under=three)
    vote(database, item, ciro, under=three)
    other = make_user("Noel", role=Role.MANAGER)
    assert len(vote(database, item, other, under=three).votes) == 3
    with database.unit_of_work() as uow:
        Delegations(ReviewRules()).revoke(delegation, viewer=bea, uow=uow)
    with pytest.raises(NotAllowed):
        vote(database, item, admin, under=three)
    with database.unit_of_work() as uow:
        assert world.service(three).void_lost_votes(uow=uow) == 0, "the revocation voided them"
        lines = world.service(three).get(item.id, viewer=admin, uow=uow).votes
    assert {line.voter_name: line.voided_at is None for line in lines} == {"Marta": False, "Ciro": True, "Noel": False}


def test_an_approval_whose_voter_lost_the_right_is_none_at_the_release(
    database: Database, item: ReviewItem, bea: Viewer, ciro: Viewer, manager: Viewer
) -> None:
    for viewer in (bea, ciro, manager):
        vote(database, item, viewer)
    approved = now_is(database, item, manager)
    with database.unit_of_work() as uow:
        assert len(entitled_approvers(approved, uow=uow)) == 3
    change(database, ciro, role=Role.AE.value)
    with database.unit_of_work() as uow:
        assert entitled_approvers(approved, uow=uow) == ()


def test_another_policy_voids_votes_and_takes_back_what_has_not_left(
    database: Database, item: ReviewItem, requester: Viewer, bea: Viewer, ciro: Viewer, manager: Viewer
) -> None:
    stricter = policy((*STEPS, Step(roles=(Role.ADMIN,))))
    approved = [item]
    draft = world.good_draft(database, viewer=requester, audience=Audience.EXTERNAL)
    approved.append(world.submit(database, draft, viewer=requester, policy=POLICY))
    vote(database, item, bea)
    for viewer in (bea, ciro, manager):
        vote(database, approved[1], viewer)
    with database.unit_of_work() as uow:
        assert world.service(POLICY).apply_policy(uow=uow) == 0
    with database.unit_of_work() as uow:
        assert world.service(stricter).apply_policy(uow=uow) == 2
    with database.unit_of_work() as uow:
        assert world.service(stricter).apply_policy(uow=uow) == 0
    open_again, stale = (now_is(database, each, manager) for each in approved)
    assert (open_again.state, open_again.votes) == (ReviewState.PENDING, ())
    assert open_again.requirement.terms != item.requirement.terms
    assert (stale.state, stale.state_reason) == (ReviewState.STALE, POLICY_CHANGED)
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(stale.id)
    assert release is not None
    assert release.state is ReleaseState.RECALLED
    assert actions(database, item) == ["submitted", "voted", "policy_applied"]
    assert actions(database, stale)[-1] == "stale"


def test_a_decision_is_made_under_todays_policy_even_before_housekeeping(
    database: Database, item: ReviewItem, bea: Viewer, ciro: Viewer
) -> None:
    vote(database, item, bea)
    easier = policy((Step(roles=(Role.CSM,)),), undo=0)
    approved = vote(database, item, ciro, under=easier)
    assert (approved.state, [each.voter_id for each in approved.votes]) == (ReviewState.APPROVED, [ciro.user_id])
    assert actions(database, item) == ["submitted", "voted", "policy_applied", "voted", "approved"]
    assert on_record(database, approved)


def test_a_held_item_becomes_one_that_can_be_decided_when_a_rule_covers_it(
    database: Database, requester: Viewer, manager: Viewer
) -> None:
    held = world.policy_without_undo().model_copy(update={"rule": ()})
    draft = world.good_draft(database, viewer=requester)
    item = world.submit(database, draft, viewer=requester, policy=held)
    with pytest.raises(NotAllowed):
        vote(database, item, manager, under=held)
    with database.unit_of_work() as uow:
        assert world.service().apply_policy(uow=uow) == 1
    assert now_is(database, item, manager).requirement.rule == "internal-low"


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.REQUEST_CHANGES])
def test_a_lent_right_sends_back_too_and_says_why(
    database: Database, item: ReviewItem, ciro: Viewer, make_user: MakeUser, verdict: Verdict
) -> None:
    vote(database, item, ciro)
    sent_back = vote(database, item, ciro, verdict=verdict, comment="Falta la renovación.")
    assert sent_back.votes == ()
    with database.unit_of_work() as uow:
        view = world.service(POLICY).get(item.id, viewer=ciro, uow=uow)
    assert [(each.text, each.author_name) for each in view.comments] == [("Falta la renovación.", "Ciro")]
    assert [line.void_reason for line in view.votes] == [sent_back.state.value]


@pytest.mark.parametrize(
    ("starts", "ends", "error"),
    [(0, 0, InputError), (5, 4, InputError), (-5, -1, InputError), (0, 24 * 61, InputError), (-1, 5, None)],
)
def test_a_delegation_has_a_sound_time(
    database: Database, bea: Viewer, ciro: Viewer, starts: int, ends: int, error: type[CopilotError] | None
) -> None:
    with database.unit_of_work() as uow:
        now = uow.clock.now()
        times = (now + timedelta(hours=starts), now + timedelta(hours=ends))
        if error is None:
            assert Delegations(ReviewRules()).create(ciro.email, *times, viewer=bea, uow=uow).delegate_name == "Ciro"
        else:
            with pytest.raises(error):
                Delegations(ReviewRules()).create(ciro.email, *times, viewer=bea, uow=uow)


def test_delegations_are_for_those_they_concern(
    database: Database, bea: Viewer, ciro: Viewer, manager: Viewer, make_user: MakeUser
) -> None:
    delegations, delegation = Delegations(ReviewRules()), lend(database, bea, ciro)
    with database.unit_of_work() as uow:
        assert [each.id for each in delegations.of(bea, uow).given] == [delegation]
        assert [each.id for each in delegations.of(ciro, uow).received] == [delegation]
        assert delegations.of(manager, uow).given == ()
        for address in (bea.email, "nobody@tramontia.example"):
            with pytest.raises(InputError):
                delegations.create(address, uow.clock.now(), uow.clock.now() + timedelta(hours=1), viewer=bea, uow=uow)
        with pytest.raises(NotFound):
            delegations.revoke(delegation, viewer=manager, uow=uow)
        delegations.revoke(delegation, viewer=ciro, uow=uow)
        delegations.revoke(delegation, viewer=make_user(role=Role.ADMIN), uow=uow)
        assert not delegations.of(bea, uow).given[0].in_force(uow.clock.now())
    with database.unit_of_work() as uow:
        told = [event.action for event in AuditLog(uow).about(f"delegation:{delegation}")]
    assert told == ["delegation.created", "delegation.revoked"]
