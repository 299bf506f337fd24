"""Choosing a password by a link that an administrator made.

Invariants: opening the link uses nothing up, so that what looks at links in mails does no harm; a link that never was,
one that was used and one that has run out read the same.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import SESSION_COOKIE, ApplicationDep, UnitOfWorkDep
from api.errors import Failure, failure_of
from api.localisation import mark as _
from api.web import flash
from api.web.templating import render
from copilot.errors import CopilotError, InputError, NotFound
from copilot.identity.links import choose_password, holder_of
from copilot.people import MINIMUM_PASSWORD_LENGTH

router = APIRouter(include_in_schema=False)
Secret = Annotated[str, Path(max_length=200)]
_DIFFERENT = _("The two passwords differ.")
_DIFFERENT_HINT = _("Type the same one twice.")


@router.get("/password/{secret}")
def form(request: Request, secret: Secret, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """The form, for who holds a live link."""
    try:
        person = holder_of(secret, people=application.people, uow=uow)
    except NotFound as error:
        return _page(request, secret, failure=failure_of(request, error), status=HTTPStatus.NOT_FOUND)
    return _page(request, secret, email=person.viewer.email)


@router.post("/password/{secret}")
def choose(
    request: Request,
    secret: Secret,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    password: Annotated[str, Form(max_length=1024)] = "",
    again: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Keep the password, end the link, and go to sign in."""
    try:
        person = holder_of(secret, people=application.people, uow=uow)
    except NotFound as error:
        return _page(request, secret, failure=failure_of(request, error), status=HTTPStatus.NOT_FOUND)
    try:
        if password != again:
            raise InputError(_DIFFERENT, hint=_DIFFERENT_HINT)
        choose_password(secret, password, people=application.people, uow=uow)
    except CopilotError as error:
        failure = failure_of(request, error)
        return _page(request, secret, email=person.viewer.email, failure=failure, status=failure.status)
    response = RedirectResponse("/sign-in", status_code=HTTPStatus.SEE_OTHER)
    response.delete_cookie(SESSION_COOKIE, path="/")
    flash.leave(response, "password_chosen", secure=application.settings.secure_cookies)
    return response


def _page(
    request: Request, secret: str, *, email: str = "", failure: Failure | None = None, status: int = HTTPStatus.OK
) -> Response:
    page = render(
        request,
        "password_link.html",
        status=status,
        secret=secret,
        email=email,
        failure=failure,
        least=MINIMUM_PASSWORD_LENGTH,
    )
    # The address is the secret: what the page loads, and where it leads, is not told it.
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
