"""The clipboard hands out what the release gate would let out, and nothing else."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from copilot.approvals.clipboard import copied
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem
from copilot.errors import Conflict
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.guardrails_contact_builders import add_people
from tests.release_builders import approved_email

Disturb = Callable[[Database, ReviewItem], None]


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user("Lucía Ferrer", role=Role.AE, language="en")
    add_people(database, owner=viewer)
    return viewer


@pytest.fixture
def item(database: Database, requester: Viewer, manager: Viewer) -> ReviewItem:
    return approved_email(database, requester=requester, approver=manager)


def change(database: Database, statement: str, **values: str) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(text(statement), values)


def ended(database: Database, *, release: str, error: str | None = None, item: str = "release_failed") -> None:
    change(database, "update releases set state = :state", state=release)
    if error is not None:
        change(database, "update releases set error_code = :error", error=error)
    change(database, "update review_items set state = :state", state=item)


def copies(database: Database, item: ReviewItem) -> int:
    with database.unit_of_work() as uow:
        return sum(each.action == "release.copied" for each in AuditLog(uow).about(f"review_item:{item.id}"))


def refused(database: Database, item: ReviewItem, viewer: Viewer) -> str:
    with pytest.raises(Conflict) as conflict, database.unit_of_work() as uow:
        copied(item.id, viewer=viewer, uow=uow)
    assert copies(database, item) == 0
    return conflict.value.message


def _deactivated(database: Database, item: ReviewItem) -> None:
    change(database, "update users set active = false where name = 'Nuria Solano'")


def _vote_void(database: Database, item: ReviewItem) -> None:
    change(database, "update review_votes set voided_at = now(), void_reason = 'x'")


def _not_in_the_chain(database: Database, item: ReviewItem) -> None:
    change(database, "update review_items set decided_by = requester_id")


@pytest.mark.parametrize("state", ["approved", "released", "release_failed"])
@pytest.mark.parametrize("disturb", [_deactivated, _vote_void, _not_in_the_chain])
def test_nothing_is_copied_whose_approval_does_not_hold(
    database: Database, item: ReviewItem, requester: Viewer, disturb: Disturb, state: str
) -> None:
    change(database, "update review_items set state = :state", state=state)
    disturb(database, item)
    assert refused(database, item, requester) == "The approval of this text no longer holds."


@pytest.mark.parametrize("state", ["sending", "parked"])
@pytest.mark.parametrize("item_state", ["approved", "release_failed", "stale"])
def test_what_may_have_left_is_not_copied(
    database: Database, item: ReviewItem, requester: Viewer, state: str, item_state: str
) -> None:
    ended(database, release=state, item=item_state)
    assert refused(database, item, requester) == "This text may have left already."


@pytest.mark.parametrize(
    "code",
    [
        "may_not_be_contacted",
        "guardrail_blocks",
        "guardrail_holds",
        "recipient_changed",
        "sender_changed",
        "approver_not_entitled",
        "policy_changed",
        "digest_mismatch",
        "one_that_comes_later",
    ],
)
def test_what_the_gate_refused_is_not_copied(
    database: Database, item: ReviewItem, requester: Viewer, code: str
) -> None:
    ended(database, release="failed", error=code)
    assert refused(database, item, requester).startswith("The delivery of this text was refused")


@pytest.mark.parametrize("code", ["mail_refused", "mail_unavailable", "storage_full", "unknown_destination"])
def test_what_only_could_not_be_delivered_can_be_copied(
    database: Database, item: ReviewItem, requester: Viewer, code: str
) -> None:
    ended(database, release="failed", error=code)
    with database.unit_of_work() as uow:
        assert "31 de enero de 2027" in copied(item.id, viewer=requester, uow=uow)
    assert copies(database, item) == 1


def test_what_was_released_can_be_copied(database: Database, item: ReviewItem, requester: Viewer) -> None:
    ended(database, release="released", item="released")
    with database.unit_of_work() as uow:
        assert copied(item.id, viewer=requester, uow=uow)


def test_refusals_are_in_the_language_of_who_asks(database: Database, item: ReviewItem, requester: Viewer) -> None:
    spanish = requester.model_copy(update={"language": Language.ES.value})
    ended(database, release="failed", error="guardrail_blocks")
    assert refused(database, item, spanish).startswith("La entrega de este texto se rechazó")
    ended(database, release="parked")
    assert refused(database, item, spanish) == "Puede que este texto ya haya salido."
    ended(database, release="queued", item="approved")
    _deactivated(database, item)
    assert refused(database, item, spanish) == "La aprobación de este texto ya no vale."


def test_what_waits_for_its_approval_is_not_copied(database: Database, requester: Viewer) -> None:
    brief = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    assert refused(database, brief, requester) == "Only an approved text can be copied."
