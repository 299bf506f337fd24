"""Short answers in words, and what a customer's own words for them mean.

Invariant: a value is taken for a short form only if its words say so; what could mean two things means neither.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm

_FILE = Path(__file__).with_name("wording.toml")
_GOES_ON = re.compile(r"\s*[-–—,;:.(/]\s*")


def short_word(short: ShortForm, *, language: Language) -> str:
    """`Yes`, `Parcialmente`."""
    return str(_words()["words"][language.value][short.value])


def label(name: str, *, language: Language) -> str:
    """A heading of the appendix or of the report on gaps."""
    return str(_words()["labels"][language.value][name])


def reason(name: str, *, language: Language) -> str | None:
    """What is missing, in words; None for what is no gap."""
    found = _words()["reasons"][language.value].get(name)
    return None if found is None else str(found)


def comparable(text: str) -> str:
    """A value without case, accents and needless blanks."""
    return " ".join(fold(text).split())


def meaning(text: str) -> ShortForm | None:
    """The short form that a value stands for. `Yes - with comments` is a yes, `Yes/No` is nothing."""
    value = comparable(text).rstrip(".!")
    if comparable(text) in _names():
        return _names()[comparable(text)]
    if value in _names():
        return _names()[value]
    for name in sorted(_names(), key=len, reverse=True):
        if len(name) > 1 and value.startswith(name):
            rest = value[len(name) :]
            after = _GOES_ON.match(rest)
            if after is not None:
                says_another = {meaning(part) for part in rest[after.end() :].split("/")} - {None, _names()[name]}
                return None if says_another else _names()[name]
    return None


def fitting(short: ShortForm, allowed: Sequence[str]) -> int | None:
    """Position of the one allowed value that means `short`; None if none does, or several and none is plain."""
    same = [place for place, text in enumerate(allowed) if meaning(text) is short]
    plain = [place for place in same if comparable(allowed[place]).rstrip(".!") in _names()]
    if len(same) == 1:
        return same[0]
    return plain[0] if len(plain) == 1 else None


@cache
def _names() -> dict[str, ShortForm]:
    return {name: ShortForm(form) for form, names in _words()["names"].items() for name in names}


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
