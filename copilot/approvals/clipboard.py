"""An approved text for the clipboard.

Invariant: what is copied leaves like what is delivered, so the approval must hold as the release gate asks it: given
by people who could still give it, whole in the audit chain, of bytes that are still those approved. What the gate
refused, and what may have left already, is not handed out. Every time somebody takes a text the chain says who.
"""

import hashlib

from copilot.approvals.entitlement import entitled_approvers
from copilot.approvals.entries import find_readable, subject_of
from copilot.approvals.record import approval_is_on_record
from copilot.approvals.release_texts import error
from copilot.domain.access import Viewer
from copilot.domain.drafts import content_digest
from copilot.domain.rendering_email import plain_text
from copilot.domain.review_items import APPROVAL_STANDS, ReviewItem, ReviewState
from copilot.errors import (
    Conflict,
    DigestMismatch,
    InputError,
    MailRefused,
    MailUnavailable,
    StorageFull,
    UnavailableError,
)
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository
from copilot.store.releases import ReleaseRepository, ReleaseState

_MAY_HAVE_LEFT = frozenset({ReleaseState.SENDING, ReleaseState.PARKED})
_OUTSIDE_THE_APPROVAL = frozenset(
    {"unknown_destination"}
    | {kind.code for kind in (MailRefused, MailUnavailable, StorageFull, UnavailableError, InputError)}
)
"""Why a delivery failed without a word against the approval. Any other code, also one not known yet, is one."""


def copied(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> str:
    """The approved text without citations; recorded as `release.copied`.

    Raises NotFound, Conflict if it is not approved (a test item never is, for this) or its approval does not hold,
    if its delivery was refused or may have happened; DigestMismatch if what is stored is not what was approved.
    """
    entry, _ = find_readable(item_id, viewer=viewer, uow=uow)
    item = entry.item
    refused = _refused_by_state(item, uow=uow)
    if refused is not None:
        raise error(Conflict, refused, viewer)
    drafts = DraftRepository(uow)
    stored = drafts.version(item.draft_id, item.version)
    if content_digest(stored.draft, deliverables=drafts.deliverables(item.draft_id, item.version)) != item.digest:
        raise error(DigestMismatch, "not_copyable", viewer)
    on_record = approval_is_on_record(item, stored.findings, AuditLog(uow).about(subject_of(item_id)))
    if not on_record or not entitled_approvers(item, uow=uow):
        raise error(Conflict, "approval_lost", viewer)
    text = plain_text(stored.draft)
    details = {"digest": item.digest, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    AuditLog(uow).append("release.copied", actor_id=viewer.user_id, subject=subject_of(item_id), details=details)
    return text


def _refused_by_state(item: ReviewItem, *, uow: UnitOfWork) -> str | None:
    """Name of the message, or None."""
    releases = ReleaseRepository(uow)
    release = releases.get(item.id)
    if release is not None and release.state in _MAY_HAVE_LEFT:
        return "may_have_left"
    expired = item.state is not ReviewState.RELEASED and uow.clock.now() >= item.requirement.expires_at
    if item.state not in APPROVAL_STANDS or expired or releases.is_test_item(item.id):
        return "not_copyable"
    failed = release is not None and release.state is ReleaseState.FAILED
    against = release is not None and release.error_code not in _OUTSIDE_THE_APPROVAL
    return "delivery_refused" if failed and against else None
