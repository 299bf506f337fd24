"""What a question is about, and which team is asked about it.

Invariant: deterministic; the category is a key of `categories.toml`, `general` where no word of it tells.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from copilot.domain.folding import flat
from copilot.domain.language import Language

_FILE = Path(__file__).with_name("categories.toml")
GENERAL = "general"
_OWN_WORDS = 2
"""A word of the question itself counts as much as two of the headings."""


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of question."""

    key: str
    team_es: str
    team_en: str
    words: re.Pattern[str] | None

    def team(self, language: Language) -> str:
        """Who is asked, as people call them."""
        return self.team_es if language is Language.ES else self.team_en


def categories() -> tuple[Category, ...]:
    """All of them, in the order in which they win."""
    return _categories()


def category_of(text: str, *, headings: Sequence[str] = ()) -> Category:
    """The one with most words in the question and above it."""
    own, above = flat(text), flat(" . ".join(headings))
    scored = [(_OWN_WORDS * _count(item, own) + _count(item, above), item) for item in _categories()]
    best = max(score for score, _ in scored)
    found = [item for score, item in scored if score == best]
    return found[0] if best else category(GENERAL)


def category(key: str) -> Category:
    """By its key. Raises KeyError for another."""
    return {item.key: item for item in _categories()}[key]


def _count(item: Category, text: str) -> int:
    return len(set(item.words.findall(text))) if item.words is not None else 0


@cache
def _categories() -> tuple[Category, ...]:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Category(key, item["team"]["es"], item["team"]["en"], _compiled(item["stems"])) for key, item in data.items()
    )


def _compiled(stems: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile(rf"\b(?:{'|'.join(stems)})") if stems else None
