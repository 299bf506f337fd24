"""Typed errors as RFC 9457 problem details for programs and as pages for people.

Invariant: every error of `copilot.errors` has a status here (a test checks it); an unexpected error tells the
client nothing but an id to ask for, and is logged with it.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePath

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.languages import API_PREFIX, language_of
from api.localisation import mark as _
from api.localisation import translate_error
from copilot import errors
from copilot.bootstrap import Application
from copilot.telemetry import get_logger

_log = get_logger(__name__)

STATUS: dict[type[errors.CopilotError], HTTPStatus] = {
    errors.CopilotError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.BudgetExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    errors.PromptTooLong: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnreadableFile: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.MappingError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    errors.TooFast: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.DigestMismatch: HTTPStatus.CONFLICT,
    errors.PromptError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ModelOutputError: HTTPStatus.BAD_GATEWAY,
    errors.GuardrailFailure: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.MailUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.MailRefused: HTTPStatus.BAD_GATEWAY,
    errors.OutcomeUnknown: HTTPStatus.BAD_GATEWAY,
}

PROBLEM = "application/problem+json"
_INVALID = _("The request cannot be used.")
_UNEXPECTED = _("Something went wrong on our side.")
_UNEXPECTED_HINT = _("Try again. If it happens again, tell the administrator this number.")


@dataclass(frozen=True, slots=True)
class Failure:
    """What the client is told, in its language."""

    status: int
    code: str
    detail: str
    hint: str = ""
    reference: str = ""
    """Number to ask the administrator about; only for unexpected errors."""


class Precondition(Exception):
    """The request must name the state that it is about (428), or named another one (412)."""

    def __init__(
        self, status: HTTPStatus, *, code: str, detail: str, hint: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.hint = status, code, detail, hint
        self.headers = headers or {}


ErrorPage = Callable[[Request, Failure], Response]
"""Renders a failure for people."""


def problem(
    status: int, *, code: str, detail: str, hint: str = "", extra: dict[str, object] | None = None
) -> JSONResponse:
    """An RFC 9457 body. `code` is stable for programs, `detail` and `hint` are for people."""
    body = {"type": f"about:blank#{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    body |= {"detail": detail} | ({"hint": hint} if hint else {}) | (extra or {})
    return JSONResponse(body, status_code=status, media_type=PROBLEM)


def install(app: FastAPI, *, page: ErrorPage) -> None:
    """Map every error to problem details under /api, and to a page elsewhere."""

    def answer(request: Request, failure: Failure, extra: dict[str, object] | None = None) -> Response:
        if not request.url.path.startswith(API_PREFIX):
            return page(request, failure)
        reference: dict[str, object] = {"reference": failure.reference} if failure.reference else {}
        return problem(
            failure.status,
            code=failure.code,
            detail=failure.detail,
            hint=failure.hint,
            extra=(extra or {}) | reference,
        )

    def typed(request: Request, error: Exception) -> Response:
        if not isinstance(error, errors.CopilotError):
            raise error
        return answer(request, failure_of(request, error))

    def invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        # The rejected input itself is left out: it may be personal data.
        fields = [{"field": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        detail = translate_error(_INVALID, language=language_of(request))
        failure = Failure(HTTPStatus.UNPROCESSABLE_ENTITY, code="invalid_request", detail=detail)
        return answer(request, failure, {"fields": fields})

    def plain(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        return answer(request, Failure(error.status_code, code="http", detail=str(error.detail)))

    def unexpected(request: Request, error: Exception) -> Response:
        return answer(request, _unexpected(request, error))

    app.add_exception_handler(errors.CopilotError, typed)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Precondition, _precondition)
    app.add_exception_handler(Exception, unexpected)
    app.state.unexpected = unexpected
    app.state.failed = answer


def failure_of(request: Request, error: errors.CopilotError) -> Failure:
    """A typed error in the language of the request."""
    language, status = language_of(request), STATUS[type(error)]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request.failed", code=error.code)
    return Failure(
        status,
        code=error.code,
        detail=translate_error(error.message, language=language),
        hint=translate_error(error.hint, language=language),
    )


def _precondition(request: Request, error: Exception) -> Response:
    """Only programs send preconditions, so there is no page for it."""
    if not isinstance(error, Precondition):
        raise error
    detail, hint = (translate_error(text, language=language_of(request)) for text in (error.detail, error.hint))
    response = problem(error.status, code=error.code, detail=detail, hint=hint)
    response.headers.update(error.headers)
    return response


def _unexpected(request: Request, error: Exception) -> Failure:
    application: Application = request.app.state.application
    language, reference = language_of(request), application.clock.new_id().hex[:12]
    # The message of an unknown error may quote data, so only its kind and place are logged.
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames]
    _log.error("request.crashed", reference=reference, error=type(error).__name__, where=where)
    return Failure(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        code="unexpected",
        detail=translate_error(_UNEXPECTED, language=language),
        hint=translate_error(_UNEXPECTED_HINT, language=language),
        reference=reference,
    )
