"""Test items and judgements in the database: what it refuses, and what it remembers."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from copilot.approvals.policy import load_policy
from copilot.approvals.quality.outcome import revealed
from copilot.approvals.quality.reviewers import is_flood, reviewer_figures
from copilot.approvals.quality.rules import QualityRules
from copilot.approvals.service import ApprovalService
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.proportions import Share
from copilot.domain.review_items import ReviewItem, ReviewState, Verdict
from copilot.errors import NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.quality import Caught, QualityRepository
from copilot.store.releases import ReleaseRepository
from tests import approvals_builders as world
from tests.conftest import MakeUser

ALWAYS = QualityRules(test_item_share=0.2)


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user(role=Role.AE))


def planted(database: Database, requester: Viewer) -> int:
    with database.unit_of_work() as uow:
        policy = load_policy().model_copy(update={"quality": ALWAYS})
        return ApprovalService(policy).plant_tests(uow=uow)


def approved(database: Database, requester: Viewer, times: int) -> list[ReviewItem]:
    draft = world.good_draft(database, viewer=requester)
    items = [world.submit(database, draft, viewer=requester) for _ in range(times)]
    return [world.approve(database, item, viewer=requester) for item in items]


def the_test_item(database: Database) -> str:
    with database.unit_of_work() as uow:
        found = uow.session.connection().exec_driver_sql("select id from review_items where is_test").scalars().all()
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def item_id(database: Database, requester: Viewer) -> str:
    """The test item that five approvals bring."""
    approved(database, requester, 5)
    planted(database, requester)
    return the_test_item(database)


@pytest.fixture
def admin(make_user: MakeUser, requester: Viewer) -> Viewer:
    return make_user(role=Role.ADMIN)


def test_one_is_planted_when_the_share_asks_for_it(database: Database, requester: Viewer) -> None:
    approved(database, requester, 4)
    assert planted(database, requester) == 0
    approved(database, requester, 1)
    assert planted(database, requester) == 1
    assert planted(database, requester) == 0
    item_id = the_test_item(database)
    with database.unit_of_work() as uow:
        fault = QualityRepository(uow).fault(item_id)
    assert fault is not None
    assert fault.outcome is None


def test_the_database_releases_no_test_item(database: Database, item_id: str) -> None:
    with pytest.raises(DBAPIError, match="never released"), database.unit_of_work() as uow:
        ReleaseRepository(uow).queue(item_id, sink="files", digest="0" * 64)
    with pytest.raises(DBAPIError, match="stays one"), database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql("update review_items set is_test = false where is_test")


def test_it_is_settled_once(database: Database, item_id: str, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        repository = QualityRepository(uow)
        assert repository.settle(item_id, outcome=Caught.CAUGHT, by=requester.user_id)
        assert not repository.settle(item_id, outcome=Caught.MISSED, by=requester.user_id)


def test_a_flood_is_seen_by_the_person_and_by_their_manager_only(
    database: Database, clock: FixedClock, make_user: MakeUser, requester: Viewer
) -> None:
    stranger = make_user(role=Role.MANAGER, team="south")
    admin = make_user(role=Role.ADMIN)
    draft = world.good_draft(database, viewer=requester)
    items = [world.submit(database, draft, viewer=requester) for _ in range(5)]
    with database.unit_of_work() as uow:
        for item in items:
            QualityRepository(uow).opened(item.id, viewer_id=requester.user_id, words=100)
    clock.advance(timedelta(seconds=2))
    for item in items:
        world.approve(database, item, viewer=requester)
    with database.unit_of_work() as uow:
        assert is_flood(QualityRules(), viewer=requester, uow=uow)
        own = reviewer_figures(QualityRules(), days=90, viewer=requester, uow=uow)
        assert [(found.person_id, found.too_fast, found.decisions) for found in own] == [
            (requester.user_id, Share(5, 5), 5)
        ]
        assert own[0].flood_at is not None
        assert reviewer_figures(QualityRules(), days=90, viewer=stranger, uow=uow) == ()
        assert len(reviewer_figures(QualityRules(), days=90, viewer=admin, uow=uow)) == 1
    clock.advance(timedelta(hours=2))
    with database.unit_of_work() as uow:
        assert not is_flood(QualityRules(), viewer=requester, uow=uow)


def test_rejections_count_with_the_time_they_took(
    database: Database, clock: FixedClock, make_user: MakeUser, requester: Viewer
) -> None:
    admin = make_user(role=Role.ADMIN)
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    with database.unit_of_work() as uow:
        QualityRepository(uow).opened(item.id, viewer_id=admin.user_id, words=100)
    clock.advance(timedelta(seconds=90))
    with database.unit_of_work() as uow:
        QualityRepository(uow).opened(item.id, viewer_id=admin.user_id, words=100)
        refusal = world.decision(item, admin, verdict=Verdict.REJECT, comment="old")
        world.service().decide(item.id, refusal, viewer=admin, uow=uow)
        found = reviewer_figures(QualityRules(), days=90, viewer=admin, uow=uow)
    assert [(figures.median_seconds, figures.approved, figures.unopened) for figures in found] == [(90, Share(0, 1), 0)]


def decided(database: Database, item_id: str, viewer: Viewer, verdict: Verdict) -> ReviewItem:
    with database.unit_of_work() as uow:
        item = world.service().get(item_id, viewer=viewer, uow=uow).item
        accepted = world.service().get(item_id, viewer=viewer, uow=uow).unsupported_segments
        wanted = world.decision(item, viewer, verdict=verdict, comment="why", accepted=accepted)
        return world.service().decide(item_id, wanted, viewer=viewer, uow=uow)


def test_approving_a_test_item_releases_nothing_and_is_told(database: Database, item_id: str, admin: Viewer) -> None:
    item = decided(database, item_id, admin, Verdict.APPROVE)
    assert (item.state, item.state_reason) == (ReviewState.WITHDRAWN, "test_item")
    with database.unit_of_work() as uow:
        assert ReleaseRepository(uow).get(item_id) is None
        told = revealed(item, uow=uow)
        assert reviewer_figures(ALWAYS, days=90, viewer=admin, uow=uow)[1].caught_flagged == Share(0, 1)
    assert told is not None
    assert told.outcome is Caught.MISSED
    assert told.right != told.wrong
    assert {told.right, told.wrong} & {text for text, _ in world.GOOD_TEXTS} == {told.right}


def test_rejecting_a_test_item_counts_as_caught(database: Database, item_id: str, admin: Viewer) -> None:
    with database.unit_of_work() as uow:
        assert revealed(world.service().get(item_id, viewer=admin, uow=uow).item, uow=uow) is None
    item = decided(database, item_id, admin, Verdict.REJECT)
    with database.unit_of_work() as uow:
        told = revealed(item, uow=uow)
    assert told is not None
    assert told.outcome is Caught.CAUGHT


@pytest.mark.parametrize("mended", [True, False], ids=["the-fault", "another-sentence"])
def test_editing_a_test_item_makes_no_real_draft_of_it(
    database: Database, item_id: str, admin: Viewer, mended: bool
) -> None:
    with database.unit_of_work() as uow:
        view = world.service().get(item_id, viewer=admin, uow=uow)
        fault = QualityRepository(uow).fault(item_id)
        assert fault is not None
        others = (segment.id for segment in view.draft.segments() if segment.id != fault.segment_id)
        segment = fault.segment_id if mended else next(others)
        texts = {segment: "La cuenta factura 84.000 € al año. Revisado."}
        newer = world.service().edit(item_id, texts, digest=view.item.digest, viewer=admin, uow=uow)
    with database.unit_of_work() as uow:
        item = world.service().get(newer.id, viewer=admin, uow=uow).item
        told = revealed(item, uow=uow)
        assert QualityRepository(uow).fault(item_id) is None
    assert (item.state is ReviewState.WITHDRAWN) is mended
    assert (told is not None and told.outcome is Caught.CAUGHT) is mended
    with pytest.raises(DBAPIError, match="never released"), database.unit_of_work() as uow:
        ReleaseRepository(uow).queue(newer.id, sink="files", digest="0" * 64)


def test_a_test_item_is_hidden_from_who_asked_for_its_source(
    database: Database, item_id: str, admin: Viewer, requester: Viewer
) -> None:
    with database.unit_of_work() as uow:
        service = world.service()
        assert item_id not in [entry.item.id for entry in service.list_queue(viewer=requester, uow=uow).entries]
        assert item_id in [entry.item.id for entry in service.list_queue(viewer=admin, uow=uow).entries]
        with pytest.raises(NotFound):
            service.get(item_id, viewer=requester, uow=uow)
        assert service.get(item_id, viewer=admin, uow=uow).item.requester_id == requester.user_id


def test_the_chain_tells_a_test_item_from_no_other_until_it_is_over(
    database: Database, item_id: str, requester: Viewer
) -> None:
    with database.unit_of_work() as uow:
        [event] = AuditLog(uow).about(f"review_item:{item_id}")
    assert (event.action, event.actor_id) == ("review.submitted", requester.user_id)


def test_a_test_item_that_is_withdrawn_counts_for_nobody(
    database: Database, item_id: str, admin: Viewer, requester: Viewer
) -> None:
    with database.unit_of_work() as uow:
        world.service().withdraw(item_id, viewer=admin, uow=uow)
    planted(database, requester)
    with database.unit_of_work() as uow:
        fault = QualityRepository(uow).fault(item_id)
    assert fault is not None
    assert fault.outcome is Caught.LAPSED
