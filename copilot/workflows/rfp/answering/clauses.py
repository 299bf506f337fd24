"""What each clause of a sentence does with what it speaks of: says that it is so, that it is not, or less than either.

Invariant: pure and deterministic; a clause has one stand, and where words of denial pull in two directions it has none.
A clause that only gives a reason or a purpose has no stand of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from copilot.domain.language import Language
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.rfp.answering.claims import Claim, negating_words, read_claim
from copilot.workflows.rfp.answering.sameness import all_names, names_of
from copilot.workflows.rfp.answering.short_form_words import has, is_one, pattern, plain_of

_BREAK = re.compile(
    r";\s+|:\s+(?=\S)|\.\s+(?=[A-ZÁÉÍÓÚ¿\"“«])|\s*[—–]\s+"
    r"|,?\s+(?:but|whereas|although|though|pero|aunque|mientras que|sino que)\s+|,\s+(?:and|y|e|while)\s+"
    r"|\s+(?:and|y)\s+(?=(?:is|are|do|does|has|have|no|se|they|it|we|es|son|esta|está|están)\b)"
    r"|\s+(?:and|y)\s+(?=(?:the|all|los|las|el)\s+(?:others?|rest|demás|otros|otras|resto)\b)"
)
_REASON = re.compile(
    r"\s+(?:because|since (?!\w* ?\d)|so that|in order|as it is|porque|ya que|puesto que|para que|a fin de|"
    r"con el fin)\b.*|,\s+so\b.*",
    re.IGNORECASE | re.DOTALL,
)
_FUTURE = re.compile(r"\b\w{2,}(?:rá|rán|remos)\b")
_BARE = frozenset({"without", "sin"})
_NO_THING = frozenset({"no", "none"})
"""In English they deny the thing that comes next."""
_ARTICLES = frozenset({"a", "an", "the", "el", "la", "los", "las", "un", "una", "su", "sus", "our", "its", "any"})
_REACH = 4
"""Words that a word of denial reaches."""
_LEAST_WORDS = 2
_ANOTHER_THING = 2
"""Telling words after a denial that say that something else is denied."""


class Stand(StrEnum):
    """What a clause does with what it speaks of."""

    SAYS = "says"
    DENIES = "denies"
    WEAKENS = "weakens"
    """So, but not wholly, not always, or on a condition."""
    PLANS = "plans"
    """It is not so yet."""
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence that makes a statement by itself."""

    text: str
    names: frozenset[str]
    """Of its words: see `sameness`."""
    rule: bool
    """Whether it says what shall be, not what is."""


@lru_cache(maxsize=4_096)
def clauses(text: str) -> tuple[Clause, ...]:
    """Of a sentence, in order, without those that only give a reason. Never empty."""
    pieces = [piece for piece in _BREAK.split(text) if len(piece.split()) >= _LEAST_WORDS] or [text]
    kept = [_REASON.sub("", piece) or piece for piece in pieces]
    return tuple(Clause(piece, all_names(piece), _is_rule(piece)) for piece in kept)


def stand_of(clause: Clause, *, asked: frozenset[str], language: Language, asked_only: bool) -> Stand:
    """`asked`: names of the question's words; `asked_only`: whether the question itself says "only"."""
    if is_planned(clause.text):
        return Stand.PLANS
    intends = Claim.INTENTION in read_claim(clause.text).all
    if has("ended", clause.text) or (intends and not clause.rule):
        return Stand.UNCLEAR
    turned = denials(clause.text, asked=asked, language=language)
    if turned is None:
        return Stand.UNCLEAR
    if _is_only_condition(clause.text, asked):
        return Stand.UNCLEAR
    weaker = has("condition", clause.text) or has("except", clause.text)
    if weaker or (has("limit", clause.text) and not asked_only) or (turned and _takes_back(clause.text, asked)):
        return Stand.WEAKENS
    return Stand.DENIES if turned else Stand.SAYS


def is_planned(text: str) -> bool:
    """Whether a text says that something is still to come, and not what is the rule."""
    if has("plan", text):
        return True
    return has("later", text) and bool(re.search(r"\bwill\b", text) or _FUTURE.search(text.lower()))


def denials(text: str, *, asked: frozenset[str], language: Language) -> bool | None:
    """Whether what is asked about is denied; None: denied and denied again, or something beside it is."""
    plain = pattern("no_denial").sub(" ", plain_of(text))
    words = [word.folded for word in words_of(plain) if word.is_word]
    counted = strays = 0
    spent = False
    for place, word in enumerate(words):
        if not negating_words(word):
            continue
        thing = is_one("things", word) or (word in _NO_THING and language is Language.EN)
        if thing and (place or word in _BARE):
            counted += _denies_next(words[place + 1 :], asked) and not spent
            continue
        if is_one("concord", word):
            if spent:
                continue
            spent = True
        if _denies_asked(words, place, asked):
            counted += 1
        else:
            strays += 1
    return None if counted > 1 or (strays and not counted) else bool(counted)


def _denies_asked(words: Sequence[str], place: int, asked: frozenset[str]) -> bool:
    """Whether what is denied at a place is asked about: "they are not allowed to see data" does not deny "them"."""
    after = [item for item in words[place + 1 :] if item not in FUNCTION_WORDS][:_REACH]
    if any(names_of(item) & asked for item in after):
        return True
    if is_one("concord", words[place]) and sum(not is_one("light", item) for item in after) >= _ANOTHER_THING:
        return False
    return any(names_of(item) & asked for item in words[:place] if item not in FUNCTION_WORDS)


def _denies_next(words: Sequence[str], asked: frozenset[str]) -> bool:
    """Whether what a word such as "without" denies is asked about: `without use`, not what comes after it."""
    for word in words[:_REACH]:
        if word in FUNCTION_WORDS and word not in _ARTICLES:
            return False
        if names_of(word) & asked:
            return True
    return False


def _is_only_condition(text: str, asked: frozenset[str]) -> bool:
    """Whether what is asked about stands in the condition: `another test is needed if there is no unit test`."""
    plain = plain_of(text)
    found = pattern("condition").search(plain)
    if found is None:
        return False
    inside, _, after = plain[found.end() :].partition(",")
    return _count(inside, asked) > _count(plain[: found.start()] + after, asked)


def _count(text: str, asked: frozenset[str]) -> int:
    return sum(bool(names_of(word.folded) & asked) for word in words_of(text) if word.is_word)


def _takes_back(text: str, asked: frozenset[str]) -> bool:
    """Whether what is denied is so under some condition, and the question does not ask for that condition."""
    plain = plain_of(text)
    found = pattern("but").search(plain.split(" ", 1)[-1])
    by_itself = all(word in _BARE for word in negating_words(plain))
    return found is not None and not by_itself and not names_of(found[0]) & asked


def _is_rule(text: str) -> bool:
    return bool(has("rule", text) or _FUTURE.search(text.lower())) and not is_planned(text)
