"""Asking on the page of an account for a meeting's preparation, or for what came of one.

Invariant: both become drafts in the queue; pasted notes are filed with the account before anything is written from
them.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.routes.accounts import AccountId
from api.web import flash
from copilot.domain.documents import DocumentKind, StoredDocumentHead
from copilot.domain.language import Language
from knowledge.pasted import LONGEST, file_notes

router = APIRouter(include_in_schema=False)
_OFFERED = 20
_TELLS = frozenset({DocumentKind.TRANSCRIPT, DocumentKind.NOTE})


def meeting_texts(documents: Sequence[StoredDocumentHead]) -> tuple[StoredDocumentHead, ...]:
    """Transcripts and notes to choose from, in the order given."""
    return tuple([item for item in documents if item.kind in _TELLS][:_OFFERED])


@router.post("/accounts/{account_id}/meeting-preparations")
def prepare_meeting(
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: Annotated[Language, Form()],
    attendee: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Write it and go to its entry in the queue."""
    made = application.meetings.run(
        account_id, viewer=viewer, language=language, uow=uow, attendee_ids=tuple(attendee or ())
    )
    response = RedirectResponse(f"/queue/{made.item.id}", status_code=303)
    flash.leave(response, "meeting_prepared", secure=application.settings.secure_cookies)
    return response


@router.post("/accounts/{account_id}/meeting-summaries")
def sum_up_meeting(
    account_id: AccountId,
    viewer: ViewerDep,
    application: ApplicationDep,
    language: Annotated[Language, Form()],
    document_id: Annotated[str, Form(max_length=100)] = "",
    notes: Annotated[str, Form(max_length=LONGEST)] = "",
    held_on: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """File pasted notes if there are any, sum the meeting up, and go to the summary's entry in the queue."""
    if notes.strip():
        document_id = file_notes(
            notes,
            account_id=account_id,
            viewer=viewer,
            database=application.database,
            day=_day(held_on),
            after_import=lambda uow: application.after_import(uow=uow),
        )
    with application.database.unit_of_work() as uow:
        made = application.after_meetings.run(
            account_id, viewer=viewer, language=language, uow=uow, document_id=document_id or None
        )
    response = RedirectResponse(f"/queue/{made.summary.item.id}", status_code=303)
    code = "meeting_summed_up_with_updates" if made.updates else "meeting_summed_up"
    flash.leave(response, code, secure=application.settings.secure_cookies)
    return response


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
