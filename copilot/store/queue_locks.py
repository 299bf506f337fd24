"""Locking several review items for one transaction.

Invariant: rows are locked in the order of their ids, so that two transactions that want the same items queue up.
"""

from collections.abc import Collection

from sqlalchemy import select

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.work import ReviewItemRow


def lock_items(item_ids: Collection[str], *, viewer: Viewer, uow: UnitOfWork) -> None:
    """Lock those of the items that the viewer may see until the transaction ends."""
    wanted = select(ReviewItemRow.id).where(ReviewItemRow.id.in_(list(item_ids)), item_is_visible(viewer))
    uow.session.execute(wanted.order_by(ReviewItemRow.id).with_for_update(of=ReviewItemRow)).all()
