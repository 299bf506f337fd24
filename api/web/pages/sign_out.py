"""Signing out: here at once, and at the identity provider where the session came from there.

Invariants: the session here is over before anything is asked of the provider, whatever becomes of that; the browser is
sent nowhere but to the place that the provider publishes, and comes back to one page of this site; what the provider
knows its session by lies in the person's own browser only, and goes with the session.
"""

import re
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import SESSION_COOKIE, ApplicationDep, UnitOfWorkDep, ViewerDep, same_secret
from api.routes.sessions import ID_TOKEN_COOKIE, SIGN_OUT_PATH, forget_provider
from api.web import flash
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.errors import UnavailableError
from copilot.identity.assembly import SIGNED_OUT
from copilot.people import SIGN_ON

router = APIRouter(include_in_schema=False)
_THERE = "/sign-out/provider"
_STATE = "sc_sign_out"
_LONGEST_TOKEN = 3_800
"""Browsers keep about 4,000 bytes in a cookie. Without the token the provider asks the person who is meant."""
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_LASTS = 600
"""Seconds in which a browser comes back from the provider."""


@router.post(SIGN_OUT_PATH)
def sign_out(request: Request, application: ApplicationDep, uow: UnitOfWorkDep, _viewer: ViewerDep) -> Response:
    """Close this browser's session, and go on to the provider if it was opened there."""
    way = application.people.sign_out(request.cookies.get(SESSION_COOKIE, ""), uow=uow)
    secure = application.settings.secure_cookies
    if way == SIGN_ON and application.sign_on is not None and application.sign_on.ends_there:
        # To a page of ours first: browsers that hold redirects of a form to `form-action` would end here.
        response = RedirectResponse(_THERE, status_code=HTTPStatus.SEE_OTHER)
        _put(response, _STATE, application.clock.new_token(), lasts=_LASTS, samesite="lax", secure=secure)
    else:
        response = RedirectResponse("/sign-in", status_code=HTTPStatus.SEE_OTHER)
        flash.leave(response, "signed_out", secure=secure)
        forget_provider(response)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@router.get(_THERE)
def sign_out_there(request: Request, application: ApplicationDep) -> Response:
    """Say that the session here is over, and send the browser on; or say that it is still signed in there."""
    state = request.cookies.get(_STATE)
    if not state or application.sign_on is None:
        return RedirectResponse("/sign-in", status_code=HTTPStatus.SEE_OTHER)
    address, is_away = None, False
    try:
        address = application.sign_on.sign_out_address(_id_token(request), state=state)
    except UnavailableError:
        is_away = True
    page = render(
        request, "sign_out.html", provider=application.sign_on.name, provider_address=address, provider_is_away=is_away
    )
    if not is_away:
        forget_provider(page)
    return page


@router.get(SIGNED_OUT)
def came_back(
    request: Request, application: ApplicationDep, state: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Where the provider sends the browser back to."""
    response = RedirectResponse("/sign-in", status_code=HTTPStatus.SEE_OTHER)
    expected = request.cookies.get(_STATE, "")
    if expected and same_secret(state, expected):
        flash.leave(response, "signed_out_there", secure=application.settings.secure_cookies)
        response.delete_cookie(_STATE, path=SIGN_OUT_PATH)
    return response


def remember_provider(response: Response, id_token: str, *, application: Application) -> None:
    """Have the browser keep what the provider will know its session by, for signing out and nothing else."""
    if len(id_token) <= _LONGEST_TOKEN and application.sign_on is not None and application.sign_on.ends_there:
        settings = application.settings
        lasts = settings.session_hours * 3600
        _put(response, ID_TOKEN_COOKIE, id_token, lasts=lasts, samesite="strict", secure=settings.secure_cookies)


def forget_signing_out(response: Response) -> None:
    """Have the browser forget that, and the way out that it was on: the session that begins is another one."""
    forget_provider(response)
    response.delete_cookie(_STATE, path=SIGN_OUT_PATH)


def _id_token(request: Request) -> str:
    kept = request.cookies.get(ID_TOKEN_COOKIE, "")
    return kept if len(kept) <= _LONGEST_TOKEN and _TOKEN.fullmatch(kept) else ""


def _put(
    response: Response, name: str, value: str, *, lasts: int, samesite: Literal["lax", "strict"], secure: bool
) -> None:
    """`lax`: it has to be there when another site leads back here."""
    response.set_cookie(name, value, max_age=lasts, httponly=True, samesite=samesite, secure=secure, path=SIGN_OUT_PATH)
