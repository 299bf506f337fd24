"""The words that tell, from `cues.toml`, as patterns over flattened text.

Invariant: cues are data; reading them happens once, at the first use, never at import.
"""

import re
import tomllib
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("cues.toml")
_REFERENCE = re.compile(r"(?<!\?P)<(\w+)>")
_NUMBERED = frozenset({"number", "amount"})
"""What a pattern captures; each occurrence is a group of its own, `number1`, `number2` …"""


@cache
def cue(table: str, name: str) -> re.Pattern[str]:
    """All cues of one name as a single pattern."""
    lines = [line for line in _cues()[table][name].splitlines() if line.strip()]
    numbers = count(1)
    return re.compile("|".join(f"(?:{_expanded(line, numbers)})" for line in lines))


@cache
def words(name: str) -> frozenset[str]:
    """A word list."""
    return frozenset(_cues()["words"][name].split())


def captured(match: re.Match[str]) -> str:
    """What the pattern captured, whichever of its cues it was."""
    return next(value for name, value in match.groupdict().items() if value is not None and name[-1].isdigit())


@cache
def _cues() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _expanded(line: str, numbers: "count[int]") -> str:
    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        if name in _cues()["words"]:
            return "(?:" + "|".join(sorted(_cues()["words"][name].split(), key=len, reverse=True)) + ")"
        pattern = str(_cues()["patterns"][name])
        return f"(?P<{name}{next(numbers)}>{pattern})" if name in _NUMBERED else pattern

    return _REFERENCE.sub(replaced, line).replace(" ", r"\s+")
