"""The queue against a real database: who sees, who decides, and what a decision sets off."""

import threading
from datetime import date, timedelta

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import ReviewState, Verdict
from copilot.domain.drafts import Audience
from copilot.domain.findings import GuardrailReport, Risk
from copilot.errors import Conflict, DigestMismatch, InputError, NotAllowed, NotFound
from copilot.guardrails.pipeline import check_draft
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.reviews import QueueFilters
from tests import approvals_builders as world
from tests.conftest import MakeUser


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user(role=Role.AE)
    world.add_account(database, owner=viewer)
    world.add_email(database)
    return viewer


def test_a_good_brief_is_low_risk_and_its_requester_may_approve_it(database: Database, requester: Viewer) -> None:
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    assert (item.state, item.risk, item.requirement.rule) == (ReviewState.PENDING, Risk.LOW, "internal-low")
    approved = world.approve(database, item, viewer=requester)
    assert approved.state is ReviewState.APPROVED
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(item.id)
        events = [event.action for event in AuditLog(uow).about(f"review_item:{item.id}")]
    assert release is not None
    assert (release.state, release.digest) == (ReleaseState.QUEUED, item.digest)
    assert events == ["review.submitted", "review.approved"]
