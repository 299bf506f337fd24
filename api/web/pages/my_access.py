"""The browsers that one is signed in with, and one's tokens for programs.

Invariant: the secret of a token is on the page that answers its making and on no other.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import SESSION_COOKIE, ApplicationDep, UnitOfWorkDep, ViewerDep
from api.errors import Failure, failure_of
from api.web import flash
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.errors import InputError, NotAllowed
from copilot.identity import sessions, tokens
from copilot.identity.rules import LONGEST_NAME
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
_PAGE = "/my-access"
_DAYS = (7, 30, 90, 180, 366)
_USUAL_DAYS = 90


@router.get(_PAGE)
def my_access(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep) -> Response:
    """Own sessions and tokens."""
    return _page(request, viewer=viewer, uow=uow)


@router.post(f"{_PAGE}/tokens")
def create_token(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    name: Annotated[str, Form(max_length=200)] = "",
    days: Annotated[str, Form(max_length=3)] = "",
    reach: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """A token, with its secret on this answer only."""
    if getattr(request.state, "csrf_token", None) is None:
        raise NotAllowed("A token cannot make tokens.", hint="Sign in and make it there.")
    try:
        made = tokens.create_token(
            name,
            days=int(days) if days.isascii() and days.isdigit() else 0,
            read_only=reach != "write",
            people=application.people,
            viewer=viewer,
            uow=uow,
        )
    except InputError as error:
        return _page(request, viewer=viewer, uow=uow, failure=failure_of(request, error), name=name)
    return _page(request, viewer=viewer, uow=uow, made=made)


@router.post(f"{_PAGE}/tokens/{{token_id}}/revoke")
def revoke_token(
    token_id: Annotated[str, Path(max_length=64)], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """End a token."""
    ended = tokens.revoke_token(token_id, viewer=viewer, uow=uow)
    return _done("token_revoked", application, name=ended.name)


@router.post(f"{_PAGE}/sessions/end-others")
def end_other_sessions(
    request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """Sign out every other browser."""
    ended = sessions.end_other_sessions(request.cookies.get(SESSION_COOKIE), viewer=viewer, uow=uow)
    return _done("sessions_closed", application, number=str(ended))


@router.post(f"{_PAGE}/sessions/{{session_id}}/end")
def end_session(
    session_id: Annotated[str, Path(max_length=64)], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """Sign out one browser."""
    sessions.end_session(session_id, viewer=viewer, uow=uow)
    return _done("session_closed", application)


def _page(
    request: Request,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    failure: Failure | None = None,
    name: str = "",
    made: tokens.NewToken | None = None,
) -> Response:
    return render(
        request,
        "my_access.html",
        status=failure.status if failure else HTTPStatus.OK,
        sessions=sessions.own_sessions(viewer=viewer, uow=uow),
        current=sessions.current_of(request.cookies.get(SESSION_COOKIE)),
        tokens=tokens.own_tokens(viewer=viewer, uow=uow),
        made=made,
        failure=failure,
        name=name,
        days=_DAYS,
        usual_days=_USUAL_DAYS,
        longest=LONGEST_NAME,
    )


def _done(code: str, application: Application, **values: str) -> Response:
    response = RedirectResponse(_PAGE, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
