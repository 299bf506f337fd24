"""What is held about a person: see it, hand it over, erase it. For administrators.

Invariant: whom it is about travels in the body, never in an address, which is logged; the answer of an erasure counts
and names no one.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import CONFLICT, PROBLEMS
from copilot.privacy.rendering import to_dict
from copilot.privacy.service import Reason

router = APIRouter(prefix="/api/v1/privacy", tags=["privacy"], responses=PROBLEMS)


class PersonQuery(BaseModel):
    """Who is meant."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(min_length=1, max_length=320)
    """Email, telephone, contact id or full name."""
    account: str | None = Field(default=None, max_length=200)
    """Name or id of the person's account."""


class ErasureRequest(PersonQuery):
    """Who is to be erased, and why."""

    reason: Reason


class Held(BaseModel):
    """How much is held, by place."""

    counts: dict[str, int]
    released_files: int
    shared_with_others: list[str]
    """What would be left, because others have it too or it is an ordinary word."""


class Erased(BaseModel):
    """What an erasure did."""

    erasure_id: str | None
    """None: there was nothing to erase."""
    contacts: int
    rows: dict[str, int]
    passages: int
    draft_versions: int
    drafts_made_stale: int
    released_files: list[str]
    """Files that went out before and still name the person; whoever runs the installation deletes them."""
    shared_with_others: list[str]


@router.post("/preview")
def preview(
    wanted: Annotated[PersonQuery, Body()], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Held:
    """How much is held about a person, and what an erasure would leave."""
    found = application.privacy.find(wanted.person, viewer=viewer, uow=uow, account=wanted.account)
    return Held(counts=found.counts, released_files=len(found.files), shared_with_others=list(found.person.shared))


@router.post("/export")
def export(
    wanted: Annotated[PersonQuery, Body()], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> dict[str, Any]:
    """Everything held about a person, with where it is from and its dates. Recorded in the audit chain."""
    found = application.privacy.export(wanted.person, viewer=viewer, uow=uow, account=wanted.account)
    return to_dict(found, now=uow.clock.now())


@router.post("/erase", responses=CONFLICT)
def erase(
    wanted: Annotated[ErasureRequest, Body()], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Erased:
    """Erase a person everywhere. It cannot be undone; doing it again changes nothing."""
    report = application.privacy.erase(
        wanted.person, reason=wanted.reason, viewer=viewer, uow=uow, account=wanted.account
    )
    return Erased(
        erasure_id=report.erasure_id,
        contacts=report.contacts,
        rows=report.rows,
        passages=report.passages,
        draft_versions=report.drafts,
        drafts_made_stale=report.drafts_made_stale,
        released_files=[file.path for file in report.files],
        shared_with_others=list(report.shared),
    )
