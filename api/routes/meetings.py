"""Meetings: preparing one, and saying what came of one. Drafts for the queue; nothing is written to a CRM from here."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.filed import filed
from api.routes.accounts import AccountId
from api.schemas.common import PROBLEMS
from api.schemas.queue_items import ReviewDetail
from copilot.domain.language import Language
from knowledge.pasted import LONGEST, file_notes

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["meetings"], responses=PROBLEMS)
_Id = Annotated[str | None, Field(max_length=100)]


class PreparationRequest(BaseModel):
    """Which meeting. Whatever is left out is worked out from records and texts."""

    model_config = ConfigDict(extra="forbid")

    language: Language
    request: str = Field(default="", max_length=2_000)
    """In the user's own words: it is read for who comes."""
    attendee_contact_ids: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=20)


class SummaryRequest(BaseModel):
    """Which meeting: a text by id, pasted notes, or (neither) the one that `request` speaks of, else the latest."""

    model_config = ConfigDict(extra="forbid")

    language: Language
    request: str = Field(default="", max_length=2_000)
    document_id: _Id = None
    activity_id: _Id = None
    notes: str | None = Field(default=None, max_length=LONGEST)
    """Filed with the account as a note first."""
    held_on: date | None = None
    """Day of the meeting that `notes` tell of; today if unset."""


class MeetingSummary(BaseModel):
    """The summary, and the proposed CRM updates, each an item of its own."""

    summary: ReviewDetail
    updates: tuple[ReviewDetail, ...]


@router.post("/meeting-preparations", status_code=201)
def prepare_meeting(
    account_id: AccountId,
    wanted: Annotated[PreparationRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewDetail:
    """Prepare a meeting, check the draft and put it in the queue."""
    made = application.meetings.run(
        account_id,
        viewer=viewer,
        language=wanted.language,
        uow=uow,
        request=wanted.request,
        attendee_ids=wanted.attendee_contact_ids,
    )
    return filed(made.item, response=response, viewer=viewer, uow=uow, application=application)


@router.post("/meeting-summaries", status_code=201)
def sum_up_meeting(
    account_id: AccountId,
    wanted: Annotated[SummaryRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    application: ApplicationDep,
) -> MeetingSummary:
    """Sum up a meeting and propose what it changes in the CRM; everything goes to the queue."""
    document_id = wanted.document_id
    if wanted.notes is not None:
        document_id = file_notes(
            wanted.notes,
            account_id=account_id,
            viewer=viewer,
            database=application.database,
            day=wanted.held_on,
            after_import=lambda uow: application.after_import(uow=uow),
        )
    with application.database.unit_of_work() as uow:
        made = application.after_meetings.run(
            account_id,
            viewer=viewer,
            language=wanted.language,
            uow=uow,
            document_id=document_id,
            activity_id=wanted.activity_id,
            request=wanted.request,
        )
        views = [
            ReviewDetail.of(application.approvals.get(each.item.id, viewer=viewer, uow=uow))
            for each in (made.summary, *made.updates)
        ]
    response.headers["Location"] = f"/api/v1/queue/{made.summary.item.id}"
    return MeetingSummary(summary=views[0], updates=tuple(views[1:]))
