"""Typed errors as RFC 9457 problem details.

Invariant: every error of `copilot.errors` has a status here (a test checks it); an unexpected error tells the
client nothing but an id to ask for, and is logged with it.
"""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from copilot import errors
from copilot.telemetry import get_logger

_log = get_logger(__name__)

STATUS: dict[type[errors.CopilotError], HTTPStatus] = {
    errors.CopilotError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnreadableFile: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.MappingError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.DigestMismatch: HTTPStatus.CONFLICT,
    errors.PromptError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ModelOutputError: HTTPStatus.BAD_GATEWAY,
    errors.GuardrailFailure: HTTPStatus.INTERNAL_SERVER_ERROR,
}

PROBLEM = "application/problem+json"


def problem(
    status: int, *, code: str, detail: str, hint: str = "", extra: dict[str, object] | None = None
) -> JSONResponse:
    """An RFC 9457 body. `code` is stable for programs, `detail` and `hint` are for people."""
    body = {"type": f"about:blank#{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    body |= {"detail": detail} | ({"hint": hint} if hint else {}) | (extra or {})
    return JSONResponse(body, status_code=status, media_type=PROBLEM)


def install(app: FastAPI) -> None:
    """Map typed errors, validation errors and unknown routes to problem details."""

    def typed(_request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, errors.CopilotError):
            raise error
        status = STATUS[type(error)]
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("request.failed", code=error.code)
        return problem(status, code=error.code, detail=error.message, hint=error.hint)

    def invalid(_request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, RequestValidationError):
            raise error
        # The rejected input itself is left out: it may be personal data.
        fields = [{"field": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            code="invalid_request",
            detail="The request cannot be used.",
            extra={"fields": fields},
        )

    def plain(_request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, HTTPException):
            raise error
        return problem(error.status_code, code="http", detail=str(error.detail))

    app.add_exception_handler(errors.CopilotError, typed)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
