"""One item of the queue: read, decide, edit, download.

Invariant: every form names the digest of the content that was on the page; a decision that comes too late is
told who was faster, and changes nothing.
"""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response

from api.errors import failure_of
from api.files import file_response
from api.languages import language_of
from api.queue_reading import released_file
from api.schemas.queue import MAX_COMMENT, MAX_SEGMENT, MAX_SEGMENTS
from api.web import flash
from api.web.asked_item import Asked, AskedDep, OpenedFrom, SentFrom, list_of
from api.web.item_neighbours import neighbour
from api.web.item_view import Attempt
from api.web.words import STATES
from copilot.approvals.quality.outcome import revealed
from copilot.approvals.quality.reviewers import is_flood
from copilot.domain.destinations import Destination
from copilot.domain.review_items import OPEN, Decision, ReviewItem, ReviewState, Verdict
from copilot.errors import Conflict, DigestMismatch, InputError, NotAllowed
from copilot.store.cited_work import CitedWorkRepository
from copilot.workflows.brief.printed import print_item

router = APIRouter(include_in_schema=False)
_TEXT_FIELD = "text:"
_APPROVED = {Destination.FILES: "approved", Destination.HERE: "approved_stays"}
_DONE = {Verdict.REJECT: "rejected", Verdict.REQUEST_CHANGES: "sent_back"}


@router.get("/queue/{item_id}")
def item(asked: AskedDep, edit: Annotated[str, Query(max_length=120)] = "", list_text: OpenedFrom = "") -> Response:
    """A draft beside its evidence; `edit` names the sentence to change, or `all`."""
    return asked.page(list_text=list_text, editing=edit)


@router.get("/queue/{item_id}/next")
def next_item(asked: AskedDep, list_text: OpenedFrom = "") -> Response:
    """On to the item that follows in the list."""
    return _beside(asked, list_text, step=1, told="last_of_list")


@router.get("/queue/{item_id}/previous")
def previous_item(asked: AskedDep, list_text: OpenedFrom = "") -> Response:
    """Back to the item before it in the list."""
    return _beside(asked, list_text, step=-1, told="first_of_list")


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
            after = approvals.decide(asked.item_id, decision, viewer=viewer, uow=uow)
    except Conflict as error:
        return _too_late(error, asked, list_text=list_text, comment=comment.strip())
    except (InputError, NotAllowed) as error:
        attempt = Attempt(failure=failure_of(asked.request, error), comment=comment, accepted=frozenset(accepted or ()))
        return asked.page(list_text=list_text, attempt=attempt)
    return asked.go(
        asked.item_id, list_text=list_text, told=_told(after, verdict, asked) if before in OPEN else "repeated"
    )


def _told(after: ReviewItem, verdict: Verdict, asked: Asked) -> str:
    """What a decision led to; who approves faster than anybody reads is told so."""
    if revealed(after, uow=asked.uow) is not None:
        return "was_a_test"
    hasty = verdict is Verdict.APPROVE and is_flood(
        asked.application.policy.quality, viewer=asked.viewer, uow=asked.uow
    )
    if hasty:
        return "approved_too_fast"
    if after.state is ReviewState.IN_REVIEW:
        return "approved_in_part"
    return _approved(after, asked) if verdict is Verdict.APPROVE else _DONE[verdict]


def _approved(after: ReviewItem, asked: Asked) -> str:
    """Which words fit how it leaves."""
    view = asked.application.approvals.get(after.id, viewer=asked.viewer, uow=asked.uow)
    waits_until = view.release.not_before if view.release else None
    if waits_until is not None and waits_until > asked.uow.clock.now():
        return "approved_undo"
    return _APPROVED.get(view.draft.destination, "approved_on_its_way")


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


@router.get("/queue/{item_id}/pdf")
def pdf(asked: AskedDep) -> Response:
    """A brief to print, with its standing on every page."""
    approvals = asked.application.approvals
    content, name = print_item(asked.item_id, approvals=approvals, viewer=asked.viewer, uow=asked.uow)
    return file_response(content, name=name)


@router.get("/queue/{item_id}/files/{name}")
def download(asked: AskedDep, name: Annotated[str, Path(max_length=100)]) -> Response:
    """The bytes that were approved and released."""
    approvals = asked.application.approvals
    content, save_as = released_file(asked.item_id, name, approvals=approvals, viewer=asked.viewer, uow=asked.uow)
    return file_response(content, name=save_as)


def _beside(asked: Asked, list_text: str, *, step: int, told: str) -> Response:
    query = list_of(list_text)
    found = neighbour(asked.item_id, query, step=step, viewer=asked.viewer, uow=asked.uow)
    if found is None:
        return asked.to_list(query, told=told)
    return asked.go(found, list_text=query.text)


def _too_late(error: Conflict, asked: Asked, *, list_text: str, comment: str = "") -> Response:
    """Go to what is there now, and say who was faster; what the person had written stays before them."""
    entry = asked.application.approvals.get(asked.item_id, viewer=asked.viewer, uow=asked.uow).entry
    replaced = entry.item.state is ReviewState.SUPERSEDED or isinstance(error, DigestMismatch)
    values = {"state": STATES[entry.item.state.value]} | ({"name": entry.decider_name} if entry.decider_name else {})
    told = "decided_before" if entry.decider_name else "decided_without_name"
    if comment:
        failure = failure_of(asked.request, error)
        if not replaced:
            words = flash.words(told, values, language=language_of(asked.request))
            failure = replace(failure, detail=words, hint="")
        return asked.page(list_text=list_text, attempt=Attempt(failure=failure, comment=comment))
    newest = CitedWorkRepository(asked.uow).newest_version_item_id(entry.item.draft_id, viewer=asked.viewer)
    there = newest or asked.item_id
    if replaced:
        return asked.go(there, list_text=list_text, told="newer_version")
    return asked.go(there, list_text=list_text, told=told, **values)
