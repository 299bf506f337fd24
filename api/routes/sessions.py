"""Signing in and out for programs that keep cookies, and who one is."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.deps import SESSION_COOKIE, ApplicationDep, UnitOfWorkDep, ViewerDep
from api.errors import problem
from copilot.domain.access import Viewer
from copilot.identity.sessions import browser_of
from copilot.people import SignedIn
from copilot.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["sessions"])
SIGN_OUT_PATH = "/sign-out"
ID_TOKEN_COOKIE = "sc_id_token"  # noqa: S105 - its name


class Credentials(BaseModel):
    """What a person signs in with."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1024)


class Me(BaseModel):
    """The signed-in person and, for a browser session, the token that unsafe requests must send back."""

    viewer: Viewer
    csrf_token: str | None = None


def origin_of(request: Request) -> str:
    """The address that failures are counted for."""
    return request.client.host if request.client else "unknown"


def browser_name(request: Request) -> str | None:
    """What its owner knows the browser by."""
    return browser_of(request.headers.get("user-agent", ""))


def set_session_cookie(response: Response, signed_in: SignedIn, *, settings: Settings) -> None:
    """Hand the session to the browser: not readable by scripts, not sent from other sites."""
    response.set_cookie(
        SESSION_COOKIE,
        signed_in.token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
        path="/",
    )


def forget_provider(response: Response) -> None:
    """Have the browser forget what the identity provider knows its session by."""
    response.delete_cookie(ID_TOKEN_COOKIE, path=SIGN_OUT_PATH)


@router.post("/sessions", response_model=Me)
def sign_in(
    credentials: Annotated[Credentials, Body()], request: Request, application: ApplicationDep, uow: UnitOfWorkDep
) -> Response:
    """Sign in with email and password; sets the session cookie."""
    signed_in = application.people.sign_in(
        credentials.email, credentials.password, origin=origin_of(request), uow=uow, browser=browser_name(request)
    )
    if signed_in is None:
        return problem(401, code="not_authenticated", detail="Email or password is wrong.")
    response = JSONResponse(Me(viewer=signed_in.viewer, csrf_token=signed_in.csrf_token).model_dump(mode="json"))
    set_session_cookie(response, signed_in, settings=application.settings)
    return response


@router.delete("/sessions/current", status_code=204)
def sign_out(request: Request, application: ApplicationDep, uow: UnitOfWorkDep, _viewer: ViewerDep) -> Response:
    """Sign out this browser here. A session at an identity provider ends where a person signs out on the pages."""
    application.people.sign_out(request.cookies.get(SESSION_COOKIE, ""), uow=uow)
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, path="/")
    forget_provider(response)
    return response


@router.get("/me")
def me(request: Request, viewer: ViewerDep) -> Me:
    """Who this request acts for."""
    return Me(viewer=viewer, csrf_token=getattr(request.state, "csrf_token", None))
