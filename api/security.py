"""Response headers that hold for every page, and a limit on request bodies.

Invariant: no inline script or style ever runs, nothing is loaded from elsewhere, pages cannot be framed.
"""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import optional_viewer
from api.errors import problem
from copilot.bootstrap import Application

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
    # Of what has a body: DELETE may, and its form is read for the token.
    if request.method in {"POST", "PUT", "PATCH"} or _announces_body(request):
        length = request.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return problem(411, code="length_required", detail="The request must say how long it is.")
        most = LARGER_BODIES.get(request.url.path, MAX_BODY_BYTES)
        if int(length) > most:
            return problem(413, code="too_large", detail=f"The request is larger than {most} bytes.")
        # A form is read before its route asks who sends it: strangers would have whole files kept for them.
        if int(length) > MAX_BODY_BYTES and not await run_in_threadpool(_is_signed_in, request):
            return problem(401, code="not_authenticated", detail="Sign in before you send a file of this size.")
    if "\0" in request.url.path or b"%00" in request.scope["query_string"]:
        return problem(400, code="null_character", detail="The address contains a null character.")
    try:
        response = await call_next(request)
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


def _announces_body(request: Request) -> bool:
    return bool({"content-length", "transfer-encoding"} & set(request.headers))


def _is_signed_in(request: Request) -> bool:
    application: Application = request.app.state.application
    with application.database.unit_of_work() as uow:
        return optional_viewer(request, application, uow, None) is not None
