"""Words of a text, comparable across inflections, with their places.

Invariant: linear in the length of the text; every word keeps its span, so that a finding can point at it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from copilot.domain.folding import flat

_WORD = re.compile(r"[^\W_]+(?:['’.\-/][^\W_]+){0,8}|[$€£%]|[^\w\s]")
_QUOTED = re.compile(r"«[^«»]{1,2000}»|“[^“”]{1,2000}”|\"[^\"\n]{1,2000}\"")
_SENTENCE = re.compile(r"[^.!?;\n]{1,2000}[.!?;]?")
_ENDING_TEXT = """
    aciones amientos imientos amiento imiento adores adoras ations ation adora iendo ments ment ities ados adas idos
    idas ando aron ieron ings edly ions ing ies ied ado ada ido ida ers ors ity ion amos emos imos er or ly ed es an en
    as os s e y a o
"""
_ENDINGS = tuple(_ENDING_TEXT.split())
"""Longest first, so that the longest one that fits is taken off."""
_SHORTEST_STEM = 3
MOST_WORDS = 4_000
"""Of one text. What follows is not compared."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word or sign; `folded` without case and accents."""

    text: str
    folded: str
    stem: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it has letters or digits."""
        return self.text[0].isalnum()


def words_of(text: str) -> tuple[Word, ...]:
    """Words and signs in order."""
    found = []
    for match in _WORD.finditer(text):
        folded = flat(match[0])
        found.append(Word(match[0], folded, stem(folded), match.start(), match.end()))
        if len(found) >= MOST_WORDS:
            break
    return tuple(found)


@lru_cache(maxsize=50_000)
def stem(folded: str) -> str:
    """A crude common stem of the forms of a word, in both languages; good for comparing, not for reading.

    Kept: texts repeat a few thousand words, and trying the endings takes most of the time of reading one.
    """
    word = folded[:-2] if folded.endswith("'s") else folded
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            cut = word[: -len(ending)]
            return cut[:-1] if len(cut) > _SHORTEST_STEM and cut[-1] == cut[-2] else cut
    return word


def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of what stands between quotation marks, without the marks."""
    return tuple((match.start() + 1, match.end() - 1) for match in _QUOTED.finditer(text))


def without_quotations(text: str) -> str:
    """The writer's own words, at their places."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)


def sentences(text: str) -> tuple[str, ...]:
    """Rough sentences: enough to compare clauses, no more."""
    return tuple(match[0] for match in _SENTENCE.finditer(text) if match[0].strip())
