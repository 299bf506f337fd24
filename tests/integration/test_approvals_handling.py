"""Sharing the work and taking things back: claims, assignments, comments, withdrawals, recalls, the same once more."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from copilot.domain.findings import Risk
from copilot.domain.review_items import ReviewItem, ReviewState, Verdict
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.people import PeopleRepository
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import ReleaseRow
from tests import approvals_builders as world
from tests.conftest import MakeUser

Call = Callable[..., object]


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Ana", role=Role.AE))


@pytest.fixture
def manager(requester: Viewer, make_user: MakeUser) -> Viewer:
    return make_user("Marta", role=Role.MANAGER)


@pytest.fixture
def other(requester: Viewer, make_user: MakeUser) -> Viewer:
    return make_user("Noel", role=Role.MANAGER)


@pytest.fixture
def item(database: Database, requester: Viewer) -> ReviewItem:
    draft = world.good_draft(database, viewer=requester, audience=Audience.EXTERNAL)
    return world.submit(database, draft, viewer=requester)


def do(database: Database, name: str, item: ReviewItem, viewer: Viewer, *given: object, **named: object) -> ReviewItem:
    with database.unit_of_work() as uow:
        return getattr(world.service(), name)(item.id, *given, viewer=viewer, uow=uow, **named)  # type: ignore[no-any-return]


def house(database: Database, name: str) -> int:
    with database.unit_of_work() as uow:
        return getattr(world.service(), name)(uow=uow)  # type: ignore[no-any-return]


def view(database: Database, item: ReviewItem, viewer: Viewer):  # type: ignore[no-untyped-def]
    with database.unit_of_work() as uow:
        return world.service().get(item.id, viewer=viewer, uow=uow)


def actions(database: Database, item: ReviewItem) -> list[str]:
    return [action.removeprefix("review.") for action in world.actions(database, item)]


def request_changes(database: Database, item: ReviewItem, viewer: Viewer) -> ReviewItem:
    wanted = world.decision(item, viewer, verdict=Verdict.REQUEST_CHANGES, comment="Falta la fecha.")
    with database.unit_of_work() as uow:
        return world.service().decide(item.id, wanted, viewer=viewer, uow=uow)


class TestClaim:
    """A claim says who is on it, and keeps nobody from deciding."""

    def test_it_is_seen_is_soft_and_ends_when_given_back(
        self, database: Database, item: ReviewItem, manager: Viewer, other: Viewer
    ) -> None:
        claimed = do(database, "claim", item, manager)
        assert (claimed.state, claimed.claimed_by) == (ReviewState.IN_REVIEW, manager.user_id)
        assert do(database, "claim", item, manager) == claimed
        assert view(database, item, other).claimer_name == "Marta"
        with pytest.raises(Conflict):
            do(database, "claim", item, other)
        given_back = do(database, "give_back", item, manager)
        assert (given_back.state, given_back.claimed_by) == (ReviewState.PENDING, None)
        assert do(database, "give_back", item, manager) == given_back
        do(database, "claim", item, manager)
        approved = world.approve(database, item, viewer=other)
        assert (approved.state, approved.claimed_by) == (ReviewState.APPROVED, None)
        assert actions(database, item) == ["submitted", "claimed", "given_back", "claimed", "voted", "approved"]

    def test_it_runs_out(
        self, database: Database, clock: FixedClock, item: ReviewItem, manager: Viewer, other: Viewer
    ) -> None:
        do(database, "claim", item, manager)
        assert house(database, "end_claims") == 0
        clock.advance(timedelta(minutes=60))
        assert view(database, item, other).claimer_name is None
        assert do(database, "claim", item, other).claimed_by == other.user_id
        clock.advance(timedelta(minutes=60))
        assert house(database, "end_claims") == 1
        assert view(database, item, other).item.state is ReviewState.PENDING
        assert actions(database, item)[-1] == "given_back"

    def test_it_is_for_who_could_approve(
        self, database: Database, item: ReviewItem, requester: Viewer, manager: Viewer, make_user: MakeUser
    ) -> None:
        with pytest.raises(NotAllowed):
            do(database, "claim", item, requester)
        with pytest.raises(NotFound):
            do(database, "claim", item, make_user(role=Role.MANAGER, team="south"))
        do(database, "claim", item, manager)
        with pytest.raises(Conflict):
            do(database, "give_back", item, requester)
        do(database, "give_back", item, make_user(role=Role.ADMIN))


class TestAssignment:
    """Somebody is asked to decide, who can."""

    def test_only_who_may_see_and_approve_is_asked(
        self, database: Database, item: ReviewItem, requester: Viewer, manager: Viewer, make_user: MakeUser
    ) -> None:
        admin, stranger = make_user("Rosa", role=Role.ADMIN), make_user("Omar", role=Role.MANAGER, team="south")
        with database.unit_of_work() as uow:
            people = world.service().assignable(item.id, viewer=requester, uow=uow)
        assert [person.name for person in people] == ["Marta", "Rosa"]
        assert do(database, "reassign", item, requester, to=manager.user_id).assignee_id == manager.user_id
        assert view(database, item, requester).assignee_name == "Marta"
        for nobody in (stranger.user_id, requester.user_id, "who"):
            with pytest.raises(InputError):
                do(database, "reassign", item, admin, to=nobody)
        with pytest.raises(NotFound):
            do(database, "reassign", item, stranger, to=admin.user_id)
        assert do(database, "reassign", item, admin, to=None).assignee_id is None
        assert actions(database, item) == ["submitted", "assigned", "assigned"]

    def test_what_is_overdue_is_told_once_and_is_everybodys(
        self, database: Database, clock: FixedClock, item: ReviewItem, requester: Viewer, manager: Viewer
    ) -> None:
        do(database, "reassign", item, requester, to=manager.user_id)
        assert house(database, "escalate_due") == 0
        clock.instant = item.requirement.due_at
        assert [house(database, "escalate_due") for _ in range(2)] == [1, 0]
        escalated = view(database, item, manager).item
        assert (escalated.assignee_id, escalated.escalated_at) == (None, clock.instant)
        with database.unit_of_work() as uow:
            [event] = [
                each for each in AuditLog(uow).about(f"review_item:{item.id}") if each.action == "review.escalated"
            ]
        assert event.details == {"roles": "manager admin"}

    def test_what_has_expired_is_not_escalated(self, database: Database, clock: FixedClock, item: ReviewItem) -> None:
        clock.instant = item.requirement.expires_at
        assert house(database, "escalate_due") == 0


class TestComments:
    """What people say stays with the draft and never enters the audit chain."""

    def test_they_are_shown_across_versions_to_who_sees_them(
        self, database: Database, item: ReviewItem, requester: Viewer, manager: Viewer, make_user: MakeUser
    ) -> None:
        do(database, "comment", item, manager, "  ¿Y la renovación?  ")
        edited = do(
            database, "edit", item, requester, {"summary.1": "La cuenta factura 84.000 € anuales."}, digest=item.digest
        )
        do(database, "comment", edited, requester, "Añadida.")
        seen = view(database, edited, manager)
        assert [(each.author_name, each.text) for each in seen.comments] == [
            ("Marta", "¿Y la renovación?"),
            ("Ana", "Añadida."),
        ]
        assert [(line.version, line.state) for line in seen.versions] == [
            (1, ReviewState.SUPERSEDED),
            (2, ReviewState.PENDING),
        ]
        with pytest.raises(NotFound):
            do(database, "comment", item, make_user(role=Role.AE, team="south"), "Hola")
        with database.unit_of_work() as uow:
            told = [event.model_dump_json() for event in AuditLog(uow).events()]
        assert not any("renovación" in line or "Añadida" in line for line in told)

    def test_a_version_that_cites_what_one_may_not_see_hides_what_was_said_about_it(
        self, database: Database, requester: Viewer, make_user: MakeUser
    ) -> None:
        admin = make_user("Rosa", role=Role.ADMIN)
        world.add_account(database, owner=make_user(team="south"), account_id=world.OTHER_ACCOUNT, name="Otra Empresa")
        cited = f"record:{world.OTHER_ACCOUNT}:arr"
        sources = world.evidence_of(database, (world.ARR, cited), viewer=admin)
        sentences = (("La cuenta factura 84.000 €.", (world.ARR,)), ("Otra factura 84.000 €.", (cited,)))
        first = world.submit(database, world.draft_about(sources, sentences), viewer=admin)
        do(database, "comment", first, admin, "Como Otra Empresa.")
        second = do(database, "edit", first, admin, {"summary.2": ""}, digest=first.digest)
        assert [len(view(database, second, viewer).comments) for viewer in (admin, requester)] == [1, 0]
        assert [len(view(database, second, viewer).versions) for viewer in (admin, requester)] == [2, 1]
        with pytest.raises(NotFound):
            world.approve(database, first, viewer=requester)

    @pytest.mark.parametrize("text", [" \n", "x" * 4001, "a\x00b", "a\ud800b"], ids=["empty", "long", "null", "half"])
    def test_what_cannot_be_kept_is_refused(
        self, database: Database, item: ReviewItem, manager: Viewer, text: str
    ) -> None:
        with pytest.raises(InputError):
            do(database, "comment", item, manager, text)


class TestTakingBack:
    """Before a decision and between approval and release."""

    def test_withdrawn_before_a_decision_and_never_after(
        self, database: Database, item: ReviewItem, requester: Viewer, manager: Viewer
    ) -> None:
        with pytest.raises(NotAllowed):
            do(database, "withdraw", item, manager)
        assert do(database, "withdraw", item, requester).state is ReviewState.WITHDRAWN
        assert do(database, "withdraw", item, requester).state is ReviewState.WITHDRAWN
        with pytest.raises(Conflict):
            world.approve(database, item, viewer=manager)
        assert actions(database, item) == ["submitted", "withdrawn"]

    def test_recalled_while_it_waits_to_leave(
        self, database: Database, item: ReviewItem, requester: Viewer, manager: Viewer, other: Viewer
    ) -> None:
        with pytest.raises(Conflict):
            do(database, "recall", item, requester)
        with pytest.raises(Conflict):
            do(database, "recall", item, manager)
        world.approve(database, item, viewer=manager)
        with pytest.raises(Conflict):
            do(database, "withdraw", item, requester)
        assert do(database, "recall", item, other).state is ReviewState.RECALLED
        assert do(database, "recall", item, manager).state is ReviewState.RECALLED
        with database.unit_of_work() as uow:
            release = ReleaseRepository(uow).get(item.id)
            assert ReleaseRepository(uow).due() == ()
        assert release is not None
        assert release.state is ReleaseState.RECALLED
        assert actions(database, item) == ["submitted", "voted", "approved", "recalled"]

    @pytest.mark.parametrize(
        ("state", "words"),
        [("sending", "at this moment"), ("released", "has left"), ("parked", "Nobody knows")],
    )
    def test_what_has_begun_to_leave_is_not_recalled(
        self, database: Database, item: ReviewItem, make_user: MakeUser, state: str, words: str
    ) -> None:
        english = make_user("Ned", role=Role.MANAGER, language="en")
        world.approve(database, item, viewer=english)
        with database.unit_of_work() as uow:
            uow.session.get_one(ReleaseRow, item.id).state = state
        with pytest.raises(Conflict, match=words):
            do(database, "recall", item, english)
        assert view(database, item, english).item.state is ReviewState.APPROVED

    def test_a_stranger_recalls_nothing(
        self, database: Database, item: ReviewItem, manager: Viewer, make_user: MakeUser
    ) -> None:
        world.approve(database, item, viewer=manager)
        with pytest.raises(NotFound):
            do(database, "recall", item, make_user(role=Role.MANAGER, team="south"))


def _send_back(database: Database, item: ReviewItem, clock: FixedClock, requester: Viewer, manager: Viewer) -> None:
    request_changes(database, item, manager)


def _withdraw(database: Database, item: ReviewItem, clock: FixedClock, requester: Viewer, manager: Viewer) -> None:
    do(database, "withdraw", item, requester)


def _recall(database: Database, item: ReviewItem, clock: FixedClock, requester: Viewer, manager: Viewer) -> None:
    world.approve(database, item, viewer=manager)
    do(database, "recall", item, requester)


def _expire(database: Database, item: ReviewItem, clock: FixedClock, requester: Viewer, manager: Viewer) -> None:
    clock.instant = item.requirement.expires_at
    house(database, "expire_due")


class TestOnceMore:
    """The requester files the same again: a new version, checked again, with votes of its own."""

    @pytest.mark.parametrize("end", [_send_back, _withdraw, _recall, _expire])
    def test_the_same_words_get_a_new_item(
        self, database: Database, clock: FixedClock, item: ReviewItem, requester: Viewer, manager: Viewer, end: Call
    ) -> None:
        with pytest.raises(Conflict):
            do(database, "submit_again", item, requester)
        end(database, item, clock, requester, manager)
        before = view(database, item, requester)
        with pytest.raises(NotAllowed):
            do(database, "submit_again", item, manager)
        again = do(database, "submit_again", item, requester)
        assert (again.version, again.draft_id, again.state, again.votes) == (2, item.draft_id, ReviewState.PENDING, ())
        assert again.author_id == before.item.author_id
        assert list(view(database, again, requester).draft.segments()) == list(before.draft.segments())
        after = view(database, item, requester).item.state
        sent_back = before.item.state is ReviewState.CHANGES_REQUESTED
        assert after is (ReviewState.SUPERSEDED if sent_back else before.item.state)
        with pytest.raises(Conflict):
            do(database, "submit_again", item, requester)
        assert world.approve(database, again, viewer=manager).state is ReviewState.APPROVED
        assert actions(database, again) == ["submitted_again", "voted", "approved"]

    def test_words_of_a_reviewer_stay_theirs(
        self, database: Database, item: ReviewItem, requester: Viewer, manager: Viewer, other: Viewer
    ) -> None:
        new = {"summary.1": "La cuenta factura 84.000 € anuales."}
        edited = do(database, "edit", item, manager, new, digest=item.digest)
        request_changes(database, edited, other)
        again = do(database, "submit_again", edited, requester)
        with pytest.raises(NotAllowed):
            world.approve(database, again, viewer=manager)
        assert world.approve(database, again, viewer=other).state is ReviewState.APPROVED

    def test_other_evidence_is_looked_at_anew(
        self, database: Database, item: ReviewItem, requester: Viewer, manager: Viewer
    ) -> None:
        world.change_renewal(database, to=date(2027, 2, 28))
        assert house(database, "mark_changed") == 1
        again = do(database, "submit_again", item, requester)
        assert item.risk is Risk.LOW
        assert again.risk.rank >= Risk.HIGH.rank
        assert house(database, "mark_changed") == 0
        sources = {each.id: each.text for each in view(database, again, manager).draft.evidence}
        assert "2027-02-28" in sources[world.RENEWAL]


def test_rights_say_what_would_be_refused(
    database: Database, item: ReviewItem, requester: Viewer, manager: Viewer
) -> None:
    mine, theirs = view(database, item, requester).rights, view(database, item, manager).rights
    assert mine.approve == mine.claim == "own_draft"
    assert mine.withdraw is None
    assert {"approve", "reject", "request_changes", "claim", "edit", "reassign", "comment"} <= theirs.allowed
    assert {"withdraw", "recall", "submit_again", "give_back", "retry_release"}.isdisjoint(theirs.allowed)
    world.approve(database, item, viewer=manager)
    after = view(database, item, requester).rights
    assert {"recall", "comment"} == after.allowed


def test_who_left_is_asked_for_nothing(
    database: Database, item: ReviewItem, requester: Viewer, manager: Viewer
) -> None:
    with database.unit_of_work() as uow:
        PeopleRepository(uow).deactivate(manager.user_id, now=uow.clock.now())
        assert not uow.session.get_one(UserRow, manager.user_id).active
    with pytest.raises(InputError):
        do(database, "reassign", item, requester, to=manager.user_id)
