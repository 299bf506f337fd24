"""What a draft says that an earlier one did not: the version before, and the last one that was approved.

Invariant 3: an earlier draft is compared only if the viewer may read everything it cites; otherwise the page says
that it may not be shown, and nothing of it.
"""

from dataclasses import dataclass
from datetime import datetime

from copilot.approvals.comparison import Comparison, compare
from copilot.approvals.service import ReviewView
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository, StoredVersion
from copilot.store.evidence import EvidenceRepository


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with an earlier draft, or why there is none."""

    version: int
    at: datetime
    author_id: str
    comparison: Comparison | None
    problem: str = ""
    """`hidden`: the viewer may not read it; `emptied`: its text is no longer kept; `language`: it is in another."""


@dataclass(frozen=True, slots=True)
class Changes:
    since_version: Compared | None
    """None: this is the first version."""
    since_approved: Compared | None
    """None: nothing of this kind was approved for the account before."""


def changes_of(view: ReviewView, *, viewer: Viewer, uow: UnitOfWork) -> Changes:
    """See the module docstring."""
    drafts, item = DraftRepository(uow), view.item
    before = drafts.version(item.draft_id, item.version - 1) if item.version > 1 else None
    account_id = view.entry.account_id
    approved = drafts.last_approved(account_id, kind=item.kind, viewer=viewer) if account_id else None
    if approved is not None and (approved.draft_id, approved.version) == (item.draft_id, item.version):
        approved = None
    return Changes(
        since_version=_compared(before, view.draft, viewer=viewer, uow=uow) if before else None,
        since_approved=_compared(approved, view.draft, viewer=viewer, uow=uow) if approved else None,
    )


def _compared(earlier: StoredVersion, draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> Compared:
    problem = ""
    if not earlier.draft.sections:
        problem = "emptied"
    elif not _readable(earlier.draft, viewer=viewer, uow=uow):
        problem = "hidden"
    elif earlier.draft.language is not draft.language:
        problem = "language"
    return Compared(
        version=earlier.version,
        at=earlier.created_at,
        author_id=earlier.author_id,
        comparison=None if problem else compare(earlier.draft, draft),
        problem=problem,
    )


def _readable(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> bool:
    """Whether every account and class of knowledge that the draft cites is the viewer's to read."""
    classes = {item.value for item in viewer.visibility_classes}
    if any(item.visibility and item.visibility not in classes for item in draft.evidence):
        return False
    accounts = {item.account_id for item in draft.evidence if item.account_id}
    return not accounts or accounts <= EvidenceRepository(uow).visible_account_ids(accounts, viewer=viewer)
