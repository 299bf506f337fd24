"""JSON as people write it into scripts: with comments, joined strings and a comma too many.

Invariant: outside strings only comments, `+` between two strings and a comma before a closing bracket are taken away;
what is not JSON after that is refused. The characters of a string are never changed.
"""

import json
import re
from typing import Any

_PIECE = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<space>\s+)
      | (?P<word>[-\w.]+(?:(?<=[eE])\+\d+)?)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)


def loads(text: str) -> Any:
    """The value that `text` writes. Raises ValueError if it is not JSON but for the three liberties."""
    try:
        return json.loads(_strict(text), strict=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _strict(text: str) -> str:
    pieces: list[str] = []
    for match in _PIECE.finditer(text.removeprefix("\ufeff")):
        piece = match.group()
        if match.lastgroup in ("comment", "space"):
            continue
        if piece.startswith('"') and len(pieces) > 1 and pieces[-1] == "+" and pieces[-2].startswith('"'):
            del pieces[-1]
            pieces[-1] = pieces[-1][:-1] + piece[1:]
            continue
        if piece in ("}", "]") and len(pieces) > 1 and pieces[-1] == "," and pieces[-2] not in ("{", "[", ","):
            del pieces[-1]
        pieces.append(piece)
    return " ".join(pieces)
