"""What a person sees when a page cannot be shown: what happened and what to do, in their language.

Invariant: a page that is not there and one that the person may not see read the same.
"""

import re
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api import security
from api.deps import SESSION_COOKIE
from api.errors import Failure
from api.localisation import mark as _
from api.web import flash
from api.web.links import safe_next, with_query
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
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        _("This is too large"),
        _("Nothing was saved. Go back and send less at once."),
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (_("This could not be used"), _("Go back, correct it and send it again.")),
    HTTPStatus.SERVICE_UNAVAILABLE: (_("Not available at the moment"), _("Try again in a minute.")),
    HTTPStatus.INSUFFICIENT_STORAGE: (_("The disk is full"), _("Nothing was saved. Tell the administrator.")),
}
_OTHERWISE = (_("Something went wrong"), _("Nothing was changed. Try again, or go back to the home page."))
_ITEM_ACTION = re.compile(r"(/queue/review_[A-Za-z0-9_-]{1,100})/")
_LOSES_NOTHING = {"/sign-out", "/language", "/theme", "/first-steps"}
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
            request.state.viewer, request.state.csrf_token = session.viewer, session.csrf_token


def _to_sign_in(request: Request) -> Response:
    """Ask who it is. Whoever sent a form comes back to the page it was on, and is told that nothing was saved."""
    reading = request.method in {"GET", "HEAD"}
    wanted = _path_of(request.url.path, request.url.query) if reading else page_of_form(request)
    address = with_query("/sign-in", {"next": None if wanted == "/" else wanted})
    response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    if not reading and request.url.path not in _LOSES_NOTHING:
        application: Application = request.app.state.application
        flash.leave(response, "session_ended", secure=application.settings.secure_cookies)
    return response


def page_of_form(request: Request) -> str:
    """The page that a form was sent from: the item that was acted on, else where the browser says that it was.

    Always a path of this site, which can be opened; the home page where nothing is known.
    """
    sent_from = urlsplit(request.headers.get("referer", ""))
    known = sent_from.netloc == request.headers.get("host")
    item = _ITEM_ACTION.match(request.url.path)
    if item is not None:
        same = known and sent_from.path == item.group(1)
        return safe_next(_path_of(item.group(1), sent_from.query if same else ""))
    if not known:
        return "/"
    before = _ITEM_ACTION.match(sent_from.path)
    return safe_next(before.group(1) if before else _path_of(sent_from.path, sent_from.query))


def _path_of(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def error_page(request: Request, failure: Failure) -> Response:
    """The page of a failure; who is not signed in is asked to, and comes back."""
    if failure.status == HTTPStatus.UNAUTHORIZED:
        return _to_sign_in(request)
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
