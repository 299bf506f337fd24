"""The approval queue: read it, decide, edit, fetch what was released.

Invariant: a decision and an edit name the digest of the content that was seen; another content answers 409.
"""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Body, Header, Path, Query, Response
from pydantic import StringConstraints

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.files import file_response
from api.queue_reading import Sort, list_queue, released_file, released_files, rights_of
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.queue import (
    MAX_SEGMENT,
    DecisionRequest,
    DeliverableFile,
    EditRequest,
    QueueLine,
    QueueList,
    ReviewDetail,
)
from copilot.approvals.service import QueueFilters
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.findings import Risk
from copilot.domain.review_items import OPEN, Decision, ReviewItem, ReviewState
from copilot.errors import DigestMismatch, InputError
from copilot.store.database import UnitOfWork

router = APIRouter(prefix="/api/v1/queue", tags=["queue"], responses=PROBLEMS)

ItemId = Annotated[str, Path(max_length=64)]
RuleName = Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z_.]+$")]
IfMatch = Annotated[str | None, Header(description="The ETag of the item as it was seen.")]


@router.get("")
def list_items(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    state: Annotated[list[ReviewState] | None, Query(description="Default: pending.")] = None,
    risk: Annotated[list[Risk] | None, Query()] = None,
    kind: Annotated[list[DraftKind] | None, Query()] = None,
    account_id: Annotated[str | None, Query(max_length=64)] = None,
    found: Annotated[
        list[RuleName] | None, Query(description="Rules or families (`leak`, `leak.other_account`) that saw something.")
    ] = None,
    mine: Annotated[bool, Query(description="Only what you asked for.")] = False,  # noqa: FBT002
    sort: Sort = Sort.DEADLINE,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> QueueList:
    """What waits for a decision, or what was decided, among what you may see."""
    filters = QueueFilters(
        states=tuple(state) if state else tuple(sorted(OPEN)),
        risks=tuple(risk or ()),
        kinds=tuple(kind or ()),
        account_id=account_id,
        requester_id=viewer.user_id if mine else None,
        rules=tuple(found or ()),
    )
    page = list_queue(
        application.approvals, viewer=viewer, uow=uow, filters=filters, sort=sort, cursor=cursor, limit=limit
    )
    return QueueList(items=[QueueLine.of(entry) for entry in page.entries], next_cursor=page.cursor)


@router.get("/{item_id}")
def read_item(
    item_id: ItemId, response: Response, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> ReviewDetail:
    """One item with its draft, evidence, findings and what you may do."""
    return _detail(item_id, response, viewer=viewer, uow=uow, application=application)


@router.post("/{item_id}/decisions", responses=CONFLICT)
def decide(
    item_id: ItemId,
    wanted: Annotated[DecisionRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    if_match: IfMatch = None,
) -> ReviewItem:
    """Approve or reject. The same decision again changes nothing; a different one answers 409."""
    _require_match(if_match, wanted.digest)
    decision = Decision(
        verdict=wanted.verdict,
        decider_id=viewer.user_id,
        decider_role=viewer.role,
        digest=wanted.digest,
        comment=wanted.comment,
        accepted_segments=tuple(wanted.accepted_segments),
    )
    item = application.approvals.decide(item_id, decision, viewer=viewer, uow=uow)
    response.headers["ETag"] = f'"{item.digest}"'
    return item


@router.post("/{item_id}/edits", status_code=201, responses=CONFLICT)
def edit(
    item_id: ItemId,
    wanted: Annotated[EditRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    if_match: IfMatch = None,
) -> ReviewDetail:
    """Change the words of sentences. Makes a new version with an item of its own; earlier votes are void."""
    _require_match(if_match, wanted.digest)
    if any(len(text) > MAX_SEGMENT for text in wanted.texts.values()):
        raise InputError("A sentence is too long.", hint="Split it into several.")
    item = application.approvals.edit(item_id, wanted.texts, digest=wanted.digest, viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/queue/{item.id}"
    return _detail(item.id, response, viewer=viewer, uow=uow, application=application)


@router.post("/{item_id}/release/retry", responses=CONFLICT)
def retry_release(item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> ReviewItem:
    """Try a failed release again."""
    return application.approvals.retry_release(item_id, viewer=viewer, uow=uow)


@router.get("/{item_id}/files", responses=CONFLICT)
def list_files(
    item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> list[DeliverableFile]:
    """The files of a released draft."""
    files = released_files(item_id, approvals=application.approvals, viewer=viewer, uow=uow)
    return [
        DeliverableFile(name=name, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in files.items()
    ]


@router.get("/{item_id}/files/{name}", response_class=Response, responses=CONFLICT)
def read_file(
    item_id: ItemId,
    name: Annotated[str, Path(max_length=100)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Response:
    """The bytes that were approved and released."""
    content, save_as = released_file(item_id, name, approvals=application.approvals, viewer=viewer, uow=uow)
    return file_response(content, name=save_as)


def _detail(
    item_id: str, response: Response, *, viewer: Viewer, uow: UnitOfWork, application: Application
) -> ReviewDetail:
    view = application.approvals.get(item_id, viewer=viewer, uow=uow)
    response.headers["ETag"] = f'"{view.item.digest}"'
    return ReviewDetail.of(view, rights=rights_of(view, viewer=viewer, uow=uow))


def _require_match(if_match: str | None, digest: str) -> None:
    if if_match is not None and if_match.strip().removeprefix("W/").strip('"') != digest:
        raise DigestMismatch("If-Match and the digest in the body differ.", hint="Send what you saw.")
