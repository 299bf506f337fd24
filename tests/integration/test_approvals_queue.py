"""The queue against a real database: who sees, who decides, and what a decision sets off."""

from datetime import date, timedelta

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from copilot.domain.findings import GuardrailReport, Risk
from copilot.domain.review_items import ReviewItem, ReviewState, Verdict
from copilot.errors import Conflict, DigestMismatch, InputError, NotAllowed, NotFound
from copilot.store.database import Database
from copilot.store.drafts import DraftRepository
from copilot.store.queue_pages import QueueFilters
from copilot.store.releases import ReleaseRepository, ReleaseState
from tests import approvals_builders as world
from tests.conftest import MakeUser

WRONG = (("La cuenta factura 85.000 € al año.", (world.ARR,)),)


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user(role=Role.AE))


@pytest.fixture
def manager(requester: Viewer, make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER)


@pytest.fixture
def item(database: Database, requester: Viewer) -> ReviewItem:
    return world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)


@pytest.fixture
def risky(database: Database, requester: Viewer) -> ReviewItem:
    draft = world.draft_about(world.evidence_of(database, (world.ARR,), viewer=requester), WRONG)
    return world.submit(database, draft, viewer=requester)


def state(database: Database, item: ReviewItem, viewer: Viewer) -> ReviewState:
    with database.unit_of_work() as uow:
        return world.service().get(item.id, viewer=viewer, uow=uow).item.state


def reject(
    database: Database, item: ReviewItem, viewer: Viewer, comment: str | None = "Falta la renovación."
) -> ReviewItem:
    decision = world.decision(item, viewer, verdict=Verdict.REJECT, comment=comment)
    with database.unit_of_work() as uow:
        return world.service().decide(item.id, decision, viewer=viewer, uow=uow)


def test_a_good_brief_is_low_risk_and_its_requester_may_approve_it(
    database: Database, requester: Viewer, item: ReviewItem
) -> None:
    assert (item.state, item.risk, item.requirement.rule) == (ReviewState.PENDING, Risk.LOW, "internal-low")
    assert world.approve(database, item, viewer=requester).state is ReviewState.APPROVED
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(item.id)
    assert release is not None
    assert (release.state, release.digest) == (ReleaseState.QUEUED, item.digest)
    assert world.actions(database, item) == ["review.submitted", "review.voted", "review.approved"]


def test_the_same_decision_again_is_one_decision_and_another_is_a_conflict(
    database: Database, requester: Viewer, manager: Viewer, item: ReviewItem
) -> None:
    first = world.approve(database, item, viewer=requester)
    assert world.approve(database, item, viewer=requester) == first
    with pytest.raises(Conflict):
        reject(database, item, requester)
    with pytest.raises(Conflict):
        world.approve(database, item, viewer=manager)
    assert world.actions(database, item) == ["review.submitted", "review.voted", "review.approved"]


def test_a_risky_item_needs_a_manager_who_accepts_each_unsupported_sentence(
    database: Database, requester: Viewer, manager: Viewer, risky: ReviewItem
) -> None:
    assert risky.risk is Risk.HIGH
    with pytest.raises(NotAllowed):
        world.approve(database, risky, viewer=requester, accepted=("summary.1",))
    with pytest.raises(InputError):
        world.approve(database, risky, viewer=manager)
    approved = world.approve(database, risky, viewer=manager, accepted=("summary.1", "made.up"))
    assert approved.accepted_segments == ("summary.1",)


def test_a_manager_does_not_approve_their_own_risky_request(
    database: Database, requester: Viewer, manager: Viewer
) -> None:
    draft = world.draft_about(world.evidence_of(database, (world.ARR,), viewer=manager), WRONG)
    own = world.submit(database, draft, viewer=manager)
    with pytest.raises(NotAllowed, match="otra persona"):
        world.approve(database, own, viewer=manager, accepted=("summary.1",))


def test_nothing_external_is_approved_by_who_asked_for_it(
    database: Database, requester: Viewer, manager: Viewer
) -> None:
    draft = world.good_draft(database, viewer=manager, audience=Audience.EXTERNAL)
    item = world.submit(database, draft, viewer=manager)
    assert item.risk is Risk.LOW
    with pytest.raises(NotAllowed):
        world.approve(database, item, viewer=manager)
    assert world.approve(database, item, viewer=requester).state is ReviewState.APPROVED


def test_a_decision_is_bound_to_what_was_seen(database: Database, requester: Viewer, item: ReviewItem) -> None:
    with pytest.raises(DigestMismatch):
        world.approve(database, item.model_copy(update={"digest": "0" * 64}), viewer=requester)
    assert state(database, item, requester) is ReviewState.PENDING


def test_nobody_decides_as_somebody_else(
    database: Database, requester: Viewer, manager: Viewer, item: ReviewItem
) -> None:
    with database.unit_of_work() as uow, pytest.raises(NotAllowed):
        world.service().decide(item.id, world.decision(item, manager), viewer=requester, uow=uow)
    promoted = world.decision(item, requester).model_copy(update={"decider_role": Role.ADMIN})
    with database.unit_of_work() as uow, pytest.raises(NotAllowed):
        world.service().decide(item.id, promoted, viewer=requester, uow=uow)


def test_a_rejection_says_why(database: Database, requester: Viewer, item: ReviewItem) -> None:
    with pytest.raises(InputError):
        reject(database, item, requester, comment=" ")
    assert reject(database, item, requester).comment == "Falta la renovación."
    with database.unit_of_work() as uow:
        assert ReleaseRepository(uow).get(item.id) is None


def test_a_late_decision_is_refused_even_before_the_deadline_was_noticed(
    database: Database, clock: FixedClock, requester: Viewer, item: ReviewItem
) -> None:
    clock.instant = item.requirement.expires_at
    with pytest.raises(Conflict, match="plazo"):
        world.approve(database, item, viewer=requester)
    with database.unit_of_work() as uow:
        assert world.service().expire_due(uow=uow) == 1
    with database.unit_of_work() as uow:
        assert world.service().expire_due(uow=uow) == 0
    assert world.actions(database, item) == ["review.submitted", "review.expired"]
    assert state(database, item, requester) is ReviewState.EXPIRED


def test_an_edit_is_checked_again_and_voids_the_version_before(
    database: Database, requester: Viewer, manager: Viewer, item: ReviewItem
) -> None:
    new_texts = {"summary.1": "La cuenta factura 99.000 € al año.", "summary.3": ""}
    with database.unit_of_work() as uow:
        edited = world.service().edit(item.id, new_texts, digest=item.digest, viewer=manager, uow=uow)
    assert (edited.version, edited.draft_id, edited.requester_id) == (2, item.draft_id, requester.user_id)
    assert edited.author_id == manager.user_id
    assert edited.risk is Risk.HIGH
    assert edited.digest != item.digest
    assert state(database, item, requester) is ReviewState.SUPERSEDED
    with pytest.raises(Conflict):
        world.approve(database, item, viewer=requester)
    with pytest.raises(NotAllowed):
        world.approve(database, edited, viewer=manager, accepted=("summary.1",))
    with database.unit_of_work() as uow:
        view = world.service().get(edited.id, viewer=requester, uow=uow)
    assert [segment.id for segment in view.draft.segments()] == ["summary.1", "summary.2"]
    assert world.EMAIL not in {evidence.id for evidence in view.draft.evidence}
    assert world.actions(database, edited) == ["review.edited"]


@pytest.mark.parametrize(
    ("new_texts", "digest"),
    [
        ({"summary.9": "x"}, None),
        ({}, None),
        ({"summary.1": "La cuenta factura 84.000 € al año."}, None),
        ({"summary.1": "", "summary.2": "", "summary.3": " "}, None),
        ({"summary.1": "Otra\x00cosa"}, None),
        ({"summary.1": "Otra\ud800cosa"}, None),
        ({"summary.1": "Otra cosa"}, "0" * 64),
    ],
)
def test_an_edit_that_makes_no_sense_changes_nothing(
    database: Database, requester: Viewer, item: ReviewItem, new_texts: dict[str, str], digest: str | None
) -> None:
    with pytest.raises((InputError, Conflict)), database.unit_of_work() as uow:
        world.service().edit(item.id, new_texts, digest=digest or item.digest, viewer=requester, uow=uow)
    assert state(database, item, requester) is ReviewState.PENDING


def test_changed_evidence_takes_items_out_of_the_queue(
    database: Database, requester: Viewer, item: ReviewItem, risky: ReviewItem
) -> None:
    world.change_renewal(database, to=date(2027, 2, 28))
    with database.unit_of_work() as uow:
        assert world.service().mark_changed(uow=uow) == 1
    assert state(database, item, requester) is ReviewState.STALE
    assert state(database, risky, requester) is ReviewState.PENDING
    assert world.actions(database, item)[-1] == "review.stale"
    with database.unit_of_work() as uow:
        assert world.service().mark_changed(uow=uow) == 0


def test_changed_evidence_leaves_what_was_written_from_it_since(
    database: Database, requester: Viewer, item: ReviewItem
) -> None:
    world.change_renewal(database, to=date(2027, 2, 28))
    newer = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    with database.unit_of_work() as uow:
        assert world.service().mark_changed(uow=uow) == 1
    assert state(database, item, requester) is ReviewState.STALE
    assert state(database, newer, requester) is ReviewState.PENDING


class TestWhoSees:
    """Invariant 3 in the queue."""

    def test_others_without_the_account_see_nothing(
        self, database: Database, make_user: MakeUser, item: ReviewItem
    ) -> None:
        stranger = make_user(role=Role.AE, team="south")
        other_manager = make_user(role=Role.MANAGER, team="south")
        for viewer in (stranger, other_manager):
            with database.unit_of_work() as uow:
                assert world.service().list_queue(viewer=viewer, uow=uow).entries == ()
                for call in (world.service().get, world.service().resolve, world.service().deliverables):
                    with pytest.raises(NotFound):
                        call(item.id, viewer=viewer, uow=uow)
                with pytest.raises(NotFound):
                    world.service().decide(item.id, world.decision(item, viewer), viewer=viewer, uow=uow)
                with pytest.raises(NotFound):
                    world.service().edit(item.id, {"summary.1": "x"}, digest=item.digest, viewer=viewer, uow=uow)

    def test_the_team_and_admins_see(
        self, database: Database, make_user: MakeUser, manager: Viewer, item: ReviewItem
    ) -> None:
        for viewer in (manager, make_user(role=Role.ADMIN, team="south")):
            with database.unit_of_work() as uow:
                assert [entry.item.id for entry in world.service().list_queue(viewer=viewer, uow=uow).entries] == [
                    item.id
                ]

    def test_an_item_that_cites_what_managers_read_is_hidden_from_others(
        self, database: Database, requester: Viewer, manager: Viewer
    ) -> None:
        world.add_email(
            database,
            text="Margen mínimo 31 %.",
            passage_id=world.SHARED_PASSAGE,
            account_id=None,
            visibility="managers",
        )
        cited = f"passage:{world.SHARED_PASSAGE}"
        draft = world.draft_about(
            world.evidence_of(database, (cited,), viewer=manager), (("El margen mínimo es del 31 %.", (cited,)),)
        )
        item = world.submit(database, draft, viewer=manager)
        for viewer, count in ((requester, 0), (manager, 1)):
            with database.unit_of_work() as uow:
                assert len(world.service().list_queue(viewer=viewer, uow=uow).entries) == count
        with database.unit_of_work() as uow, pytest.raises(NotFound):
            world.service().get(item.id, viewer=requester, uow=uow)

    def test_a_draft_that_cites_another_account_is_hidden_from_who_may_not_see_that_one(
        self, database: Database, make_user: MakeUser, requester: Viewer, manager: Viewer
    ) -> None:
        stranger = make_user(role=Role.AE, team="south")
        admin = make_user(role=Role.ADMIN)
        world.add_account(database, owner=stranger, account_id=world.OTHER_ACCOUNT, name="Otra Empresa")
        cited = f"record:{world.OTHER_ACCOUNT}:arr"
        sources = world.evidence_of(database, (cited,), viewer=admin)
        item = world.submit(database, world.draft_about(sources, (("Factura 84.000 €.", (cited,)),)), viewer=admin)
        with database.unit_of_work() as uow:
            assert world.service().get(item.id, viewer=admin, uow=uow).item == item
            for viewer in (requester, manager):
                for call in (world.service().get, world.service().deliverables):
                    with pytest.raises(NotFound):
                        call(item.id, viewer=viewer, uow=uow)

    def test_a_draft_about_an_account_one_may_not_see_is_not_filed(
        self, database: Database, make_user: MakeUser, requester: Viewer
    ) -> None:
        draft = world.good_draft(database, viewer=requester)
        with pytest.raises(NotFound):
            world.submit(database, draft, viewer=make_user(role=Role.AE, team="south"))


def test_a_report_about_another_text_is_not_believed(database: Database, requester: Viewer) -> None:
    draft = world.draft_about(world.evidence_of(database, (world.ARR,), viewer=requester), WRONG)
    for forged in ("", "0" * 64):
        report = GuardrailReport(findings=(), risk=Risk.LOW, draft_digest=forged)
        with database.unit_of_work() as uow:
            item = world.service().submit(draft, report, viewer=requester, uow=uow)
        assert item.risk is Risk.HIGH


def test_pages_follow_each_other_without_gap_or_repeat(
    database: Database, clock: FixedClock, requester: Viewer
) -> None:
    draft = world.good_draft(database, viewer=requester)
    filed = []
    for number in range(7):
        clock.advance(timedelta(minutes=number % 3))
        filed.append(world.submit(database, draft, viewer=requester).id)
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        with database.unit_of_work() as uow:
            page = world.service().list_queue(viewer=requester, uow=uow, cursor=cursor, limit=2)
        seen += [entry.item.id for entry in page.entries]
        cursor = page.cursor
    assert cursor is None
    assert sorted(seen) == sorted(filed)
    assert len(set(seen)) == 7
    with database.unit_of_work() as uow, pytest.raises(InputError):
        world.service().list_queue(viewer=requester, uow=uow, cursor="nonsense")


def test_filters_narrow_the_list(database: Database, requester: Viewer, item: ReviewItem, risky: ReviewItem) -> None:
    world.approve(database, item, viewer=requester)
    cases = [
        (QueueFilters(), [risky.id]),
        (QueueFilters(states=(ReviewState.APPROVED,)), [item.id]),
        (QueueFilters(states=(), risks=(Risk.LOW,)), [item.id]),
        (QueueFilters(states=(), account_id=world.ACCOUNT, requester_id=requester.user_id), [item.id, risky.id]),
        (QueueFilters(states=(), requester_id="somebody"), []),
    ]
    for filters, wanted in cases:
        with database.unit_of_work() as uow:
            page = world.service().list_queue(viewer=requester, uow=uow, filters=filters)
        assert sorted(entry.item.id for entry in page.entries) == sorted(wanted)


def test_the_last_approved_version_is_found_for_the_next_brief(
    database: Database, make_user: MakeUser, requester: Viewer, item: ReviewItem
) -> None:
    def last(viewer: Viewer) -> str | None:
        with database.unit_of_work() as uow:
            found = DraftRepository(uow).last_approved(world.ACCOUNT, kind=item_kind, viewer=viewer)
        return found.draft_id if found else None

    item_kind = world.good_draft(database, viewer=requester).kind
    assert last(requester) is None
    world.approve(database, item, viewer=requester)
    assert last(requester) == item.draft_id
    assert last(make_user(role=Role.AE, team="south")) is None


def test_a_decision_that_fails_to_commit_leaves_no_trace(
    database: Database, requester: Viewer, item: ReviewItem
) -> None:
    def decide_and_fail() -> None:
        with database.unit_of_work() as uow:
            world.service().decide(item.id, world.decision(item, requester), viewer=requester, uow=uow)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        decide_and_fail()
    assert state(database, item, requester) is ReviewState.PENDING
    assert world.actions(database, item) == ["review.submitted"]
    with database.unit_of_work() as uow:
        assert ReleaseRepository(uow).get(item.id) is None
