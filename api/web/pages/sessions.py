"""Signing in with a password, and the language a person works in."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import (
    CSRF_FIELD,
    SESSION_COOKIE,
    ApplicationDep,
    OptionalViewerDep,
    UnitOfWorkDep,
    ViewerDep,
    same_secret,
)
from api.languages import LANGUAGE_COOKIE, known_language, language_of
from api.localisation import mark as _
from api.localisation import translate_error
from api.routes.sessions import browser_name, origin_of, set_session_cookie
from api.web.links import safe_next, with_query
from api.web.pages.sign_out import forget_signing_out
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.language import Language
from copilot.errors import CopilotError, NotAuthenticated
from copilot.people import SignedIn
from copilot.store.people import PeopleRepository

router = APIRouter(include_in_schema=False)
FORM_COOKIE = "sc_form"
_YEAR = 365 * 24 * 3600
_WRONG = _("Email or password is wrong.")
_STALE_FORM = _("This form was out of date. Sign in again.")


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    viewer: OptionalViewerDep,
    application: ApplicationDep,
    following: Annotated[str, Query(alias="next", max_length=2_000)] = "",
    language: Annotated[str, Query(max_length=2)] = "",
) -> Response:
    """The form. Who is signed in already goes on."""
    if viewer is not None:
        return RedirectResponse(safe_next(following), status_code=303)
    chosen = known_language(language)
    if chosen is not None:
        address = with_query("/sign-in", {"next": safe_next(following) if following else None})
        response: Response = RedirectResponse(address, status_code=303)
        remember_language(response, chosen, secure=application.settings.secure_cookies)
        return response
    return sign_in_form(request, application=application, following=following)


@router.post("/sign-in")
def sign_in(
    request: Request,
    application: ApplicationDep,
    uow: UnitOfWorkDep,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    following: Annotated[str, Form(alias="next", max_length=2_000)] = "",
    csrf_token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Open a session and go on to the page that was asked for."""
    expected = request.cookies.get(FORM_COOKIE, "")
    if not expected or not same_secret(csrf_token, expected):
        return sign_in_form(
            request, application=application, following=following, email=email, problem=_STALE_FORM, status=403
        )
    try:
        signed_in = application.people.sign_in(
            email, password, origin=origin_of(request), uow=uow, browser=browser_name(request)
        )
    except NotAuthenticated as error:
        return sign_in_form(
            request, application=application, following=following, email=email, problem=said(request, error), status=429
        )
    if signed_in is None:
        return sign_in_form(
            request, application=application, following=following, email=email, problem=_WRONG, status=401
        )
    before = request.cookies.get(SESSION_COOKIE)
    if before:
        application.people.sign_out(before, uow=uow)
    return entered(request, signed_in, following=following, application=application)


def entered(request: Request, signed_in: SignedIn, *, following: str, application: Application) -> Response:
    """Go on to the page that was asked for, with the new session."""
    response = RedirectResponse(safe_next(following), status_code=303)
    set_session_cookie(response, signed_in, settings=application.settings)
    secure = application.settings.secure_cookies
    remember_language(response, known_language(signed_in.viewer.language) or language_of(request), secure=secure)
    response.delete_cookie(FORM_COOKIE, path="/sign-in")
    # Of the sign-in before: another person's, or of another session at the provider.
    forget_signing_out(response)
    return response


@router.post("/language")
def change_language(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: Annotated[Language, Form()],
    following: Annotated[str, Form(alias="next", max_length=2_000)] = "",
) -> Response:
    """Work in this language from now on."""
    PeopleRepository(uow).set_language(viewer.user_id, language.value)
    response = RedirectResponse(safe_next(following), status_code=303)
    remember_language(response, language, secure=application.settings.secure_cookies)
    return response


def remember_language(response: Response, language: Language, *, secure: bool) -> None:
    """Let pages for which nobody is signed in speak this language too."""
    response.set_cookie(
        LANGUAGE_COOKIE, language.value, max_age=_YEAR, httponly=True, samesite="lax", secure=secure, path="/"
    )


def _words(request: Request, message: str) -> str:
    return translate_error(message, language=language_of(request))


def said(request: Request, error: CopilotError) -> str:
    """An error in one sentence or two."""
    return f"{_words(request, error.message)} {_words(request, error.hint)}".strip()


def sign_in_form(
    request: Request,
    *,
    application: Application,
    following: str,
    email: str = "",
    problem: str | None = None,
    status: int = 200,
) -> Response:
    """The page to sign in on, with what went wrong before."""
    token = request.cookies.get(FORM_COOKIE) or application.clock.new_token()
    page = render(
        request,
        "sign_in.html",
        status=status,
        form_token=token,
        csrf_field=CSRF_FIELD,
        following=safe_next(following) if following else "",
        email=email,
        problem=problem and _words(request, problem),
        sign_on=application.sign_on,
        passwords_are_off=application.people.passwords_are_off,
    )
    page.set_cookie(
        FORM_COOKIE,
        token,
        max_age=3600,
        httponly=True,
        samesite="strict",
        secure=application.settings.secure_cookies,
        path="/sign-in",
    )
    return page
