"""What the words of a column's header name: a part that columns play.

Invariant: a header names one part at most, by its words alone; what stands below it is not looked at here.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from knowledge.values.text import fold

NAMES_NUMBER = re.compile(r"\w+ (?:id|num|number|no|n|ref|code|codigo|numero)|(?:n|no|num|ref|cod|id) \w+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ALLOWED_WORDS = 6


class Role(StrEnum):
    """What a column is for."""

    NUMBER = "number"
    SECTION = "section"
    QUESTION = "question"
    GUIDANCE = "guidance"
    ANSWER = "answer"
    COMMENT = "comment"
    MANDATORY = "mandatory"
    ALLOWED = "allowed"
    LIMIT = "limit"
    OWNER = "owner"
    """Filled in by the asker: scores, a reviewer's remarks, internal use."""
    OTHER = "other"


@lru_cache(maxsize=2048)
def role_of_header(text: str) -> Role:
    """The part that a header's words name; what stands in brackets counts only if the rest names none."""
    full = _role_of_words(header_form(text))
    outside = _role_of_words(header_form(_BRACKETS.sub(" ", text)))
    if full is Role.OWNER or (outside is Role.OTHER and full is not Role.MANDATORY):
        return full
    return full if _BRACKETS.sub("", text).strip() == "" else outside


def _role_of_words(words: str) -> Role:
    padded = f" {words} "
    if not words:
        return Role.OTHER
    whole = next((entry.role for entry in _vocabulary() if words in entry.whole), None)
    if whole is not None:
        return whole
    if NAMES_NUMBER.fullmatch(words):
        return Role.NUMBER
    if _is_allowed_pair(words):
        return Role.ALLOWED
    holds = (entry.role for entry in _vocabulary() if any(f" {phrase} " in padded for phrase in entry.holds))
    return next(holds, Role.OTHER)


def _is_allowed_pair(words: str) -> bool:
    """A few words, one of which names answers and another one how these are bound."""
    said = words.split()
    pairs = ((pair["what"], pair["how"]) for pair in _tables()["allowed_pair"])
    return len(said) <= _ALLOWED_WORDS and any(
        first != second and first in what and second in how for what, how in pairs for first in said for second in said
    )


def header_form(text: str) -> str:
    """The words of a header, comparable."""
    return _NOT_WORD.sub(" ", fold(text.replace("º", "").replace("°", "").replace("#", " no "))).strip()


def rank_of(role: Role, header: str) -> int:
    """The place of a header among those of its part, the likeliest first."""
    padded = f" {header_form(header)} "
    ranks = next(entry.rank for entry in _vocabulary() if entry.role is role)
    return next((place for place, phrase in enumerate(ranks) if f" {phrase} " in padded), len(ranks))


@cache
def status_words() -> frozenset[str]:
    """Headers that are the asker's beside a column for answers, and the column for answers without one."""
    return frozenset(_tables()["status"])


@dataclass(frozen=True, slots=True)
class _Words:
    role: Role
    whole: frozenset[str]
    holds: tuple[str, ...]
    rank: tuple[str, ...]


@cache
def _vocabulary() -> tuple[_Words, ...]:
    data = _tables()
    return tuple(
        _Words(Role(entry["name"]), frozenset(entry["whole"]), tuple(entry["holds"]), tuple(entry.get("rank", ())))
        for entry in data["role"]
    )


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("roles.toml").read_text(encoding="utf-8"))
