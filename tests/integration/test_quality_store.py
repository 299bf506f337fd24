"""Test items and judgements in the database: what it refuses, and what it remembers."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from copilot.approvals.quality.planting import plant_due
from copilot.approvals.quality.reviewers import is_flood, reviewer_figures
from copilot.approvals.quality.rules import QualityRules
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Draft
from copilot.domain.findings import GuardrailReport
from copilot.domain.proportions import Share
from copilot.domain.review_items import ReviewItem, Verdict
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import Database, UnitOfWork
from copilot.store.quality import Caught, QualityRepository
from copilot.store.releases import ReleaseRepository
from tests import approvals_builders as world
from tests.conftest import MakeUser

ALWAYS = QualityRules(test_item_share=0.2)


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user(role=Role.AE)
    world.add_account(database, owner=viewer)
    world.add_email(database)
    return viewer


def file_item(draft: Draft, report: GuardrailReport, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
    return world.service().submit(draft, report, viewer=viewer, uow=uow)


def planted(database: Database, requester: Viewer) -> int:
    with database.unit_of_work() as uow:
        return plant_due(ALWAYS, guardrails=Guardrails(), file_item=file_item, uow=uow)


def approved(database: Database, requester: Viewer, times: int) -> list[ReviewItem]:
    draft = world.good_draft(database, viewer=requester)
    items = [world.submit(database, draft, viewer=requester) for _ in range(times)]
    return [world.approve(database, item, viewer=requester) for item in items]


def the_test_item(database: Database) -> str:
    with database.unit_of_work() as uow:
        found = uow.session.connection().exec_driver_sql("select id from review_items where is_test").scalars().all()
    assert len(found) == 1
    return str(found[0])


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


def test_the_database_releases_no_test_item(database: Database, requester: Viewer) -> None:
    approved(database, requester, 5)
    planted(database, requester)
    item_id = the_test_item(database)
    with pytest.raises(DBAPIError, match="never released"), database.unit_of_work() as uow:
        ReleaseRepository(uow).queue(item_id, sink="files", digest="0" * 64)
    with pytest.raises(DBAPIError, match="stays one"), database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql("update review_items set is_test = false where is_test")


def test_it_is_settled_once(database: Database, requester: Viewer) -> None:
    approved(database, requester, 5)
    planted(database, requester)
    item_id = the_test_item(database)
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
