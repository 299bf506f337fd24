"""One item of the queue: read, decide, edit, download.

Invariant: every form names the digest of the content that was on the page; a decision that comes too late is
told who was faster, and changes nothing.
"""

from dataclasses import dataclass
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
from api.web.item_view import Attempt, Opened, item_page
from api.web.links import with_query
from api.web.queue_query import LIST_PARAMETER, LONGEST_ADDRESS
from api.web.words import STATES
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.review_items import OPEN, Decision, ReviewState, Verdict
from copilot.errors import Conflict, CopilotError, DigestMismatch, InputError, NotAllowed
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
_TEXT_FIELD = "text:"
_DONE = {Verdict.APPROVE: "approved", Verdict.REJECT: "rejected", Verdict.REQUEST_CHANGES: "sent_back"}

OpenedFrom = Annotated[str, Query(alias=LIST_PARAMETER, max_length=LONGEST_ADDRESS)]
SentFrom = Annotated[str, Form(alias=LIST_PARAMETER, max_length=LONGEST_ADDRESS)]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, of which item, from which list."""

    request: Request
    item_id: str
    viewer: Viewer
    uow: UnitOfWork
    application: Application

    def page(self, *, list_text: str, editing: str = "", attempt: Attempt | None = None) -> Response:
        """The item as it is now."""
        return item_page(
            self.request,
            self.item_id,
            viewer=self.viewer,
            uow=self.uow,
            application=self.application,
            opened=Opened(list_text=list_text, editing=editing, attempt=attempt),
        )

    def go(self, item_id: str, *, list_text: str, told: str = "", **values: str) -> Response:
        """On to an item, with a message."""
        address = with_query(f"/queue/{item_id}", {LIST_PARAMETER: list_text})
        response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
        if told:
            flash.leave(response, told, secure=self.application.settings.secure_cookies, **values)
        return response

    def failed(self, error: CopilotError) -> Attempt:
        """What was refused, to be shown with the page."""
        return Attempt(failure=failure_of(self.request, error))


def asked(
    request: Request, item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Asked:
    """What every route of one item needs."""
    return Asked(request, item_id, viewer, uow, application)


AskedDep = Annotated[Asked, Depends(asked)]


@router.get("/queue/{item_id}")
def item(asked: AskedDep, edit: Annotated[str, Query(max_length=120)] = "", list_text: OpenedFrom = "") -> Response:
    """A draft beside its evidence; `edit` names the sentence to change, or `all`."""
    return asked.page(list_text=list_text, editing=edit)


@router.post("/queue/{item_id}/decision")
def decide(
    asked: AskedDep,
    verdict: Annotated[Verdict, Form()],
    digest: Annotated[str, Form(max_length=64)],
    comment: Annotated[str, Form(max_length=MAX_COMMENT)] = "",
    accepted: Annotated[list[str] | None, Form(max_length=MAX_SEGMENTS)] = None,
    list_text: SentFrom = "",
) -> Response:
    """Approve, reject or send back what was on the page."""
    approvals, viewer, uow = asked.application.approvals, asked.viewer, asked.uow
    before = approvals.get(asked.item_id, viewer=viewer, uow=uow).item.state
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
            after = approvals.decide(asked.item_id, decision, viewer=viewer, uow=uow).state
    except Conflict as error:
        return _too_late(error, asked, list_text=list_text)
    except (InputError, NotAllowed) as error:
        attempt = Attempt(failure=failure_of(asked.request, error), comment=comment, accepted=frozenset(accepted or ()))
        return asked.page(list_text=list_text, attempt=attempt)
    told = "approved_in_part" if after is ReviewState.IN_REVIEW else _DONE[verdict]
    return asked.go(asked.item_id, list_text=list_text, told=told if before in OPEN else "repeated")


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
    asked: AskedDep,
    texts: Annotated[dict[str, str], Depends(edited_texts)],
    digest: Annotated[str, Form(max_length=64)],
    list_text: SentFrom = "",
) -> Response:
    """Change sentences of what was on the page; goes on to the new version."""
    try:
        with asked.uow.savepoint():
            new = asked.application.approvals.edit(
                asked.item_id, texts, digest=digest, viewer=asked.viewer, uow=asked.uow
            )
    except Conflict as error:
        return _too_late(error, asked, list_text=list_text)
    except (InputError, NotAllowed) as error:
        editing = next(iter(texts)) if len(texts) == 1 else "all"
        attempt = Attempt(failure=failure_of(asked.request, error), texts=texts)
        return asked.page(list_text=list_text, editing=editing, attempt=attempt)
    return asked.go(new.id, list_text=list_text, told="edited")


@router.post("/queue/{item_id}/retry")
def retry(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """Try a failed release again."""
    asked.application.approvals.retry_release(asked.item_id, viewer=asked.viewer, uow=asked.uow)
    return asked.go(asked.item_id, list_text=list_text)


@router.get("/queue/{item_id}/files/{name}")
def download(asked: AskedDep, name: Annotated[str, Path(max_length=100)]) -> Response:
    """The bytes that were approved and released."""
    approvals = asked.application.approvals
    content, save_as = released_file(asked.item_id, name, approvals=approvals, viewer=asked.viewer, uow=asked.uow)
    return file_response(content, name=save_as)


def _too_late(error: Conflict, asked: Asked, *, list_text: str) -> Response:
    """Go to what is there now, and say who was faster."""
    entry = asked.application.approvals.get(asked.item_id, viewer=asked.viewer, uow=asked.uow).entry
    newest = CitedWorkRepository(asked.uow).newest_version_item_id(entry.item.draft_id, viewer=asked.viewer)
    there, state = newest or asked.item_id, STATES[entry.item.state.value]
    if entry.item.state is ReviewState.SUPERSEDED or isinstance(error, DigestMismatch):
        return asked.go(there, list_text=list_text, told="newer_version")
    if entry.decider_name:
        return asked.go(there, list_text=list_text, told="decided_before", state=state, name=entry.decider_name)
    return asked.go(there, list_text=list_text, told="decided_without_name", state=state)
