"""Addresses that come from a request, made safe to follow.

Invariant: a `next` address never leaves this site, whatever a browser makes of backslashes and control characters.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

Choice = TypeVar("Choice", bound=StrEnum)

_NOT_PAGES = ("/api/", "/sign-in", "/sign-out", "/language", "/theme", "/first-steps", "/static/")
_LONGEST = 2_000


def safe_next(address: str | None) -> str:
    """`address` if it is a page of ours, else the home page."""
    if not address or len(address) > _LONGEST or not address.startswith("/"):
        return "/"
    if (
        address.startswith(("//", "/\\"))
        or "\\" in address
        or any(ord(char) < 33 or ord(char) == 127 for char in address)
    ):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or address.startswith(_NOT_PAGES):
        return "/"
    return address


def with_query(path: str, parameters: Mapping[str, str | list[str] | None]) -> str:
    """`path` with the parameters that have a value."""
    kept = {name: value for name, value in parameters.items() if value}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


def member(choices: type[Choice], value: str) -> Choice | None:
    """The choice of that value; None for an empty or unknown one, so that an old link still opens."""
    return next((choice for choice in choices if choice.value == value), None)
