"""What routes depend on: the application, one transaction per request, the viewer, CSRF protection.

Invariants: the transaction commits before the response is sent (`scope="function"`), so a failing commit is
an error for the client; identity comes from a session cookie or a bearer token, never from the request body; a token
that may only read changes nothing, on any route; what a program looks at counts as read by nobody.
"""

import secrets
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from api.languages import language_of
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import NotAllowed, NotAuthenticated
from copilot.store.database import UnitOfWork
from copilot.store.ways_in import WaysIn

SESSION_COOKIE = "sc_session"
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf_token"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

bearer = HTTPBearer(auto_error=False, description="An API token made with `sales-copilot users token`.")


def get_application(request: Request) -> Application:
    """The application this server was built with."""
    application: Application = request.app.state.application
    return application


ApplicationDep = Annotated[Application, Depends(get_application)]


def unit_of_work(request: Request, application: ApplicationDep) -> Iterator[UnitOfWork]:
    """One transaction for the whole request."""
    with application.database.unit_of_work() as uow:
        yield uow
        if getattr(request.state, "read_only", False):
            # Reading notes things as well: how far somebody came with the first steps, which a program did not.
            uow.session.rollback()


UnitOfWorkDep = Annotated[UnitOfWork, Depends(unit_of_work, scope="function")]


def optional_viewer(
    request: Request, application: ApplicationDep, uow: UnitOfWorkDep, _documented: Annotated[object, Depends(bearer)]
) -> Viewer | None:
    """The signed-in person, if any. Remembers the CSRF token of a browser session on the request."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        used = application.people.by_api_token(token.strip(), uow=uow)
        if used is None:
            return None
        if used.to_be_noted:
            # Aside: nobody who revokes it waits for a request that takes long.
            with application.database.unit_of_work_aside() as aside:
                WaysIn(aside).token_used(used.id)
        request.state.viewer, request.state.read_only, request.state.by_program = used.viewer, used.read_only, True
        return used.viewer
    cookie = request.cookies.get(SESSION_COOKIE)
    session = application.people.session(cookie, uow=uow) if cookie else None
    if cookie is None or session is None:
        return None
    if session.to_be_noted:
        with application.database.unit_of_work_aside() as aside:
            application.people.note_session(cookie, uow=aside)
    # Kept for what is rendered after the route has failed: the page that says so, in the person's language.
    request.state.viewer, request.state.csrf_token = session.viewer, session.csrf_token
    return session.viewer


OptionalViewerDep = Annotated[Viewer | None, Depends(optional_viewer)]


def is_in_person(request: Request) -> bool:
    """Whether somebody looks by themselves, in a browser they signed in with; a token is a program's."""
    return not getattr(request.state, "by_program", False)


async def signed_in_viewer(request: Request, viewer: OptionalViewerDep) -> Viewer:
    """The signed-in person; for a browser session that changes something, the CSRF token is checked.

    Raises NotAuthenticated or NotAllowed.
    """
    if viewer is None:
        raise NotAuthenticated("You are not signed in.", hint="Sign in, or send an API token.")
    if request.method in _SAFE_METHODS:
        return viewer
    if getattr(request.state, "read_only", False):
        raise NotAllowed("This token may only read.", hint="Make one that may also change things.")
    expected = getattr(request.state, "csrf_token", None)
    if expected is not None:
        await _check_csrf(request, expected=expected)
    return viewer


ViewerDep = Annotated[Viewer, Depends(signed_in_viewer)]


async def viewer_alone(
    request: Request, application: ApplicationDep, _documented: Annotated[object, Depends(bearer)]
) -> Viewer:
    """The signed-in person, found in a transaction that is over before the route begins.

    For routes that wait long or work in transactions of their own: they hold no connection meanwhile. Raises
    NotAuthenticated or NotAllowed.
    """

    def known() -> Viewer | None:
        with application.database.unit_of_work() as uow:
            return optional_viewer(request, application, uow, None)

    return await signed_in_viewer(request, await run_in_threadpool(known))


ViewerAloneDep = Annotated[Viewer, Depends(viewer_alone)]


def wanted_language(request: Request, _viewer: OptionalViewerDep) -> Language:
    """The language to answer in; known once it is known who asks."""
    return language_of(request)


LanguageDep = Annotated[Language, Depends(wanted_language)]


def same_secret(sent: str, expected: str) -> bool:
    """Compare in the same time whatever was sent, broken characters included."""
    return secrets.compare_digest(sent.encode(errors="replace"), expected.encode(errors="replace"))


async def _check_csrf(request: Request, *, expected: str) -> None:
    sent = request.headers.get(CSRF_HEADER)
    if sent is None:
        value = (await request.form()).get(CSRF_FIELD)
        sent = value if isinstance(value, str) else None
    if sent is None or not same_secret(sent, expected):
        raise NotAllowed("This form is out of date.", hint="Reload the page and try again.")
