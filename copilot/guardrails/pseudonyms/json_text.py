"""Text that is JSON, or has lines of JSON: what tools hand back, and the evidence a brief is written from.

Invariant: what is valid JSON stays valid JSON of the same shape; only string values change (and long numbers that turn
out to be telephone numbers and the like, which become strings).
"""

import json
import re
from collections.abc import Callable

Change = Callable[[str], str]
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![\w.])\d{7,}(?![\w.])')
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
    after = change(before)
    if after == before:
        return part
    written = json.dumps(after, ensure_ascii="\\u" in part and part.isascii())
    # Brackets that were escaped so that nothing looks like the end of a block stay so.
    return written if "<" in part or ">" in part else written.replace("<", "\\u003c").replace(">", "\\u003e")
