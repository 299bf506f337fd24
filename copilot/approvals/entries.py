"""One item, for somebody who may see all of it.

Invariant 3: an item is there for a person only if they may see its account and every account its draft cites.
"""

from collections.abc import Collection

from copilot.approvals.refusals import error
from copilot.domain.access import Role, Viewer
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.store.drafts import Judged
from copilot.store.evidence import EvidenceRepository
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository
from copilot.store.whole_items import WholeItem, whole_item

SYSTEM = "system"
"""Actor of what nobody asked for: deadlines, changed sources and changed policies."""
SYSTEM_VIEWER = Viewer(user_id=SYSTEM, email=SYSTEM, name=SYSTEM, role=Role.ADMIN)


def subject_of(item_id: str) -> str:
    """The item's name in the audit chain."""
    return f"review_item:{item_id}"


def find_entry(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> QueueEntry:
    """The item as it is now. Raises NotFound."""
    entry = ReviewRepository(uow).find(item_id, viewer=viewer)
    if entry is None:
        raise error(NotFound, "not_found", viewer)
    return entry


def find_readable(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> tuple[QueueEntry, Judged]:
    """The item with what its approval rests on, for who may see everything it cites. Raises NotFound."""
    found = ReviewRepository(uow).find_judged(item_id, viewer=viewer)
    if found is None or not sees_all_cited(found[0], found[1].cited_accounts, viewer=viewer, uow=uow):
        raise error(NotFound, "not_found", viewer)
    return found


def find_whole(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> WholeItem:
    """The item with its version, for who may see everything it cites. Raises NotFound."""
    found = whole_item(item_id, viewer=viewer, uow=uow)
    if found is None or not sees_all_cited(found.entry, found.cited_accounts, viewer=viewer, uow=uow):
        raise error(NotFound, "not_found", viewer)
    return found


def is_readable(item_id: str, *, cited_accounts: Collection[str], viewer: Viewer, uow: UnitOfWork) -> bool:
    """Whether the person may see the item and all that it cites."""
    entry = ReviewRepository(uow).find(item_id, viewer=viewer)
    return entry is not None and sees_all_cited(entry, cited_accounts, viewer=viewer, uow=uow)


def sees_all_cited(entry: QueueEntry, cited_accounts: Collection[str], *, viewer: Viewer, uow: UnitOfWork) -> bool:
    """Whether the person, who may see the item, may also see every account that its draft cites."""
    others = set(cited_accounts) - {entry.account_id}
    return not others or others == EvidenceRepository(uow).visible_account_ids(others, viewer=viewer)
