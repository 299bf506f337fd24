"""Locking several review items for one transaction.

Invariant: deliveries before items, as the release gate and a recall take them, and each in the order of their ids, so
that two transactions that want the same ones queue up and never wait for each other in a circle.
"""

from collections.abc import Collection

from sqlalchemy import select

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.work import ReleaseRow, ReviewItemRow


def lock_items(item_ids: Collection[str], *, viewer: Viewer, uow: UnitOfWork) -> None:
    """Lock those of the items that the viewer may see, with their deliveries, until the transaction ends."""
    wanted = select(ReviewItemRow.id).where(ReviewItemRow.id.in_(list(item_ids)), item_is_visible(viewer))
    deliveries = select(ReleaseRow.review_item_id).where(ReleaseRow.review_item_id.in_(wanted))
    uow.session.execute(deliveries.order_by(ReleaseRow.review_item_id).with_for_update()).all()
    uow.session.execute(wanted.order_by(ReviewItemRow.id).with_for_update(of=ReviewItemRow)).all()
