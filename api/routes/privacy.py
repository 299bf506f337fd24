"""What is held about a person: see it, hand it over, erase it. For administrators.

Invariants: whom it is about travels in the body, never in an address, which is logged; a request only asks for an
erasure, and the worker does it; what is told of one counts and names no one.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.erasures import ErasureId, ErasureProgress, progress_of
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.erasure import Reason
from copilot.domain.language import Language
from copilot.privacy.rendering import to_dict
from copilot.store.database import UnitOfWork

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
    remove_released_files: bool = False
    """Files on the server that went out before and name the person are deleted too; else they are only listed."""


class Held(BaseModel):
    """How much is held, by place."""

    counts: dict[str, int]
    released_files: int
    shared_with_others: list[str]
    """What would be left, because others have it too or it is an ordinary word."""


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


@router.post("/erase", status_code=202, responses=CONFLICT)
def erase(
    wanted: Annotated[ErasureRequest, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    response: Response,
) -> ErasureProgress:
    """Ask for a person's erasure everywhere; the worker does it, and `state_url` says how far it is.

    It can be withdrawn until the worker begins; what is erased cannot be brought back. From now on imports keep the
    person out and nothing may be sent to them. Whoever asks for somebody whose erasure is open gets that one; asking
    again once it is done changes nothing.
    """
    person = application.privacy.identify(wanted.person, viewer=viewer, uow=uow, account=wanted.account)
    erasure_id = application.privacy.confirm(
        person, reason=wanted.reason, viewer=viewer, uow=uow, remove_files=wanted.remove_released_files
    )
    return _accepted(erasure_id, viewer=viewer, uow=uow, application=application, language=language, response=response)


@router.get("/erasures/{erasure_id}")
def show_erasure(
    erasure_id: ErasureId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> ErasureProgress:
    """How far an erasure is, and what it did; it names nobody."""
    record = application.privacy.one(erasure_id, viewer=viewer, uow=uow)
    return progress_of(record, uow=uow, application=application, language=language)


@router.post("/erasures/{erasure_id}/again", status_code=202, responses=CONFLICT)
def try_again(
    erasure_id: ErasureId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    response: Response,
) -> ErasureProgress:
    """Have an erasure that failed tried again. Conflict if it did not fail."""
    application.privacy.again(erasure_id, viewer=viewer, uow=uow)
    return _accepted(erasure_id, viewer=viewer, uow=uow, application=application, language=language, response=response)


@router.delete("/erasures/{erasure_id}", status_code=204, responses=CONFLICT)
def withdraw(erasure_id: ErasureId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> None:
    """Withdraw an erasure that nobody has begun, or that failed. Conflict if it is begun or done.

    Nothing of the request is kept but the audit chain: imports bring the person again, and they may be written to as
    before.
    """
    application.privacy.withdraw(erasure_id, viewer=viewer, uow=uow)


def _accepted(
    erasure_id: str,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    application: Application,
    language: Language,
    response: Response,
) -> ErasureProgress:
    record = application.privacy.one(erasure_id, viewer=viewer, uow=uow)
    progress = progress_of(record, uow=uow, application=application, language=language)
    response.headers["location"] = progress.state_url
    return progress
