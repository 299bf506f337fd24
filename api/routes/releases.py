"""Deliveries: those that wait, those whose outcome nobody knows; what a person found out; the text to copy.

Invariant 3: only deliveries of items that the caller may see. Nothing here sends anything itself.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.preconditions import CHANGES, ItemId, SeenItem
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.queue import etag
from copilot.approvals import clipboard, releases
from copilot.domain.review_items import ReviewItem
from copilot.jobs import Task
from copilot.store.releases import Release, ReleaseState

router = APIRouter(prefix="/api/v1", tags=["releases"], responses=PROBLEMS)


class ReleaseOut(BaseModel):
    """One delivery."""

    item_id: str
    sink: str
    state: ReleaseState
    queued_at: datetime
    started_at: datetime | None
    not_before: datetime | None
    """Until then it can be recalled and does not leave."""
    waits_for: str | None
    """Code of what it waits for."""
    waits_until: datetime | None
    error_code: str | None
    receipt: dict[str, str]
    """What to look for: a folder, or the Message-ID of an email."""

    @classmethod
    def of(cls, release: Release) -> "ReleaseOut":
        """A delivery as stored."""
        return cls(
            item_id=release.review_item_id,
            sink=release.sink,
            state=release.state,
            queued_at=release.queued_at,
            started_at=release.started_at,
            not_before=release.not_before,
            waits_for=release.waits_for,
            waits_until=release.waits_until,
            error_code=release.error_code,
            receipt=release.receipt,
        )


class Resolution(BaseModel):
    """What a person found out about a delivery whose outcome nobody knew."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"sent": True, "note": "Found by its Message-ID in the server's log."}]},
    )

    sent: bool
    """False: it did not leave, and leaves now."""
    note: str = Field(min_length=1, max_length=2_000)
    """How that was found out."""


class CopiedText(BaseModel):
    """The approved text without citations."""

    text: str


@router.get("/releases/waiting")
def list_waiting(viewer: ViewerDep, uow: UnitOfWorkDep) -> list[ReleaseOut]:
    """Approved deliveries that have not begun, oldest first (200 at most)."""
    return [ReleaseOut.of(release) for release in releases.waiting(viewer=viewer, uow=uow)]


@router.get("/releases/parked")
def list_parked(viewer: ViewerDep, uow: UnitOfWorkDep) -> list[ReleaseOut]:
    """Deliveries whose outcome nobody knows, oldest first (200 at most)."""
    return [ReleaseOut.of(release) for release in releases.parked(viewer=viewer, uow=uow)]


@router.post("/queue/{item_id}/release/retry", responses=CHANGES)
def retry(
    item: SeenItem, response: Response, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> ReviewItem:
    """Try a failed delivery again."""
    retried = application.approvals.retry_release(item.id, viewer=viewer, uow=uow)
    response.headers["ETag"] = etag(retried)
    return retried


@router.post("/queue/{item_id}/release/resolution", responses=CHANGES)
def resolve(
    item: SeenItem,
    wanted: Annotated[Resolution, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewItem:
    """Say whether a parked delivery happened. If not, it is tried again."""
    resolved = releases.resolve_parked(item.id, sent=wanted.sent, note=wanted.note, viewer=viewer, uow=uow)
    if not wanted.sent:
        application.jobs.defer(Task.RELEASE, uow=uow)
    response.headers["ETag"] = etag(resolved)
    return resolved


@router.post("/queue/{item_id}/copies", responses=CONFLICT)
def copy(item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep) -> CopiedText:
    """The approved text for the clipboard. Recorded in the audit chain; changes nothing, so no `If-Match`."""
    return CopiedText(text=clipboard.copied(item_id, viewer=viewer, uow=uow))
