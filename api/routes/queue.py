"""The approval queue's routes, put together: the list, one item, and what one does with it.

Invariant: everything is read and changed through the approval service for the one who asks.
"""

from fastapi import APIRouter

from api.preconditions import ItemId
from api.routes import queue_actions, queue_items, queue_list

router = APIRouter()
# The list first: its fixed addresses would otherwise be taken for ids of items.
for part in (queue_list, queue_items, queue_actions):
    router.include_router(part.router)

__all__ = ["ItemId", "router"]
