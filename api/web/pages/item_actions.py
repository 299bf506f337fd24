"""What people do with an item besides deciding on it: share the work, take it back, have it made anew.

Invariant: each of these is one call of the approval service under the viewer's own name; what it refuses is said on
the page, with what to do next.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import PlainTextResponse

from api.schemas.queue import MAX_COMMENT
from api.web.asked_item import AskedDep, Refusal, SentFrom
from copilot.approvals.clipboard import copied
from copilot.approvals.releases import resolve_parked
from copilot.jobs import Task

router = APIRouter(include_in_schema=False)


def _again(asked: AskedDep, done: str) -> dict[str, str]:
    """What is told: only the requester can submit it again, anybody else reads who that is."""
    entry = asked.application.approvals.get(asked.item_id, viewer=asked.viewer, uow=asked.uow).entry
    if entry.item.requester_id == asked.viewer.user_id:
        return {"told": done}
    return {"told": f"{done}_for", "name": entry.requester_name}


@router.post("/queue/{item_id}/claim")
def claim(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """Say that one works on it."""
    approvals = asked.application.approvals
    return asked.act(
        lambda: approvals.claim(asked.item_id, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        told="claimed",
    )


@router.post("/queue/{item_id}/give-back")
def give_back(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """No longer work on it."""
    approvals = asked.application.approvals
    return asked.act(
        lambda: approvals.give_back(asked.item_id, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        told="given_back",
    )


@router.post("/queue/{item_id}/reassign")
def reassign(asked: AskedDep, to: Annotated[str, Form(max_length=64)] = "", list_text: SentFrom = "") -> Response:
    """Ask somebody to decide; empty: nobody in particular."""
    approvals = asked.application.approvals
    return asked.act(
        lambda: approvals.reassign(asked.item_id, to=to or None, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        told="assigned" if to else "unassigned",
    )


@router.post("/queue/{item_id}/comments")
def comment(
    asked: AskedDep, text: Annotated[str, Form(max_length=MAX_COMMENT)] = "", list_text: SentFrom = ""
) -> Response:
    """Say something; it decides nothing."""
    approvals = asked.application.approvals
    return asked.act(
        lambda: approvals.comment(asked.item_id, text, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        told="commented",
        remark=text,
    )


@router.post("/queue/{item_id}/withdraw")
def withdraw(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """Take back what one asked for, before a decision."""
    approvals = asked.application.approvals
    return asked.act(
        lambda: approvals.withdraw(asked.item_id, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        **_again(asked, "withdrawn"),
    )


@router.post("/queue/{item_id}/recall")
def recall(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """Take back what is approved and has not left."""
    approvals = asked.application.approvals
    return asked.act(
        lambda: approvals.recall(asked.item_id, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        **_again(asked, "recalled"),
    )


@router.post("/queue/{item_id}/retry")
def retry(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """Try a failed release again."""
    approvals = asked.application.approvals
    return asked.act(
        lambda: approvals.retry_release(asked.item_id, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        told="retried",
    )


@router.post("/queue/{item_id}/resolve")
def resolve(
    asked: AskedDep,
    sent: Annotated[Literal["yes", "no"], Form()],
    note: Annotated[str, Form(max_length=MAX_COMMENT)] = "",
    list_text: SentFrom = "",
) -> Response:
    """Say what became of a delivery whose outcome nobody knows."""

    def settle() -> None:
        resolve_parked(asked.item_id, sent=sent == "yes", note=note, viewer=asked.viewer, uow=asked.uow)
        if sent == "no":
            asked.application.jobs.defer(Task.RELEASE, uow=asked.uow)

    return asked.act(settle, list_text=list_text, told="resolved")


@router.post("/queue/{item_id}/copy")
def copy(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """Record that the approved text is taken, and hand it out: to a script as it is, else in a field of the page."""
    try:
        with asked.uow.savepoint():
            text = copied(asked.item_id, viewer=asked.viewer, uow=asked.uow)
    except Refusal as error:
        return asked.page(list_text=list_text, attempt=asked.failed(error))
    if "text/plain" in asked.request.headers.get("accept", ""):
        return PlainTextResponse(text)
    return asked.page(list_text=list_text, copied=text)


@router.post("/queue/{item_id}/submit-again")
def submit_again(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """File the same words anew; goes on to the new version."""
    approvals = asked.application.approvals
    return asked.act(
        lambda: approvals.submit_again(asked.item_id, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        told="submitted_again",
    )


@router.post("/queue/{item_id}/redraft")
def redraft(asked: AskedDep, list_text: SentFrom = "") -> Response:
    """Have it drafted again with the change request; goes on to the new version."""
    redrafting = asked.application.redraft
    return asked.act(
        lambda: redrafting.run(asked.item_id, viewer=asked.viewer, uow=asked.uow),
        list_text=list_text,
        told="redrafted",
    )
