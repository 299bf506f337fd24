"""What became of approvals afterwards, by the queue's own doing: refused at a later step, edited, taken back."""

from collections.abc import Callable

import pytest

from copilot.approvals.quality.reviewers import ReviewerFigures, reviewer_figures
from copilot.approvals.quality.rules import QualityRules
from copilot.domain.access import Role, Viewer
from copilot.domain.proportions import Share
from copilot.domain.review_items import ReviewItem, Step, Verdict
from copilot.store.database import Database
from tests import approvals_builders as world
from tests.conftest import MakeUser

TWO_STEPS = world.policy_of_one_rule(
    Step(roles=(Role.MANAGER,)), Step(roles=(Role.ADMIN,)), undo_seconds=3600, escalate_to=()
)


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user(role=Role.AE))


def test_overturned_and_edited_approvals(database: Database, make_user: MakeUser, requester: Viewer) -> None:
    manager, admin = make_user(role=Role.MANAGER), make_user(role=Role.ADMIN)
    queue = world.service(TWO_STEPS)

    def item() -> ReviewItem:
        draft = world.good_draft(database, viewer=requester)
        return world.submit(database, draft, viewer=requester, policy=TWO_STEPS)

    def decide(item_id: str, viewer: Viewer, verdict: Verdict) -> ReviewItem:
        with database.unit_of_work() as uow:
            seen = queue.get(item_id, viewer=viewer, uow=uow).item
            return queue.decide(
                item_id, world.decision(seen, viewer, verdict=verdict, comment="no"), viewer=viewer, uow=uow
            )

    def change(item_id: str, act: Callable[..., object], **more: object) -> None:
        with database.unit_of_work() as uow:
            act(item_id, **more, viewer=admin, uow=uow)

    refused, edited, recalled, kept = (item().id for _ in range(4))
    for item_id in (refused, edited, recalled, kept):
        decide(item_id, manager, Verdict.APPROVE)
    decide(refused, admin, Verdict.REJECT)
    with database.unit_of_work() as uow:
        digest = queue.get(edited, viewer=admin, uow=uow).item.digest
    change(edited, queue.edit, new_texts={"summary.1": "La cuenta factura 84.000 € cada año."}, digest=digest)
    for item_id in (recalled, kept):
        decide(item_id, admin, Verdict.APPROVE)
    change(recalled, queue.recall)
    with database.unit_of_work() as uow:
        found = reviewer_figures(QualityRules(), days=90, viewer=admin, uow=uow)
    assert {of.person_id: _of(of) for of in found} == {
        manager.user_id: (Share(2, 4), Share(1, 4)),
        admin.user_id: (Share(1, 2), Share(0, 2)),
    }


def _of(figures: ReviewerFigures) -> tuple[Share, Share]:
    return figures.overturned, figures.edited_after
