"""Response headers that hold for every page, and a limit on request bodies.

Invariants: no inline script or style ever runs, nothing is loaded from elsewhere, pages cannot be framed; what is
refused before its route is told as any other failure is: a page to people, problem details to programs.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import optional_viewer
from api.errors import Failure
from api.languages import language_of
from api.localisation import mark as _
from api.localisation import translate
from copilot.bootstrap import Application
from copilot.errors import UnavailableError

MAX_BODY_BYTES = 2_000_000
_TAKE_FILES = (
    "/api/v1/rfps",
    "/rfps",
    "/api/v1/answer-library/imports",
    "/answer-library/imports",
    "/api/v1/admin/uploads",
    "/admin/sources/uploads",
)
LARGER_BODIES = dict.fromkeys(_TAKE_FILES, 32_000_000)
"""Bytes that people who are signed in may send to what takes whole files."""
_NO_LENGTH = _("The request must say how long it is.")
_TOO_LARGE = _("What was sent is too large: it may have %(most)s MB at most.")
_STRANGER = _("Sign in before you send a file of this size.")
_NULL_CHARACTER = _("The address contains a null character.")
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class HeadAsGet:
    """Answers HEAD as GET without the body, for monitors and link checkers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else through."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, without_body)


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse bodies that are too large or of unknown length, add the headers, keep private pages out of caches."""
    refused = await _refused(request)
    try:
        told = await run_in_threadpool(_told, request, refused) if refused is not None else None
        response = await call_next(request) if told is None else told
    except Exception as error:  # noqa: BLE001 - the outermost loop of the HTTP app
        # Answered here, because the server would log the error's own words, which may quote data.
        response = request.app.state.unexpected(request, error)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    application: Application = request.app.state.application
    if application.settings.secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.url.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _refused(request: Request) -> Failure | None:
    """Why the request is not even begun, in English; none where nothing speaks against it."""
    # Of what has a body: DELETE may, and its form is read for the token.
    if request.method in {"POST", "PUT", "PATCH"} or _announces_body(request):
        length = request.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return Failure(HTTPStatus.LENGTH_REQUIRED, code="length_required", detail=_NO_LENGTH)
        if int(length) > _most(request):
            return Failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="too_large", detail=_TOO_LARGE)
        # A form is read before its route asks who sends it: strangers would have whole files kept for them.
        if int(length) > MAX_BODY_BYTES and not await run_in_threadpool(_is_signed_in, request):
            return Failure(HTTPStatus.UNAUTHORIZED, code="not_authenticated", detail=_STRANGER)
    if "\0" in request.url.path or b"%00" in request.scope["query_string"]:
        return Failure(HTTPStatus.BAD_REQUEST, code="null_character", detail=_NULL_CHARACTER)
    return None


def _told(request: Request, refused: Failure) -> Response:
    """The refusal in the language of whoever asks, who is not known before the route."""
    with suppress(UnavailableError):
        _is_signed_in(request)
    language = language_of(request)
    detail = translate(refused.detail, language=language)
    if refused.detail == _TOO_LARGE:
        detail %= {"most": _most(request) // 1_000_000}
    answer: Response = request.app.state.failed(request, replace(refused, detail=detail))
    return answer


def _most(request: Request) -> int:
    """Bytes that a request to this address may have."""
    return LARGER_BODIES.get(request.url.path, MAX_BODY_BYTES)


def _announces_body(request: Request) -> bool:
    return bool({"content-length", "transfer-encoding"} & set(request.headers))


def _is_signed_in(request: Request) -> bool:
    application: Application = request.app.state.application
    with application.database.unit_of_work() as uow:
        return optional_viewer(request, application, uow, None) is not None
