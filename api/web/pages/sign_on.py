"""Signing in through the company's identity provider: there and back.

Invariants: the browser that comes back is the one that went; where it goes on to is a page of this site, whatever the
address said; what went wrong stands on the page to sign in on.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import SESSION_COOKIE, ApplicationDep
from api.errors import STATUS
from api.localisation import mark as _
from api.routes.sessions import browser_name, origin_of
from api.web.links import safe_next
from api.web.pages.sessions import entered, said, sign_in_form
from api.web.pages.sign_out import remember_provider
from copilot.bootstrap import Application
from copilot.errors import CopilotError, NotAuthenticated, NotFound, TooFast, UnavailableError
from copilot.identity.sign_on import LASTS, Answer, SingleSignOn

router = APIRouter(include_in_schema=False)
FLOW_COOKIE = "sc_sign_on"
_PATH = "/sign-in/sso"
_CANCELLED = _("You did not sign in at your identity provider. Try again when you want to.")


@router.get(_PATH)
def begin(
    request: Request,
    application: ApplicationDep,
    following: Annotated[str, Query(alias="next", max_length=2_000)] = "",
) -> Response:
    """Send the browser to the provider."""
    try:
        begun = _sign_on(application).begin(safe_next(following), origin=origin_of(request))
    except (TooFast, UnavailableError) as error:
        return _refused(request, error, application=application)
    response = RedirectResponse(begun.address, status_code=HTTPStatus.SEE_OTHER)
    response.set_cookie(
        FLOW_COOKIE,
        begun.browser_secret,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",  # the provider's page leads back here
        secure=application.settings.secure_cookies,
        path=_PATH,
    )
    return response


@router.get(f"{_PATH}/callback")
def finish(
    request: Request,
    application: ApplicationDep,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4_000)] = "",
    issuer: Annotated[str | None, Query(alias="iss", max_length=2_000)] = None,
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Open a session for whom the provider names."""
    sign_on = _sign_on(application)
    if error == "access_denied":
        return _refused(request, NotAuthenticated(_CANCELLED), application=application)
    answer = Answer(state, code, issuer, request.cookies.get(FLOW_COOKIE, ""))
    before = request.cookies.get(SESSION_COOKIE)
    try:
        came = sign_on.finish(answer, browser=browser_name(request), before=before)
    except (NotAuthenticated, UnavailableError) as failure:
        return _refused(request, failure, application=application)
    response = entered(request, came.signed_in, following=came.following, application=application)
    remember_provider(response, came.id_token, application=application)
    response.delete_cookie(FLOW_COOKIE, path=_PATH)
    return response


def _sign_on(application: Application) -> SingleSignOn:
    if application.sign_on is None:
        raise NotFound("There is no single sign-on here.", hint="Sign in with your password.")
    return application.sign_on


def _refused(request: Request, error: CopilotError, *, application: Application) -> Response:
    # Who may not come in is known and refused; asking for a password with 401 would lead nowhere.
    status = HTTPStatus.FORBIDDEN if isinstance(error, NotAuthenticated) else STATUS[type(error)]
    response = sign_in_form(request, application=application, following="", problem=said(request, error), status=status)
    response.delete_cookie(FLOW_COOKIE, path=_PATH)
    return response
