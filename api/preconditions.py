"""Optimistic locking: who changes an item says which state of it they saw.

Invariant: the ETag is strong and covers everything that a decision rests on: the digest of the content and the
revision that counts every change of the item. The item is locked while it is compared, after its delivery (the order
of the release gate), so that nothing changes it between the comparison and the change.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Header, Path

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.errors import Precondition
from api.localisation import mark as _
from api.schemas.common import Problem
from api.schemas.queue import etag
from copilot.domain.review_items import ReviewItem
from copilot.store.queue_locks import lock_items

_MISSING = _("The request must say which state of the item it is about.")
_MISSING_HINT = _("Send the ETag of the item as If-Match.")
_CHANGED = _("The item changed since you read it.")
_CHANGED_HINT = _("Read it again, and decide on what you see then.")

ItemId = Annotated[str, Path(max_length=64, examples=["review_5f0c6f1e9b0a4a1f8a64d7f1c2b3a4d5"])]
IfMatch = Annotated[
    str | None,
    Header(description="The ETag of the item as it was read. Required.", examples=['"9f86d081884c7d65.4"']),
]
OptionalIfMatch = Annotated[str | None, Header(description="The ETag of the item as it was read, if it matters.")]

CHANGES: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "Somebody was faster, or the item is in a state that does not allow it."},
    412: {
        "model": Problem,
        "description": "The item is not as it was read. The `ETag` header has its state of now.",
        "headers": {"ETag": {"schema": {"type": "string"}, "description": "The item's state now."}},
    },
    428: {"model": Problem, "description": "If-Match is missing."},
}
"""What every call that changes an item may answer with."""


def matches(if_match: str, current: str) -> bool:
    """Whether one of the tags sent is the current one. Weak tags never match; `*` is any state."""
    sent = {tag.strip() for tag in if_match.split(",")}
    return "*" in sent or current in sent


def changed(current: str) -> Precondition:
    """The item is not as it was read."""
    return Precondition(
        HTTPStatus.PRECONDITION_FAILED,
        code="precondition_failed",
        detail=_CHANGED,
        hint=_CHANGED_HINT,
        headers={"ETag": current},
    )


def missing() -> Precondition:
    """The request does not say what was read."""
    return Precondition(
        HTTPStatus.PRECONDITION_REQUIRED, code="precondition_required", detail=_MISSING, hint=_MISSING_HINT
    )


def locked_item(item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> ReviewItem:
    """The item, locked until the end of the request. Raises NotFound before anything is said about its state."""
    lock_items([item_id], viewer=viewer, uow=uow)
    return application.approvals.get(item_id, viewer=viewer, uow=uow).item


LockedItem = Annotated[ReviewItem, Depends(locked_item)]


def require_if_match(_item: LockedItem, if_match: IfMatch = None) -> str:
    """The tags sent. Raises Precondition if there are none; what may not be seen does not exist before that."""
    if if_match is None:
        raise missing()
    return if_match


SentTags = Annotated[str, Depends(require_if_match)]


def item_as_seen(item: LockedItem, sent: SentTags) -> ReviewItem:
    """The item, if it is as the client read it. Raises Precondition."""
    if not matches(sent, etag(item)):
        raise changed(etag(item))
    return item


SeenItem = Annotated[ReviewItem, Depends(item_as_seen)]
