"""Rules of contact at the moment of delivery: what stops it, what makes it wait, and what was decided before."""

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from copilot.approvals.contact_preferences import opt_out
from copilot.approvals.release import run_due_releases
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.erasure import Reason
from copilot.domain.findings import Action
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import NotAllowed
from copilot.guardrails.pipeline import Guardrails
from copilot.privacy.requests import PrivacyRequests
from copilot.store.database import Database
from copilot.store.releases import ReleaseState
from copilot.store.tables.records import ContactRow
from tests import approvals_builders as world
from tests.guardrails_contact_builders import (
    ADDRESS,
    MARTA,
    NOW,
    PEDRO,
    filed,
    log,
    message,
    record,
    release_of,
)


def _opt_out(database: Database, requester: Viewer) -> None:
    record(database, ADDRESS, opt_out(on=date(2026, 11, 16)), viewer=requester)


def _leaves(database: Database, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, MARTA).left_on = date(2026, 11, 16)


def _moves(database: Database, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, MARTA).account_id = world.OTHER_ACCOUNT


def _waits_to_be_erased(database: Database, requester: Viewer) -> None:
    requests = PrivacyRequests(database, exports=Path("nowhere"), after_erasure=lambda _uow: 0)
    asking = requester.model_copy(update={"role": Role.ADMIN})
    with database.unit_of_work() as uow:
        meant = requests.identify(MARTA, viewer=asking, uow=uow)
        requests.confirm(meant, reason=Reason.REQUEST, viewer=asking, uow=uow)


def _waits_to_be_erased_and_comes_anew(database: Database, requester: Viewer) -> None:
    _waits_to_be_erased(database, requester)
    with database.unit_of_work() as uow:  # as an import does that ran when it was asked for
        uow.session.get_one(ContactRow, MARTA).do_not_contact = False


@pytest.mark.parametrize(
    "disturb", [_opt_out, _leaves, _moves, _waits_to_be_erased, _waits_to_be_erased_and_comes_anew]
)
def test_what_changes_after_the_approval_stops_the_delivery(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path, disturb: object
) -> None:
    item = filed(database, requester, manager)
    disturb(database, requester)  # type: ignore[operator]
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    assert release_of(database, item) == (ReleaseState.FAILED, "may_not_be_contacted")
    assert not (tmp_path / "out").exists()


def test_an_opted_out_recipient_cannot_be_approved(database: Database, requester: Viewer, manager: Viewer) -> None:
    _opt_out(database, requester)
    item = world.submit(database, message(database, requester), viewer=requester)
    with pytest.raises(NotAllowed):
        world.approve(database, item, viewer=manager)


def test_a_delivery_waits_for_working_hours_and_then_goes(
    database: Database, requester: Viewer, manager: Viewer, clock: FixedClock, tmp_path: Path
) -> None:
    clock.instant = datetime(2026, 11, 16, 20, 0, tzinfo=UTC)
    item = filed(database, requester, manager)
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    assert release_of(database, item) == (ReleaseState.QUEUED, None)
    clock.instant = datetime(2026, 11, 17, 7, 29, tzinfo=UTC)
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    clock.instant = datetime(2026, 11, 17, 7, 30, tzinfo=UTC)
    assert run_due_releases(database, exports=tmp_path / "out") == 1
    assert release_of(database, item)[0] is ReleaseState.RELEASED


def test_waiting_ends_with_the_approval(
    database: Database, requester: Viewer, manager: Viewer, clock: FixedClock, tmp_path: Path
) -> None:
    clock.instant = datetime(2026, 11, 13, 20, 0, tzinfo=UTC)
    item = filed(database, requester, manager)
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    clock.instant = item.requirement.expires_at
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    assert release_of(database, item) == (ReleaseState.FAILED, "expired")


def _sent(database: Database, items: Sequence[ReviewItem]) -> int:
    return sum(release_of(database, item)[0] is ReleaseState.RELEASED for item in items)


def test_deliveries_at_the_same_moment_do_not_both_count_as_the_last_allowed(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    log(database, "Marta Ruiz Gil", moment=NOW - timedelta(days=2))
    log(database, "Marta Ruiz Gil", moment=NOW - timedelta(days=3))
    # Filed before any of them is approved, so that none of the approvers was told about a limit.
    items = [
        world.submit(database, message(database, requester, title=f"Mensaje {number}"), viewer=requester)
        for number in range(4)
    ]
    items = [world.approve(database, item, viewer=manager) for item in items]
    workers = [
        threading.Thread(target=run_due_releases, args=(database,), kwargs={"exports": tmp_path / "out"})
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert _sent(database, items) == 1
    assert {release_of(database, item)[0] for item in items} == {ReleaseState.RELEASED, ReleaseState.QUEUED}


def test_what_the_approver_was_told_does_not_hold_up_the_delivery(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    for days in (2, 3, 4):
        log(database, "Marta Ruiz Gil", moment=NOW - timedelta(days=days))
    draft = message(database, requester)
    with database.unit_of_work() as uow:
        [told] = [
            item
            for item in Guardrails().check_draft(draft, viewer=requester, uow=uow).findings
            if item.rule.startswith("contact.")
        ]
    assert (told.rule, told.action) == ("contact.cap_contact", Action.HOLD)
    item = world.approve(database, world.submit(database, draft, viewer=requester), viewer=manager)
    assert run_due_releases(database, exports=tmp_path / "out") == 1
    assert _sent(database, [item]) == 1


@pytest.mark.parametrize("writer", ["Marta Ruiz Gil", "Pedro Sanz"], ids=["again", "another"])
def test_who_asks_after_the_approval_to_be_left_alone_was_not_in_front_of_the_approver(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path, writer: str
) -> None:
    asks = "No me escriban más, por favor."
    log(database, "Marta Ruiz Gil", direction="inbound", body=asks, moment=NOW - timedelta(days=9))
    item = filed(database, requester, manager, MARTA, PEDRO)
    log(database, writer, direction="inbound", body=asks, moment=NOW - timedelta(hours=1))
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    assert release_of(database, item) == (ReleaseState.FAILED, "guardrail_holds")


def test_words_that_the_approver_saw_do_not_hold_up_the_delivery(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    log(database, "Marta Ruiz Gil", direction="inbound", body="No me escriban más, por favor.")
    item = filed(database, requester, manager)
    assert run_due_releases(database, exports=tmp_path / "out") == 1
    assert release_of(database, item)[0] is ReleaseState.RELEASED


def test_the_state_of_the_item_follows(database: Database, requester: Viewer, manager: Viewer, tmp_path: Path) -> None:
    item = filed(database, requester, manager)
    _opt_out(database, requester)
    run_due_releases(database, exports=tmp_path / "out")
    with database.unit_of_work() as uow:
        assert world.service().get(item.id, viewer=requester, uow=uow).item.state is ReviewState.RELEASE_FAILED
