"""Saved views of the queue: keep, rename, share, open first, delete.

Invariant: a view keeps filters, never items; only its owner changes it. Errors come back beside the form.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.errors import Failure, failure_of
from api.web import flash
from api.web.queue_query import LONGEST_ADDRESS, QueueQuery, from_text
from api.web.queue_views import query_of, view_tabs
from api.web.templating import render
from copilot.approvals.saved_views import LONGEST_NAME
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.errors import Conflict, InputError
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
_PAGE = "/queue/views"

ViewId = Annotated[str, Path(max_length=64)]
Name = Annotated[str, Form(max_length=500)]
Ticked = Annotated[str, Form(max_length=10)]


@router.get("/queue/views")
def saved_views(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """The viewer's own views and those that the team shares."""
    return _page(request, viewer=viewer, uow=uow, application=application)


@router.post("/queue/views")
def create(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    name: Name = "",
    query: Annotated[str, Form(max_length=LONGEST_ADDRESS)] = "",
    shared: Ticked = "",
    default: Ticked = "",
) -> Response:
    """Keep the filters of a list under a name."""
    wanted = from_text(query).on_page(None)
    views = application.saved_views
    try:
        with uow.savepoint():
            view = views.create(
                name, wanted.filters(viewer), viewer=viewer, uow=uow, sort=wanted.sort, shared=bool(shared)
            )
            if default:
                views.open_with(view.id, viewer=viewer, uow=uow)
    except (InputError, Conflict) as error:
        failure = failure_of(request, error)
        return _page(
            request, viewer=viewer, uow=uow, application=application, failure=failure, unsaved=wanted, name=name
        )
    return _done(wanted.address, "view_saved", application, name=view.name)


@router.post("/queue/views/{view_id}")
def change(
    request: Request,
    view_id: ViewId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    name: Name = "",
    shared: Ticked = "",
) -> Response:
    """Rename an own view, share it or stop sharing it."""
    try:
        with uow.savepoint():
            view = application.saved_views.change(view_id, viewer=viewer, uow=uow, name=name, shared=bool(shared))
    except (InputError, Conflict) as error:
        failure = failure_of(request, error)
        return _page(request, viewer=viewer, uow=uow, application=application, failure=failure)
    return _done(_PAGE, "view_changed", application, name=view.name)


@router.post("/queue/views/{view_id}/default")
def open_first(
    view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, on: Ticked = ""
) -> Response:
    """Let the queue open with this view, or with none."""
    view = application.saved_views.get(view_id, viewer=viewer, uow=uow)
    application.saved_views.open_with(view.id if on else None, viewer=viewer, uow=uow)
    return _done(_PAGE, "view_default" if on else "view_no_default", application, name=view.name)


@router.post("/queue/views/{view_id}/delete")
def delete(view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Remove an own view, for the team too."""
    view = application.saved_views.get(view_id, viewer=viewer, uow=uow)
    application.saved_views.delete(view_id, viewer=viewer, uow=uow)
    query = query_of(view.filters, view.sort, viewer=viewer).saved_text
    ticks = {"shared": view.shared, "default": view.is_default}
    undo = {"name": view.name, "query": query} | {name: "yes" for name, is_on in ticks.items() if is_on}
    response = RedirectResponse(_PAGE, status_code=HTTPStatus.SEE_OTHER)
    secure = application.settings.secure_cookies
    flash.leave_with_undo(response, "view_deleted", undo, secure=secure, name=view.name)
    return response


def _page(
    request: Request,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    application: Application,
    failure: Failure | None = None,
    unsaved: QueueQuery | None = None,
    name: str = "",
) -> Response:
    tabs = view_tabs(application.saved_views.all(viewer=viewer, uow=uow), None, viewer=viewer)
    return render(
        request,
        "saved_views.html",
        status=failure.status if failure else HTTPStatus.OK,
        own=[tab for tab in tabs if not tab.owner_name],
        others=[tab for tab in tabs if tab.owner_name],
        failure=failure,
        unsaved=unsaved,
        name=name,
        longest=LONGEST_NAME,
    )


def _done(address: str, code: str, application: Application, **values: str) -> Response:
    response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
