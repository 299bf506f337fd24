"""Reads mail headers, however malformed, into plain text.

Invariant: any header gives a string; unknown character sets and broken encodings cost characters, never the message.
"""

import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import TypeAlias

_LONGEST = 50_000
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,400})>")
_ADDRESS = re.compile(r"[^\s@<>\"']{1,128}@[^\s@<>\"']{1,190}$")

Mail: TypeAlias = "Message[str, str]"


def header(message: Mail, name: str) -> str:
    """The decoded value of a header, or the empty string. Of a repeated header the first counts."""
    return _decoded(_raw(message, name))


def addresses(message: Mail, name: str) -> list[tuple[str, str]]:
    """Pairs of decoded display name and lower-case address of an address header."""
    found = []
    for display, address in getaddresses([_raw(message, name)]):
        if _ADDRESS.match(address):
            found.append((_decoded(display).strip(), address.lower()))
    return found


def sent_at(message: Mail) -> datetime | None:
    """The Date header in UTC, or None if it is missing or cannot be understood."""
    try:
        sent = parsedate_to_datetime(_raw(message, "Date")[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def message_ids(message: Mail, name: str) -> list[str]:
    """Message identifiers in a header, without their angle brackets."""
    return _MESSAGE_ID.findall(_raw(message, name))


def _raw(message: Mail, name: str) -> str:
    """The header as it stands in the file; `get` would replace raw 8-bit characters."""
    for found, value in message.raw_items():
        if found.lower() == name.lower():
            unfolded = re.sub(r"\r?\n[ \t]*", " ", str(value)[:_LONGEST])
            return _from_bytes(unfolded.encode("utf-8", "surrogateescape"), None)
    return ""


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value.strip()
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value.strip()
    return "".join(part if isinstance(part, str) else _from_bytes(part, charset) for part, charset in parts).strip()


def _from_bytes(data: bytes, charset: str | None) -> str:
    for candidate in (charset, "utf-8"):
        try:
            return data.decode(candidate or "ascii")
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return data.decode("cp1252", errors="replace")
