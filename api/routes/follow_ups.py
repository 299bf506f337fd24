"""Follow-up emails: what can be followed up, and asking for one. Nothing is sent from here."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.filed import filed
from api.routes.accounts import AccountId
from api.schemas.common import PROBLEMS
from api.schemas.queue_items import ReviewDetail
from copilot.domain.language import Language
from copilot.workflows.follow_up import Register, Variant
from copilot.workflows.follow_up.sources import SourceChoice

router = APIRouter(prefix="/api/v1/accounts/{account_id}/follow-ups", tags=["follow-ups"], responses=PROBLEMS)
_MOST_RECIPIENTS = 20
_LONGEST_ID = 100


class FollowUpRequest(BaseModel):
    """What to write. Whatever is left out is worked out from the conversation and the history."""

    model_config = ConfigDict(extra="forbid")

    request: str = Field(default="", max_length=2_000)
    """In the user's own words: it chooses the conversation where no id is given."""
    activity_id: str | None = Field(default=None, max_length=_LONGEST_ID)
    document_id: str | None = Field(default=None, max_length=_LONGEST_ID)
    recipient_contact_ids: tuple[Annotated[str, Field(max_length=_LONGEST_ID)], ...] = Field(
        default=(), max_length=_MOST_RECIPIENTS
    )
    language: Language | None = None
    form_of_address: Register | None = None
    variant: Variant = Variant.PLAIN


class Source(BaseModel):
    """A conversation that can be followed up."""

    document_id: str
    activity_id: str | None
    title: str
    day: date
    kind: Literal["email", "transcript"]
    people: tuple[str, ...]
    """Names of the customer's people who took part."""

    @classmethod
    def of(cls, choice: SourceChoice) -> "Source":
        """As the API shows it."""
        return cls(
            document_id=choice.document_id,
            activity_id=choice.activity_id,
            title=choice.title,
            day=choice.day,
            kind="email" if choice.kind.value == "email" else "transcript",
            people=choice.people,
        )


class Sources(BaseModel):
    """Conversations, newest first."""

    items: tuple[Source, ...]


@router.get("/sources")
def read_sources(account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Sources:
    """The calls and emails with this customer that can be followed up."""
    found = application.follow_ups.sources(account_id, viewer=viewer, uow=uow)
    return Sources(items=tuple(map(Source.of, found)))


@router.post("", status_code=201)
def make_follow_up(
    account_id: AccountId,
    wanted: Annotated[FollowUpRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewDetail:
    """Write a follow-up email, check it and put it in the queue."""
    made = application.follow_ups.run(
        account_id,
        viewer=viewer,
        language=wanted.language,
        uow=uow,
        request=wanted.request,
        activity_id=wanted.activity_id,
        document_id=wanted.document_id,
        recipient_contact_ids=wanted.recipient_contact_ids,
        register=wanted.form_of_address,
        variant=wanted.variant,
    )
    return filed(made.item, response=response, viewer=viewer, uow=uow, application=application)
