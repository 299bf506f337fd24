"""What a decision returns is the item as the database has it, though it is not read a second time."""

from datetime import timedelta

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.review_items import ReviewItem, ReviewState, Step, Verdict
from copilot.jobs import Handlers, Jobs, Task
from copilot.store.database import Database
from copilot.store.drafts import DraftRepository
from tests import approvals_builders as world
from tests.conftest import MakeUser

POLICY = world.policy_without_undo().model_copy(
    update={
        "rule": tuple(
            rule.model_copy(
                update={
                    "kinds": tuple(DraftKind),
                    "risks": tuple(Risk),
                    "audiences": tuple(Audience),
                    "steps": (Step(roles=(Role.MANAGER, Role.ADMIN), approvers=2),),
                    "value_from": None,
                    "value_below": None,
                }
            )
            for rule in world.policy_without_undo().rule[:1]
        )
    }
)


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Ana", role=Role.AE))


@pytest.fixture
def item(database: Database, requester: Viewer) -> ReviewItem:
    draft = world.good_draft(database, viewer=requester, audience=Audience.EXTERNAL)
    return world.submit(database, draft, viewer=requester, policy=POLICY)


@pytest.fixture
def manager(requester: Viewer, make_user: MakeUser) -> Viewer:
    return make_user("Marta", role=Role.MANAGER)


@pytest.fixture
def admin(make_user: MakeUser) -> Viewer:
    return make_user("Ada", role=Role.ADMIN)


def decided(database: Database, item: ReviewItem, viewer: Viewer, **changes: object) -> ReviewItem:
    """The item as the decision returned it, which is the item as it then is."""
    wanted = world.decision(item, viewer).model_copy(update=changes)
    with database.unit_of_work() as uow:
        returned = world.service(POLICY).decide(item.id, wanted, viewer=viewer, uow=uow)
        assert returned == world.service(POLICY).get(item.id, viewer=viewer, uow=uow).item
        return returned


@pytest.mark.parametrize("passed", [timedelta(seconds=1), timedelta(0), timedelta(seconds=-1)], ids=str)
def test_an_approval_returns_the_votes_in_the_order_of_the_table(
    database: Database, clock: FixedClock, item: ReviewItem, manager: Viewer, admin: Viewer, passed: timedelta
) -> None:
    with database.unit_of_work() as uow:
        world.service(POLICY).claim(item.id, viewer=manager, uow=uow)
    first = decided(database, item, manager, comment="fine")
    assert (first.state, first.claimed_by, len(first.votes)) == (ReviewState.IN_REVIEW, None, 1)
    clock.advance(passed)
    second = decided(database, item, admin)
    assert (second.state, second.decided_by, len(second.votes)) == (ReviewState.APPROVED, admin.user_id, 2)


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.REQUEST_CHANGES])
def test_sending_back_returns_no_votes(
    database: Database, clock: FixedClock, item: ReviewItem, manager: Viewer, admin: Viewer, verdict: Verdict
) -> None:
    assert decided(database, item, manager).votes
    clock.advance(timedelta(seconds=1))
    returned = decided(database, item, admin, verdict=verdict, comment="no")
    assert (returned.votes, returned.verdict, returned.comment) == ((), verdict, "no")


def test_what_an_approval_rests_on_is_what_the_draft_says(
    database: Database, item: ReviewItem, requester: Viewer
) -> None:
    with database.unit_of_work() as uow:
        stored = DraftRepository(uow).version(item.draft_id, item.version)
        judged = DraftRepository(uow).judged(item.draft_id, item.version)
    cited = {evidence.account_id for evidence in stored.draft.evidence} - {None}
    assert cited
    assert judged.cited_accounts == cited
    assert (judged.findings, judged.destination) == (stored.findings, stored.draft.destination)


def test_a_job_is_asked_for_again_once_the_one_before_it_runs(database: Database) -> None:
    jobs = Jobs(database, handlers=Handlers(embed=lambda _should_stop: 0, release=int, housekeeping=int))
    for _ in range(2):
        with database.unit_of_work() as uow:
            jobs.defer(Task.RELEASE, uow=uow)
            jobs.defer(Task.NOTIFY, uow=uow)
            jobs.defer(Task.RELEASE, uow=uow)
            queued = uow.driver_connection().execute(
                "update procrastinate_jobs set status = 'doing' where status = 'todo' returning task_name"
            )
            assert sorted(row[0] for row in queued) == ["notify", "release"]
