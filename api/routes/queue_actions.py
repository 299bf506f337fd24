"""What one does with an item: decide, edit, take on, hand on, comment, take back, file again, release again.

Invariants: every change names the state of the item that was seen (If-Match, see `api.preconditions`); a decision and
an edit name the digest of the content as well; another state answers 412, another content 409.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.preconditions import CHANGES, ItemId, LockedItem, SeenItem, SentTags, changed, matches
from api.routes.queue_items import detail
from api.schemas.common import PROBLEMS
from api.schemas.queue import etag
from api.schemas.queue_actions import AssignRequest, CommentRequest, DecisionRequest, EditRequest
from api.schemas.queue_items import CommentOut, ReviewDetail
from copilot.domain.approvals import Repeated
from copilot.domain.approvals import decide as judge
from copilot.domain.review_items import Decision, ReviewItem

router = APIRouter(prefix="/api/v1/queue/{item_id}", tags=["queue"], responses=PROBLEMS)


def _with_etag(item: ReviewItem, response: Response) -> ReviewItem:
    response.headers["ETag"] = etag(item)
    return item


@router.post("/decisions", responses=CHANGES)
def decide(
    item: LockedItem,
    sent: SentTags,
    wanted: Annotated[DecisionRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewItem:
    """Approve, reject or request changes.

    The same decision again changes nothing and answers as the first time, whatever `If-Match` says: a program whose
    connection broke can simply repeat it. A different decision answers 412 or 409.
    """
    decision = Decision(
        verdict=wanted.verdict,
        decider_id=viewer.user_id,
        decider_role=viewer.role,
        digest=wanted.digest,
        comment=wanted.comment,
        accepted_segments=tuple(wanted.accepted_segments),
    )
    repeated = isinstance(judge(item, decision, now=uow.clock.now()), Repeated)
    if not repeated and not matches(sent, etag(item)):
        raise changed(etag(item))
    return _with_etag(application.approvals.decide(item.id, decision, viewer=viewer, uow=uow), response)


@router.post("/edits", status_code=201, responses=CHANGES)
def edit(
    item: SeenItem,
    wanted: Annotated[EditRequest, Body()],
    request: Request,
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewDetail:
    """Change the words of sentences. Makes a new version with an item of its own; earlier votes are void."""
    new = application.approvals.edit(item.id, wanted.texts, digest=wanted.digest, viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/queue/{new.id}"
    return detail(new.id, request, response, viewer=viewer, uow=uow, application=application)


@router.put("/claim", responses=CHANGES)
def claim(
    item: SeenItem, response: Response, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> ReviewItem:
    """Say that you are on it; others may still decide."""
    return _with_etag(application.approvals.claim(item.id, viewer=viewer, uow=uow), response)


@router.delete("/claim", responses=CHANGES)
def give_back(
    item: SeenItem, response: Response, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> ReviewItem:
    """Say that you are no longer on it."""
    return _with_etag(application.approvals.give_back(item.id, viewer=viewer, uow=uow), response)


@router.put("/assignee", responses=CHANGES)
def reassign(
    item: SeenItem,
    wanted: Annotated[AssignRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewItem:
    """Ask somebody who may approve it to decide, or (null) nobody in particular."""
    return _with_etag(application.approvals.reassign(item.id, to=wanted.to, viewer=viewer, uow=uow), response)


@router.post("/comments", status_code=201)
def comment(
    item_id: ItemId,
    wanted: Annotated[CommentRequest, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> CommentOut:
    """Say something about the item. Changes nothing of it, so no `If-Match` is needed."""
    return CommentOut.of(application.approvals.comment(item_id, wanted.text, viewer=viewer, uow=uow))


@router.post("/withdrawals", responses=CHANGES)
def withdraw(
    item: SeenItem, response: Response, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> ReviewItem:
    """Take back, before a decision, what you asked for."""
    return _with_etag(application.approvals.withdraw(item.id, viewer=viewer, uow=uow), response)


@router.post("/recalls", responses=CHANGES)
def recall(
    item: SeenItem, response: Response, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> ReviewItem:
    """Take back what is approved and has not begun to leave."""
    return _with_etag(application.approvals.recall(item.id, viewer=viewer, uow=uow), response)


@router.post("/resubmissions", status_code=201, responses=CHANGES)
def submit_again(
    item: SeenItem,
    request: Request,
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewDetail:
    """File the same words anew, checked against today's evidence: a new version with an item of its own."""
    new = application.approvals.submit_again(item.id, viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/queue/{new.id}"
    return detail(new.id, request, response, viewer=viewer, uow=uow, application=application)


@router.post("/redrafts", status_code=201, responses=CHANGES)
def draft_again(
    item: SeenItem,
    request: Request,
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewDetail:
    """Have it written again with the requested changes as instruction: a new version with an item of its own."""
    new = application.redraft.run(item.id, viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/queue/{new.id}"
    return detail(new.id, request, response, viewer=viewer, uow=uow, application=application)
