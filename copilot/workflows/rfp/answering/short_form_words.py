"""The words of `short_form.toml`, as patterns.

Invariant: each matches whole words of a text without accents and case; nothing is read before it is asked for.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from copilot.domain.folding import flat_line

_FILE = Path(__file__).with_name("short_form.toml")
_YES = re.compile(r"\bsí\b", re.IGNORECASE)


def alternatives(name: str) -> str:
    """Of a list, to be put into a larger pattern."""
    return "|".join(word.replace("\n", "") for word in _lists()[name])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Any of a list."""
    return re.compile(rf"(?<!\w)(?:{alternatives(name)})(?!\w)")


def listed(name: str) -> Sequence[str]:
    """A list that is no pattern."""
    return _lists()[name]


def has(name: str, text: str) -> bool:
    """Whether a text has one of a list."""
    return pattern(name).search(plain_of(text)) is not None


def is_one(name: str, folded: str) -> bool:
    """Whether a folded word is one of a list."""
    return pattern(name).fullmatch(folded) is not None


def plain_of(text: str) -> str:
    """Folded, in one line; `sí` is no `si`."""
    return flat_line(_YES.sub("yes", text))


@cache
def _lists() -> Mapping[str, list[str]]:
    return {name: each["words"] for name, each in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()}
