"""Many people, deadlines and changes at once: each item is decided once and nobody waits in a circle."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from copilot.approvals.audit import verify_database
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import Accepted
from copilot.domain.review_items import Decision, ReviewState, Verdict
from copilot.errors import Conflict, CopilotError
from copilot.store.database import Database
from copilot.store.reviews import ReviewRepository
from tests import approvals_builders as world
from tests.conftest import MakeUser


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user(role=Role.AE))


def test_the_update_itself_names_digest_and_deadline(database: Database, clock: FixedClock, requester: Viewer) -> None:
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    right = world.decision(item, requester)

    def settled(decision: Decision) -> bool:
        with database.unit_of_work() as uow:
            return ReviewRepository(uow).settle(item, decision, Accepted(state=ReviewState.APPROVED)) is not None

    assert not settled(right.model_copy(update={"digest": "0" * 64}))
    clock.instant = item.requirement.expires_at
    assert not settled(right)
    with database.unit_of_work() as uow:
        assert not ReviewRepository(uow).supersede(item.id, digest=item.digest)
    clock.instant = item.submitted_at
    with database.unit_of_work() as uow:
        assert not ReviewRepository(uow).supersede(item.id, digest="0" * 64)
    assert settled(right)
    assert not settled(right)


def test_thirty_two_people_decide_each_item_once(database: Database, make_user: MakeUser, requester: Viewer) -> None:
    deciders = [make_user(role=Role.MANAGER) for _ in range(4)]
    draft = world.good_draft(database, viewer=requester)
    items = [world.submit(database, draft, viewer=requester) for _ in range(5)]

    def attempt(number: int) -> list[str]:
        viewer, verdict = deciders[number % 4], list(Verdict)[number // 4 % 2]
        outcomes = []
        for item in items[number % 5 :] + items[: number % 5]:
            decision = world.decision(item, viewer, verdict=verdict, comment="no")
            try:
                with database.unit_of_work() as uow:
                    decided = world.service().decide(item.id, decision, viewer=viewer, uow=uow)
                outcomes.append(f"{decided.id} {decided.decided_by} {decided.verdict}")
            except CopilotError as error:
                outcomes.append(error.code)
        return outcomes

    with ThreadPoolExecutor(max_workers=32) as pool:
        outcomes = [line for lines in pool.map(attempt, range(32)) for line in lines]
    decisions = {line for line in outcomes if line.startswith("review_")}
    assert len(decisions) == len(items)
    assert set(outcomes) - decisions <= {"conflict"}
    for item in items:
        decided = [action for action in world.actions(database, item) if action != "review.submitted"]
        assert decided in (["review.voted", "review.approved"], ["review.rejected"], ["review.changes_requested"])


def test_deadlines_changes_edits_and_decisions_at_once_never_lock_each_other_out(
    database: Database, clock: FixedClock, make_user: MakeUser, requester: Viewer
) -> None:
    manager = make_user(role=Role.MANAGER)
    draft = world.good_draft(database, viewer=requester)
    items = [world.submit(database, draft, viewer=requester) for _ in range(12)]
    clock.advance(timedelta(hours=1))
    world.change_renewal(database, to=date(2027, 2, 28))

    def act(number: int) -> None:
        item = items[number % len(items)]
        try:
            with database.unit_of_work() as uow:
                if number % 4 == 0:
                    world.service().mark_changed(uow=uow)
                elif number % 4 == 1:
                    world.service().expire_due(uow=uow)
                elif number % 4 == 2:
                    world.service().decide(item.id, world.decision(item, manager), viewer=manager, uow=uow)
                else:
                    edit = {"summary.1": f"La cuenta factura 84.000 € al año ({number})."}
                    world.service().edit(item.id, edit, digest=item.digest, viewer=manager, uow=uow)
        except Conflict:
            pass

    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(act, range(96)))
    with database.unit_of_work() as uow:
        assert verify_database(uow=uow).intact
