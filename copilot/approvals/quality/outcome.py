"""How a test item ends, and what is then told about it.

Invariants: it ends in a state from which nothing is released, whatever was decided; nothing says that it is a test
before it is decided, and everything does afterwards.
"""

from dataclasses import dataclass

from copilot.approvals.entries import subject_of
from copilot.approvals.quality.faults import Fault
from copilot.domain.drafts import Draft
from copilot.domain.review_items import OPEN, UNDECIDED, ReviewItem, ReviewState
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository
from copilot.store.quality import Caught, PlantedFault, QualityRepository
from copilot.store.reviews import ReviewRepository

TEST_ITEM = "test_item"
"""Why an item is withdrawn that was a test."""
SETTLED = "quality.test_settled"


@dataclass(frozen=True, slots=True)
class RevealedTest:
    """What was wrong in a test item that is decided."""

    fault: Fault
    outcome: Caught
    segment_id: str
    right: str
    """The sentence as it was before; empty when it is gone, e.g. erased."""
    wrong: str


def settle_decided(item: ReviewItem, *, by: str, uow: UnitOfWork) -> None:
    """Note whether the fault was caught, of a test item that was just decided; it is withdrawn if it was approved."""
    if item.state in OPEN:
        return
    approved = item.state is ReviewState.APPROVED
    _settle(item.id, outcome=Caught.MISSED if approved else Caught.CAUGHT, by=by, uow=uow)
    if approved:
        _withdraw(item.id, uow=uow)


def settle_edited(before: ReviewItem, after: ReviewItem, *, by: str, uow: UnitOfWork) -> None:
    """Carry a test over to the version that replaces it; it is over if the faulty sentence was changed."""
    quality = QualityRepository(uow)
    fault = quality.fault(before.id)
    if fault is None:
        return
    quality.carry_over(before.id, to=after.id)
    drafts = DraftRepository(uow)
    was = drafts.version(before.draft_id, before.version).draft
    now = drafts.version(after.draft_id, after.version).draft
    if _sentence(was, fault.segment_id) != _sentence(now, fault.segment_id):
        _settle(after.id, outcome=Caught.CAUGHT, by=by, uow=uow)
        _withdraw(after.id, uow=uow)


def revealed(item: ReviewItem, *, uow: UnitOfWork) -> RevealedTest | None:
    """What was planted, once the item is decided; None for real items and for tests that still wait."""
    if item.state in OPEN:
        return None
    fault = QualityRepository(uow).fault(item.id)
    if fault is None or fault.outcome is None:
        return None
    return RevealedTest(
        fault=Fault(fault.fault),
        outcome=fault.outcome,
        segment_id=fault.segment_id,
        right=_sentence(_source(fault, uow=uow), fault.segment_id),
        wrong=_sentence(DraftRepository(uow).version(item.draft_id, 1).draft, fault.segment_id),
    )


def _source(fault: PlantedFault, *, uow: UnitOfWork) -> Draft | None:
    entry = ReviewRepository(uow).get_unfiltered(fault.source_item_id)
    return None if entry is None else DraftRepository(uow).version(entry.item.draft_id, entry.item.version).draft


def _sentence(draft: Draft | None, segment_id: str) -> str:
    if draft is None:
        return ""
    return next((segment.text for segment in draft.segments() if segment.id == segment_id), "")


def _settle(item_id: str, *, outcome: Caught, by: str, uow: UnitOfWork) -> None:
    if QualityRepository(uow).settle(item_id, outcome=outcome, by=by):
        details = {"outcome": outcome.value}
        AuditLog(uow).append(SETTLED, actor_id=by, subject=subject_of(item_id), details=details)


def _withdraw(item_id: str, *, uow: UnitOfWork) -> None:
    ended = {*UNDECIDED, ReviewState.APPROVED}
    ReviewRepository(uow).move(item_id, to=ReviewState.WITHDRAWN, allowed_from=ended, reason=TEST_ITEM)
