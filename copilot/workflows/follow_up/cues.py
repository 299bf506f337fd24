"""The words that tell, from `cues.toml`.

Invariant: cues are data; reading them happens once, at the first use, never at import.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("cues.toml")


@cache
def cue(table: str, name: str) -> re.Pattern[str]:
    """All cues of one name as a single pattern over flattened text."""
    lines = [line for line in _tables()[table][name].splitlines() if line.strip()]
    return re.compile("|".join(f"(?:{line})" for line in lines), re.MULTILINE)


def has_cue(table: str, name: str) -> bool:
    """Whether there are cues of this name."""
    return name in _tables()[table]


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
