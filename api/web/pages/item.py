"""One item of the queue: read, decide, edit, download.

Invariant: every form names the digest of the content that was on the page; a decision that comes too late is
told who was faster, and changes nothing.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.errors import failure_of
from api.files import file_response
from api.queue_reading import released_file
from api.routes.queue import ItemId
from api.schemas.queue import MAX_COMMENT, MAX_SEGMENT, MAX_SEGMENTS
from api.web import flash
from api.web.item_view import Attempt, item_page
from api.web.words import STATES
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.review_items import OPEN, Decision, ReviewState, Verdict
from copilot.errors import Conflict, DigestMismatch, InputError, NotAllowed
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
_TEXT_FIELD = "text:"


@router.get("/queue/{item_id}")
def item(
    request: Request,
    item_id: ItemId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    edit: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """A draft beside its evidence; `edit` names the sentence to change, or `all`."""
    return item_page(request, item_id, viewer=viewer, uow=uow, approvals=application.approvals, editing=edit)


@router.post("/queue/{item_id}/decision")
def decide(
    request: Request,
    item_id: ItemId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    verdict: Annotated[Verdict, Form()],
    digest: Annotated[str, Form(max_length=64)],
    comment: Annotated[str, Form(max_length=MAX_COMMENT)] = "",
    accepted: Annotated[list[str] | None, Form(max_length=MAX_SEGMENTS)] = None,
) -> Response:
    """Approve or reject what was on the page."""
    before = application.approvals.get(item_id, viewer=viewer, uow=uow).item.state
    decision = Decision(
        verdict=verdict,
        decider_id=viewer.user_id,
        decider_role=viewer.role,
        digest=digest,
        comment=comment.strip() or None,
        accepted_segments=tuple(accepted or ()),
    )
    try:
        with uow.savepoint():
            application.approvals.decide(item_id, decision, viewer=viewer, uow=uow)
    except Conflict as error:
        return _too_late(error, item_id, viewer=viewer, uow=uow, application=application)
    except (InputError, NotAllowed) as error:
        failure = failure_of(request, error)
        attempt = Attempt(failure=failure, comment=comment, accepted=frozenset(accepted or ()))
        return item_page(request, item_id, viewer=viewer, uow=uow, approvals=application.approvals, attempt=attempt)
    response = RedirectResponse(f"/queue/{item_id}", status_code=HTTPStatus.SEE_OTHER)
    done = "approved" if verdict is Verdict.APPROVE else "rejected"
    flash.leave(response, done if before in OPEN else "repeated", secure=application.settings.secure_cookies)
    return response


async def edited_texts(request: Request) -> dict[str, str]:
    """New text by segment id: the form's fields are named after the sentences."""
    form = await request.form()
    texts = {
        name.removeprefix(_TEXT_FIELD): value.replace("\r\n", "\n").strip()
        for name, value in form.multi_items()
        if name.startswith(_TEXT_FIELD) and isinstance(value, str)
    }
    if len(texts) > MAX_SEGMENTS or any(len(text) > MAX_SEGMENT for text in texts.values()):
        raise InputError("A sentence is too long.", hint="Split it into several.")
    return texts


@router.post("/queue/{item_id}/edit")
def edit(
    request: Request,
    item_id: ItemId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    texts: Annotated[dict[str, str], Depends(edited_texts)],
    digest: Annotated[str, Form(max_length=64)],
) -> Response:
    """Change sentences of what was on the page; goes on to the new version."""
    try:
        with uow.savepoint():
            new = application.approvals.edit(item_id, texts, digest=digest, viewer=viewer, uow=uow)
    except Conflict as error:
        return _too_late(error, item_id, viewer=viewer, uow=uow, application=application)
    except (InputError, NotAllowed) as error:
        attempt = Attempt(failure=failure_of(request, error), texts=texts)
        return item_page(
            request,
            item_id,
            viewer=viewer,
            uow=uow,
            approvals=application.approvals,
            editing=next(iter(texts)) if len(texts) == 1 else "all",
            attempt=attempt,
        )
    response = RedirectResponse(f"/queue/{new.id}", status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, "edited", secure=application.settings.secure_cookies)
    return response


@router.post("/queue/{item_id}/retry")
def retry(item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Try a failed release again."""
    application.approvals.retry_release(item_id, viewer=viewer, uow=uow)
    return RedirectResponse(f"/queue/{item_id}", status_code=HTTPStatus.SEE_OTHER)


@router.get("/queue/{item_id}/files/{name}")
def download(
    item_id: ItemId,
    name: Annotated[str, Path(max_length=100)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Response:
    """The bytes that were approved and released."""
    content, save_as = released_file(item_id, name, approvals=application.approvals, viewer=viewer, uow=uow)
    return file_response(content, name=save_as)


def _too_late(error: Conflict, item_id: str, *, viewer: Viewer, uow: UnitOfWork, application: Application) -> Response:
    """Go to what is there now, and say who was faster."""
    entry = application.approvals.get(item_id, viewer=viewer, uow=uow).entry
    newest = CitedWorkRepository(uow).newest_version_item_id(entry.item.draft_id, viewer=viewer)
    response = RedirectResponse(f"/queue/{newest or item_id}", status_code=HTTPStatus.SEE_OTHER)
    secure, state = application.settings.secure_cookies, STATES[entry.item.state.value]
    if entry.item.state is ReviewState.SUPERSEDED or isinstance(error, DigestMismatch):
        flash.leave(response, "newer_version", secure=secure)
    elif entry.decider_name:
        flash.leave(response, "decided_before", secure=secure, state=state, name=entry.decider_name)
    else:
        flash.leave(response, "decided_without_name", secure=secure, state=state)
    return response
