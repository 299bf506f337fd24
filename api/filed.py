"""The answer to whoever asked for a draft: its queue entry, and where it is found.

Invariant: the entry is read back with the asker's rights, like any other of the queue.
"""

from fastapi import Response

from api.schemas.queue import etag
from api.schemas.queue_items import ReviewDetail
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.review_items import ReviewItem
from copilot.store.database import UnitOfWork


def filed(
    item: ReviewItem, *, response: Response, viewer: Viewer, uow: UnitOfWork, application: Application
) -> ReviewDetail:
    """The entry with its draft; sets Location and ETag."""
    view = application.approvals.get(item.id, viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/queue/{item.id}"
    response.headers["ETag"] = etag(view.item)
    return ReviewDetail.of(view)
