"""The item that stands before or after another in a list of the queue.

Invariant: it is read from the same list, with the same filters and order, as the viewer sees it now.
"""

from api.queue_reading import MOST_PER_PAGE
from api.web.queue_query import QueueQuery
from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.queue_pages import QueuePages

_MOST_PAGES = 10
"""Read on in the list; who is further down than that goes back to it."""


def neighbour(item_id: str, query: QueueQuery, *, step: int, viewer: Viewer, uow: UnitOfWork) -> str | None:
    """The id beside `item_id`: after it (`step` 1) or before it (-1). None: there is none.

    An item that has left the list, because it was just decided, is followed by the first that is left.
    """
    listed = _listed(item_id, query, viewer=viewer, uow=uow)
    if item_id not in listed:
        left = [other for other in listed if other != item_id]
        return left[0] if step > 0 and left else None
    place = listed.index(item_id) + step
    return listed[place] if 0 <= place < len(listed) else None


def _listed(item_id: str, query: QueueQuery, *, viewer: Viewer, uow: UnitOfWork) -> list[str]:
    """Ids from the start of the list to one beyond the item."""
    found: list[str] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = QueuePages(uow).page(
            query.filters(viewer), viewer=viewer, cursor=cursor, limit=MOST_PER_PAGE, sort=query.sort
        )
        found += [entry.item.id for entry in page.entries]
        cursor = page.cursor
        if cursor is None or item_id in found[:-1]:
            break
    return found
