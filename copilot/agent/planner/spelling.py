"""Everyday words, and slips of the finger in the words that the planner listens to.

Invariant: a word is changed only when it is no word we know, no name, and one of our cues is a letter or two away.
"""

import re
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from copilot.agent.planner.cues import spelled_words, table
from copilot.domain.folding import flat
from copilot.domain.period_patterns import period_vocabulary
from copilot.guardrails.personal_data.name_lists import COMPANY_WORDS, FAMILY, GIVEN, NOT_NAMES, WORDS

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_PERSON_PLACE = re.compile(
    r"((?<!\w)(?:of|by|from|with|for|to|de|con|para|por|a|dijo|did|is|es|tiene|lleva)\s+)([^\W\d_]{3,})(?!\w)"
)
_ENDING = re.compile(r"(?P<stem>[a-z]{3,}?)(?:(?<=(?P<twin>[bdgklmnprt]))(?P=twin))?(?:ing|ed|er|ly)")
_SHORTEST = 5
_TWO_SLIPS_FROM = 9


@cache
def everyday() -> frozenset[str]:
    """Words that name nobody: the prose of two languages, trades, places, and what the cues are made of."""
    trades = set(str(table("talk")["words"]["trades"]).split())
    odd = set(str(table("talk")["words"]["not_everyday"]).split())
    spoken = set(str(table("unanswerable")["words"]["fillers"]).split())
    told = spelled_words() | marked_words() | _period_words() | spoken
    return (WORDS | NOT_NAMES | COMPANY_WORDS | told | trades) - odd


@cache
def marked_words() -> frozenset[str]:
    """Words that are written out in the marks: they are known, so no slip is put right in them."""
    marks = " ".join(str(item) for item in table("marks")["marks"].values())
    return frozenset(re.findall(r"(?<![a-z\\])[a-z]{4,}(?![a-z])", marks))


def _names(word: str) -> bool:
    """Whether it is a given name and no everyday word."""
    plain = flat(word)
    return plain in GIVEN and plain not in everyday()


def with_capitals(text: str) -> str:
    """Given names in lower case where a person is named (`pipeline de lucia`) with their capital letter."""
    return _PERSON_PLACE.sub(lambda match: f"{match[1]}{match[2].capitalize()}" if _names(match[2]) else match[0], text)


def given_names(text: str) -> str:
    """Every given name that is no everyday word, with its capital letter (`when did jolene call`)."""
    return _WORD.sub(lambda match: match.group().capitalize() if _names(match.group()) else match.group(), text)


@cache
def stems() -> frozenset[str]:
    """Beginnings of everyday words, from five letters on."""
    return frozenset(word[:length] for word in WORDS for length in range(5, len(word) + 1))


@cache
def brands() -> frozenset[str]:
    """Firms and places that everybody knows: where only an account can stand, they name one."""
    return NOT_NAMES - WORDS - spelled_words() - _period_words()


@cache
def common() -> frozenset[str]:
    """Words that tell no account apart: everyday words and given names."""
    return everyday() | GIVEN


@cache
def _period_words() -> frozenset[str]:
    vocabulary = period_vocabulary()
    words = {*vocabulary.months, *vocabulary.weekdays, *vocabulary.units, *vocabulary.ordinals}
    return frozenset(words | {word for phrase in vocabulary.numbers for word in phrase.split()})


@cache
def _targets() -> tuple[str, ...]:
    return tuple(sorted(word for word in spelled_words() | _period_words() if len(word) >= _SHORTEST - 1))


def corrected(text: str) -> str:
    """The text with slips in cue words put right."""
    return _WORD.sub(lambda match: _put_right(match.group(), first=match.start() == 0), text)


def _put_right(word: str, *, first: bool) -> str:
    if "'" in word:
        return word
    folded = flat(word)
    named = word[0].isupper() and not first
    known = folded in everyday() or folded in GIVEN or folded in FAMILY or _is_inflected(folded)
    if len(folded) < _SHORTEST or named or known:
        return word
    return _nearest(folded) or word


def _is_inflected(word: str) -> bool:
    """Whether it is a form of an English word that we know: `minding` is no slip of `mining`."""
    match = _ENDING.fullmatch(word)
    return match is not None and any(match["stem"] + end in WORDS for end in ("", "e"))


@lru_cache(maxsize=10_000)
def _nearest(word: str) -> str | None:
    slips = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    near = process.extract(word, _targets(), scorer=OSA.distance, score_cutoff=slips, limit=5)
    near = [item for item in near if item[0][0] == word[0]]
    return min(near, key=lambda item: (item[1], abs(len(item[0]) - len(word)), item[0]))[0] if near else None
