"""Erasing somebody from items that were decided or are being decided."""

import threading
from collections.abc import Collection
from pathlib import Path

import pytest

from copilot.domain.access import Viewer
from copilot.domain.review_items import ReviewState
from copilot.errors import Conflict, CopilotError
from copilot.store.database import Database
from copilot.store.erasure_drafts import DraftEraser
from copilot.store.stale_items import ERASED
from tests import approvals_builders as world
from tests import privacy_company
from tests.conftest import MakeUser
from tests.integration.test_privacy_erasure import World


@pytest.fixture
def company(database: Database, data_dir: Path, tmp_path: Path, make_user: MakeUser) -> World:
    return World(database, data_dir, tmp_path / "export", make_user)


def test_an_erased_approval_has_no_live_vote_and_another_revision(company: World) -> None:
    privacy_company.decide(company.application, company.pending, viewer=company.manager)
    approved = world.item_now(company.database, company.pending)
    assert approved.votes
    company.erase()
    erased = world.item_now(company.database, company.pending)
    assert (erased.state, erased.state_reason, erased.votes) == (ReviewState.STALE, ERASED, ())
    assert erased.revision > approved.revision


def test_an_erasure_and_a_decision_do_not_wait_in_a_circle(
    company: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The decision comes when the erasure has written the texts and not yet moved the items."""
    refused: list[CopilotError] = []

    def decide() -> None:
        try:
            _approve(company, company.manager)
        except CopilotError as error:
            refused.append(error)

    deciding = threading.Thread(target=decide)
    mark_stale = DraftEraser.mark_stale

    def decided_meanwhile(self: DraftEraser, versions: Collection[tuple[str, int]]) -> tuple[str, ...]:
        deciding.start()
        deciding.join(timeout=2)
        return mark_stale(self, versions)

    monkeypatch.setattr(DraftEraser, "mark_stale", decided_meanwhile)
    company.erase()
    deciding.join()
    assert world.item_now(company.database, company.pending).state is ReviewState.STALE
    [error] = refused
    assert isinstance(error, Conflict)
    assert "same moment" not in error.message, "they waited in a circle"


def _approve(company: World, viewer: Viewer) -> None:
    with company.database.unit_of_work() as uow:
        view = company.application.approvals.get(company.pending.id, viewer=viewer, uow=uow)
        decision = world.decision(view.item, viewer, accepted=view.unsupported_segments)
        company.application.approvals.decide(company.pending.id, decision, viewer=viewer, uow=uow)
