"""What every route may answer with, besides what it is for."""

from typing import Any

from pydantic import BaseModel


class Problem(BaseModel):
    """An RFC 9457 problem. `code` is stable for programs; `detail` and `hint` are for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    hint: str = ""


def _problem(description: str) -> dict[str, Any]:
    return {"model": Problem, "description": description}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: _problem("Not signed in."),
    403: _problem("Known, and not allowed; or the CSRF token is missing."),
    404: _problem("It does not exist, or the caller may not know that it does: the answers are the same."),
    422: _problem("The request cannot be used."),
}
CONFLICT: dict[int | str, dict[str, Any]] = {409: _problem("Somebody was faster, or the content is not what was seen.")}
A_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}
