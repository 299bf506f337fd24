"""When somebody first saw an item in full: where the time to decide begins.

Invariant: only items that wait for a decision are noted, and the first time counts.
"""

from copilot.approvals.review_view import ReviewView
from copilot.domain.access import Viewer
from copilot.domain.review_items import OPEN
from copilot.store.database import UnitOfWork
from copilot.store.quality import QualityRepository


def note_opening(view: ReviewView, *, viewer: Viewer, uow: UnitOfWork) -> None:
    """Remember that the viewer has the whole item before them now; a second time changes nothing."""
    if view.item.state in OPEN and not view.opened:
        words = sum(len(segment.text.split()) for segment in view.draft.segments())
        QualityRepository(uow).opened(view.item.id, viewer_id=viewer.user_id, words=words)
