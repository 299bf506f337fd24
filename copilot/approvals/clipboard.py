"""An approved text for the clipboard.

Invariant: only an approved text is handed out, of bytes that are still those approved, and every time somebody takes
it the audit chain says who.
"""

import hashlib

from copilot.approvals.entries import find_readable, subject_of
from copilot.approvals.release_texts import message
from copilot.domain.access import Viewer
from copilot.domain.drafts import content_digest
from copilot.domain.rendering_email import plain_text
from copilot.domain.review_items import ReviewState
from copilot.errors import Conflict, DigestMismatch
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository
from copilot.store.releases import ReleaseRepository

_COPYABLE = frozenset({ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.RELEASE_FAILED})


def copied(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> str:
    """The approved text without citations; recorded as `release.copied`.

    Raises NotFound, Conflict if it is not approved (a test item never is, for this), DigestMismatch if what is stored
    is not what was approved.
    """
    entry, _ = find_readable(item_id, viewer=viewer, uow=uow)
    item = entry.item
    expired = item.state is not ReviewState.RELEASED and uow.clock.now() >= item.requirement.expires_at
    if item.state not in _COPYABLE or expired or ReleaseRepository(uow).is_test_item(item_id):
        words, hint = message("not_copyable", language=viewer.language)
        raise Conflict(words, hint=hint)
    drafts = DraftRepository(uow)
    draft = drafts.version(item.draft_id, item.version).draft
    if content_digest(draft, deliverables=drafts.deliverables(item.draft_id, item.version)) != item.digest:
        words, hint = message("not_copyable", language=viewer.language)
        raise DigestMismatch(words, hint=hint)
    text = plain_text(draft)
    details = {"digest": item.digest, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    AuditLog(uow).append("release.copied", actor_id=viewer.user_id, subject=subject_of(item_id), details=details)
    return text
