"""An item whose rows make no sense stops no news about the others."""

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewItem
from copilot.notifications.links import Links
from copilot.notifications.outbox import Outbox
from copilot.store.database import Database
from tests import approvals_builders as world
from tests.conftest import MakeUser


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Ana"))


def submit(database: Database, requester: Viewer) -> ReviewItem:
    return world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)


def break_item(database: Database, item: ReviewItem) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("update review_items set requirement = requirement - 'steps' where id = :id"), {"id": item.id}
        )


def test_an_event_about_an_unreadable_item_is_passed_over_and_counted(
    database: Database, requester: Viewer, make_user: MakeUser
) -> None:
    make_user(role=Role.MANAGER)
    broken, fine = submit(database, requester), submit(database, requester)
    break_item(database, broken)
    outbox = Outbox(database, links=Links())
    with capture_logs() as logs:
        read = outbox.read_on()
    assert read >= 2
    events = [each["event"] for each in logs]
    passed = sum(each["events"] for each in logs if each["event"] == "outbox.passed_over")
    assert passed == events.count("outbox.unreadable") >= 1
    assert {each["subject"] for each in logs if each["event"] == "outbox.unreadable"} == {f"review_item:{broken.id}"}
    assert outbox.read_on() == 0
    world.approve(database, fine, viewer=requester)
    assert outbox.read_on() > 0
