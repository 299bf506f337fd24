"""Random histories of the queue, few of them, on the tests' own server; and that their judge can condemn."""

from collections.abc import Callable, Iterator

import pytest

from copilot.approvals.sinks import Delivery
from copilot.domain.review_items import ReviewItem
from copilot.store.database import Database
from evals.approvals.clocks import SetClock
from evals.approvals.histories import Share, summary, walk_all
from evals.approvals.history_judge import Judge
from evals.approvals.history_world import RENEWALS, Company, RecordingSink
from tests import approvals_builders as world


@pytest.fixture
def company(database: Database) -> Iterator[Company]:
    made = Company(database, clock=SetClock())
    yield made
    made.close()


def test_no_history_breaks_a_rule(company: Company) -> None:
    total = walk_all(company, Share(first_seed=1, count=8, steps=12, seconds=60))
    assert summary(total) == ()
    assert total.histories == 8
    assert total.done["approve"] > 0
    assert total.done["released"] > 0


def filed(company: Company) -> ReviewItem:
    """An internal draft without fault, which one person may approve."""
    draft, report = company.drafts[0]
    viewer = company.viewer("ana")
    assert viewer is not None
    with company.database.unit_of_work() as uow:
        return company.service.submit(draft, report, viewer=viewer, uow=uow)


def approved(company: Company, by: str) -> ReviewItem:
    item, viewer = filed(company), company.viewer(by)
    assert viewer is not None
    with company.database.unit_of_work() as uow:
        return company.service.decide(item.id, world.decision(item, viewer), viewer=viewer, uow=uow)


def _leave(company: Company, item: ReviewItem) -> None:
    company.run_sql("update users set active = false where id = 'bea'")


def _recall(company: Company, item: ReviewItem) -> None:
    company.run_sql("update review_items set state = 'recalled' where id = %s", item.id)


def _change_record(company: Company, item: ReviewItem) -> None:
    company.set_renewal(RENEWALS[1])


def _change_policy(company: Company, item: ReviewItem) -> None:
    company.policy_in_force = 2


def _expire(company: Company, item: ReviewItem) -> None:
    company.clock.instant = item.requirement.expires_at


@pytest.mark.parametrize("change", [_leave, _recall, _change_record, _change_policy, _expire])
def test_the_judge_sees_a_delivery_that_should_not_be(
    company: Company, change: Callable[[Company, ReviewItem], None]
) -> None:
    judge, item = Judge(company), approved(company, "bea")
    delivery = Delivery(review_item_id=item.id, digest=item.digest, name="x", files={})
    judge.watch(delivery)
    assert judge.violations == {}
    change(company, item)
    judge.watch(delivery)
    assert judge.violations == {"unapproved_send": 1}


def test_the_judge_sees_what_was_lost_or_sent_twice(company: Company) -> None:
    judge, item = Judge(company), approved(company, "bea")
    judge.end_of_history([item.id], delivered=[])
    assert judge.violations == {"lost": 1}
    sink = RecordingSink(watch=judge.watch)
    company.release_due(sink)
    assert sink.delivered_ids == [item.id]
    judge.end_of_history([item.id], delivered=[item.id, item.id])
    assert judge.violations["sent_twice"] == 1
