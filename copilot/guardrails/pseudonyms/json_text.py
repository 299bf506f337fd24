"""Text that is JSON, or has lines of JSON: what tools hand back, and the evidence a brief is written from.

Invariant: what is valid JSON stays valid JSON of the same shape; only string values change (and long numbers that turn
out to be telephone numbers and the like, which become strings). What was written as an escape stays one: that may be
what keeps a source from ending the block it stands in.
"""

import json
import re
from collections.abc import Callable

Change = Callable[[str], str]
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![\w.])\d{7,}(?![\w.])')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")
_ESCAPE_OR_CHARACTER = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|[^\\]")
_FEW = 3
_ESCAPED_LETTER = re.compile(r"\\u([0-9a-fA-F]{4})")


def change_text(text: str, change: Change) -> str:
    """Apply `change` to `text`: to the values inside where it is JSON, line by line if need be, else to the whole."""
    if _is_json(text):
        return _PART.sub(lambda match: _changed(match.group(), change), text)
    pieces: list[str] = []
    prose: list[str] = []
    for line in text.splitlines(keepends=True):
        if _is_json(line):
            pieces += [_prose(prose, change), _PART.sub(lambda match: _changed(match.group(), change), line)]
            prose = []
        else:
            prose.append(line)
    return "".join([*pieces, _prose(prose, change)])


def _prose(lines: list[str], change: Change) -> str:
    # JSON that was cut off still has its letters escaped, and a name is no name with them.
    text = _ESCAPED_LETTER.sub(_letter, "".join(lines))
    return change(text) if text else ""


def _letter(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char.isalpha() or "\u0300" <= char <= "\u036f" else match.group()


def _is_json(text: str) -> bool:
    stripped = text.strip()
    if not stripped or stripped[0] + stripped[-1] not in {"{}", "[]"}:
        return False
    try:
        json.loads(stripped)
    except (ValueError, RecursionError):
        return False
    return True


def _changed(part: str, change: Change) -> str:
    before = json.loads(part) if part.startswith('"') else part
    after = change_text(before, change) if _is_json(before) else change(before)
    if after == before:
        return part
    written = _spelt_out(json.dumps(after, ensure_ascii="\\u" in part and part.isascii()), as_in=part)
    # Brackets that were escaped so that nothing looks like the end of a block stay so.
    return written if "<" in part or ">" in part else written.replace("<", "\\u003c").replace(">", "\\u003e")


def _spelt_out(written: str, *, as_in: str) -> str:
    """`written` with those characters as escapes that are escapes in `as_in`; a letter only behind the same few."""
    if "\\u" not in as_in:
        return written
    escaped = [(match.start(), chr(int(match[1], 16))) for match in _ESCAPE.finditer(as_in) if match[1]]
    letters = {(_just_before(as_in, place), char) for place, char in escaped if char.isascii() and char.isalnum()}
    signs = {char for _, char in escaped if (char > "\x7e" and not char.isalnum()) or char in {"<", ">"}}

    def again(match: re.Match[str]) -> str:
        char = match.group()
        meant = char in signs or (_just_before(written, match.start()), char) in letters
        return f"\\u{ord(char):04x}" if meant else char

    return _ESCAPE_OR_CHARACTER.sub(again, written)


def _just_before(text: str, place: int) -> str:
    return text[max(0, place - _FEW) : place]
