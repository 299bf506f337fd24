"""Account briefs: ask for one, read the newest."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.filed import filed
from api.files import file_response
from api.queue_reading import latest_brief
from api.routes.accounts import AccountId
from api.schemas.common import A_PDF, CONFLICT, PROBLEMS
from api.schemas.queue import etag
from api.schemas.queue_items import ReviewDetail
from copilot.approvals.service import ReviewView
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.workflows.brief.printed import print_item

router = APIRouter(prefix="/api/v1/accounts/{account_id}/briefs", tags=["briefs"], responses=PROBLEMS)
WrittenIn = Annotated[Language | None, Query(description="Only of those in this language; left out: in any.")]


class BriefRequest(BaseModel):
    """What to write."""

    language: Language


@router.post("", status_code=201)
def make_brief(
    account_id: AccountId,
    wanted: Annotated[BriefRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewDetail:
    """Write a brief from what you may see, check it and put it in the queue."""
    made = application.briefs.run(account_id, viewer=viewer, language=wanted.language, uow=uow)
    return filed(made.item, response=response, viewer=viewer, uow=uow, application=application)


@router.get("/latest/pdf", response_class=Response, responses=CONFLICT | A_PDF)
def read_latest_pdf(
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: WrittenIn = None,
) -> Response:
    """The same as a PDF, sources as footnotes; what is not approved says so on every page."""
    view = _latest(account_id, language=language, viewer=viewer, uow=uow, application=application)
    content, name = print_item(view.item.id, approvals=application.approvals, viewer=viewer, uow=uow)
    return file_response(content, name=name)


@router.get("/latest")
def read_latest(
    account_id: AccountId,
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: WrittenIn = None,
) -> ReviewDetail:
    """The newest brief that was not rejected or replaced by an edit."""
    view = _latest(account_id, language=language, viewer=viewer, uow=uow, application=application)
    response.headers["ETag"] = etag(view.item)
    return ReviewDetail.of(view)


def _latest(
    account_id: str, *, language: Language | None, viewer: Viewer, uow: UnitOfWork, application: Application
) -> ReviewView:
    view = latest_brief(account_id, language=language, approvals=application.approvals, viewer=viewer, uow=uow)
    if view is None:
        raise NotFound("There is no brief of such an account among those you may see.", hint="Ask for one.")
    return view
