"""What a person sees when a page cannot be shown: what happened and what to do, in their language.

Invariant: a page that is not there and one that the person may not see read the same.
"""

from contextlib import suppress
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api import security
from api.deps import SESSION_COOKIE
from api.errors import Failure
from api.localisation import mark as _
from api.web.links import with_query
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.errors import UnavailableError

_PAGES: dict[int, tuple[str, str]] = {
    HTTPStatus.FORBIDDEN: (_("You may not do this"), _("Ask a manager, or go back.")),
    HTTPStatus.NOT_FOUND: (
        _("This page does not exist"),
        _("It may have been removed, or it is not shared with you. Search for it, or ask its owner to share it."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (_("This address cannot be opened like this"), _("Start from the home page.")),
    HTTPStatus.CONFLICT: (_("Somebody was faster"), _("Open it again to see what it is now.")),
    HTTPStatus.UNPROCESSABLE_ENTITY: (_("This could not be used"), _("Go back, correct it and send it again.")),
    HTTPStatus.SERVICE_UNAVAILABLE: (_("Not available at the moment"), _("Try again in a minute.")),
    HTTPStatus.INSUFFICIENT_STORAGE: (_("The disk is full"), _("Nothing was saved. Tell the administrator.")),
}
_OTHERWISE = (_("Something went wrong"), _("Nothing was changed. Try again, or go back to the home page."))
_WITHOUT_DETAIL = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}


def _remember_viewer(request: Request) -> None:
    """Know who asks although no route was found, so that the page has its way on."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie is None or getattr(request.state, "viewer", None) is not None:
        return
    application: Application = request.app.state.application
    with suppress(UnavailableError), application.database.unit_of_work() as uow:
        session = application.people.session(cookie, uow=uow)
        if session is not None:
            request.state.viewer, request.state.csrf_token = session


def error_page(request: Request, failure: Failure) -> Response:
    """The page of a failure; who is not signed in is asked to, and comes back."""
    if failure.status == HTTPStatus.UNAUTHORIZED:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        wanted = here if request.method in {"GET", "HEAD"} and here != "/" else None
        return RedirectResponse(with_query("/sign-in", {"next": wanted}), status_code=HTTPStatus.SEE_OTHER)
    _remember_viewer(request)
    title, advice = _PAGES.get(failure.status, _OTHERWISE)
    # What a failing part advises is for whoever runs the installation; its code and log say more.
    operational = failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not failure.reference
    shown = failure.status not in _WITHOUT_DETAIL
    page = render(
        request,
        "error.html",
        status=failure.status,
        title=title,
        advice=failure.hint if shown and failure.hint and not operational else None,
        standard_advice=advice,
        detail=failure.detail if shown and failure.code != "http" else None,
        reference=failure.reference,
        status_code=failure.status,
    )
    # An unexpected error is answered outside the middleware that adds these.
    for name, value in security.HEADERS.items():
        page.headers.setdefault(name, value)
    page.headers.setdefault("Cache-Control", "no-store")
    return page
