"""What people see of deliveries and do about them: those that wait, those that failed, and those whose outcome
nobody knows.

Invariant 3: only deliveries of items that the viewer may see. Whether a parked delivery happened is said by a person,
once, with their reason, in the audit chain.
"""

import hashlib
from datetime import datetime

from copilot.approvals.entries import find_entry, find_readable, subject_of
from copilot.approvals.refusals import refusal
from copilot.approvals.release_texts import error
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import Conflict, InputError
from copilot.mail import Patience
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.releases import OUTCOME_UNKNOWN, Release, ReleaseRepository, ReleaseState
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository

_MOST = 200
_LONGEST_NOTE = 2_000
_PERHAPS_SENT = (ReviewState.RELEASE_FAILED, ReviewState.APPROVED, ReviewState.STALE, ReviewState.EXPIRED)


def waiting(*, viewer: Viewer, uow: UnitOfWork) -> tuple[Release, ...]:
    """Approved deliveries that have not begun, oldest first: `not_before`, `waits_for` and `waits_until` say why."""
    return ReleaseRepository(uow).in_state(ReleaseState.QUEUED, viewer=viewer, limit=_MOST)


def parked(*, viewer: Viewer, uow: UnitOfWork) -> tuple[Release, ...]:
    """Deliveries whose outcome nobody knows, oldest first. `receipt` names what to look for."""
    return ReleaseRepository(uow).in_state(ReleaseState.PARKED, viewer=viewer, limit=_MOST)


def resolve_parked(item_id: str, *, sent: bool, note: str, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
    """Say what a person found out about a delivery: it was sent, or it was not and leaves after all.

    Raises NotFound, NotAllowed, InputError (no note), Conflict (it is not parked, or whoever sent it may still be at
    it after the database was away).
    """
    entry, _ = find_readable(item_id, viewer=viewer, uow=uow)
    if not may_settle(entry, viewer):
        raise refusal("not_allowed", viewer)
    reason = note.strip()
    if not reason or len(reason) > _LONGEST_NOTE:
        raise error(InputError, "note_required", viewer)
    releases = ReleaseRepository(uow)
    releases.hold(item_id)
    release = releases.get(item_id)
    if release is None or release.state is not ReleaseState.PARKED:
        raise error(Conflict, "not_parked", viewer)
    if not sent:
        _require_over(release, viewer=viewer, now=uow.clock.now())
    receipt = {**release.receipt, "confirmed": "by_hand"}
    if not releases.resolve(item_id, sent=sent, note=reason, resolver_id=viewer.user_id, receipt=receipt):
        raise error(Conflict, "not_parked", viewer)
    if sent:
        ReviewRepository(uow).move(item_id, to=ReviewState.RELEASED, allowed_from=_PERHAPS_SENT)
    else:
        ReviewRepository(uow).move(item_id, to=ReviewState.APPROVED, allowed_from=(ReviewState.RELEASE_FAILED,))
    details = {"sent": "yes" if sent else "no", "note_sha256": hashlib.sha256(reason.encode()).hexdigest()}
    AuditLog(uow).append("release.resolved", actor_id=viewer.user_id, subject=subject_of(item_id), details=details)
    return find_entry(item_id, viewer=viewer, uow=uow).item


def may_settle(entry: QueueEntry, viewer: Viewer) -> bool:
    """Who may say what became of a delivery: who asked, who could approve, who leads."""
    item = entry.item
    return viewer.user_id == item.requester_id or viewer.role in {*item.requirement.roles, Role.MANAGER, Role.ADMIN}


def _require_over(release: Release, *, viewer: Viewer, now: datetime) -> None:
    """Who lost the database while sending may still be at it, and would then have sent what is sent again."""
    if release.error_code != OUTCOME_UNKNOWN or release.started_at is None:
        return
    over = release.started_at + Patience().longest
    if now < over:
        raise error(Conflict, "perhaps_under_way", viewer, time=f"{over:%H:%M}")
