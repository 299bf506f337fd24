"""Deliveries whose outcome nobody knows: what is said about them, and what people do."""

from pathlib import Path

import pytest
from sqlalchemy import text

from copilot.approvals import releases
from copilot.approvals.release_texts import describe
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.store.database import Database
from copilot.store.releases import ReleaseState
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.release_builders import MailServer, approved_email, deliver_due, release_actions, release_of


@pytest.fixture
def item(database: Database, requester: Viewer, manager: Viewer) -> ReviewItem:
    return approved_email(database, requester=requester, approver=manager)


@pytest.fixture
def parked(database: Database, item: ReviewItem, tmp_path: Path) -> ReviewItem:
    """Handed over whole; the server hung up instead of answering."""
    with MailServer(drop_at="end of message").running() as server:
        assert deliver_due(database, server, tmp_path) == 0
        assert deliver_due(database, server, tmp_path) == 0
    assert len(server.taken) == 1
    return item


def test_what_nobody_can_know_is_parked_and_says_what_to_look_for(
    database: Database, parked: ReviewItem, requester: Viewer, clock: FixedClock
) -> None:
    release = release_of(database, parked)
    assert (release.state, release.error_code) == (ReleaseState.PARKED, "connection_lost")
    for language in ("es", "en"):
        assert "<draft-1@tramontia.example>" in describe(release, language=language, now=clock.now())
    with database.unit_of_work() as uow:
        assert [each.review_item_id for each in releases.parked(viewer=requester, uow=uow)] == [parked.id]
        with pytest.raises(Conflict):
            world.service().retry_release(parked.id, viewer=requester, uow=uow)


def test_found_in_the_log_it_is_released_and_never_sent_again(
    database: Database, parked: ReviewItem, requester: Viewer, tmp_path: Path
) -> None:
    with database.unit_of_work() as uow:
        item = releases.resolve_parked(parked.id, sent=True, note="In Sent.", viewer=requester, uow=uow)
    assert item.state is ReviewState.RELEASED
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 0
    assert server.taken == []
    assert release_actions(database, parked) == ["release.parked", "release.resolved"]


def test_not_found_it_is_sent_once(database: Database, parked: ReviewItem, requester: Viewer, tmp_path: Path) -> None:
    with database.unit_of_work() as uow:
        releases.resolve_parked(parked.id, sent=False, note="Not in the log.", viewer=requester, uow=uow)
    with database.unit_of_work() as uow, pytest.raises(Conflict):
        releases.resolve_parked(parked.id, sent=False, note="Not in the log.", viewer=requester, uow=uow)
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 1
        assert deliver_due(database, server, tmp_path) == 0
    assert len(server.taken) == 1


def test_only_some_may_settle_and_they_say_why(
    database: Database, parked: ReviewItem, requester: Viewer, make_user: MakeUser
) -> None:
    stranger = make_user("Omar Ajeno", role=Role.AE, team="south")
    with database.unit_of_work() as uow:
        with pytest.raises(NotFound):
            releases.resolve_parked(parked.id, sent=True, note="x", viewer=stranger, uow=uow)
        for note in ("", "   ", "x" * 2001):
            with pytest.raises(InputError):
                releases.resolve_parked(parked.id, sent=True, note=note, viewer=requester, uow=uow)
        assert releases.parked(viewer=stranger, uow=uow) == ()


def test_a_colleague_without_a_part_in_it_settles_nothing(
    database: Database, parked: ReviewItem, make_user: MakeUser, requester: Viewer
) -> None:
    colleague = make_user("Iker Otro", role=Role.CSM, team="south")
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("insert into account_grants (account_id, user_id) values (:account, :user)"),
            {"account": world.ACCOUNT, "user": colleague.user_id},
        )
        uow.session.execute(
            text("update review_items set requirement = jsonb_set(requirement, '{steps,0,roles}', '[\"manager\"]')")
        )
    with database.unit_of_work() as uow, pytest.raises(NotAllowed):
        releases.resolve_parked(parked.id, sent=True, note="x", viewer=colleague, uow=uow)
