"""Whether a sentence says the deed that a question asks about: "how are suppliers supervised" wants supervising.

Invariant: pure and deterministic, and it only ever refuses; where a question names no deed, or asks for two things,
nothing is refused. A deed is said by its own word, by one that names the same, or by one that is near in meaning.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from copilot.domain.folding import flat, flat_line
from copilot.domain.language import Language
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.rfp.answering.fitting import terms_in, terms_of
from copilot.workflows.rfp.answering.nearness import Nearness, Sought
from copilot.workflows.rfp.answering.sameness import root_of

_FILE = Path(__file__).with_name("deeds.toml")
_NEAR_ENOUGH = 0.55
_WORD = re.compile(r"[a-zñ-]+")
_CLAUSE = re.compile(
    r"[,;:.?(]|\b(?:when|if|that|which|who|whom|where|while|before|after|until|unless|because|whether|cuando|si|que|"
    r"quien|donde|mientras|antes|despues|hasta|salvo|porque)\b"
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\b")
_ASKS_DEED = re.compile(r"\b(?:do|does|did|can|could|may|might|must|will|would|should)\b")
_SE = re.compile(r"\bse (?:les? |la |lo |las |los )?(?:(?:ha|han|hayan?|habia|pueden?|deben?|podran?) )?([a-zñ]+)")
_STATE = re.compile(
    r"^(?:esta|estan|estaban?|fue|fueron|ha sido|han sido|son|es)\b(?: [a-zñ]+){0,8}? ([a-zñ]+[ai]d[oa]s?)\b"
)
_MODAL = re.compile(r"^(?:pueden?|podemos|podrian?|deben?)\b(?: [a-zñ]+){0,6}? ([a-zñ]+[aei]r)(?:se|l[aeo]s?)?\b")
_OPENING = re.compile(r"^(?:(?:como|cuando|donde|por que|cada cuanto|con que [a-zñ]+|a quien(?:es)?) )?")
_SHORTEST = 4


def lacks_deed(sought: Sought, texts: Sequence[str], near: Nearness) -> bool:
    """Whether neither the sentence nor what stands with it says the deed. `near`: of the sentence."""
    asked = sought.question.question
    deeds = asked_deeds(asked.text, language=asked.language)
    if not deeds:
        return False
    near_of = dict(zip(sought.words, near.words, strict=True))
    known = [deed for deed in deeds if deed in near_of]
    return len(known) == len(deeds) and not any(_says(texts, deed, near_of[deed]) for deed in known)


def _says(texts: Sequence[str], deed: str, near: float) -> bool:
    if near >= _NEAR_ENOUGH:
        return True
    # Each text by itself: what was read of a sentence or a heading is kept for the questions to come.
    return any(terms_of(deed) & terms_in(text) or _same(deed) & _roots(text) for text in texts)


@lru_cache(maxsize=2_048)
def asked_deeds(question: str, *, language: Language) -> tuple[str, ...]:
    """The folded words that name it: several where any of them will do, none where no deed is named."""
    plain = flat_line(question).lstrip(" ¿¡\"'-0123456789.)")
    found = _english(plain) if language is Language.EN else _spanish(plain)
    return () if any(word in _data().light for word in found) else found


def _english(plain: str) -> tuple[str, ...]:
    data = _data()
    passive = _PASSIVE.search(plain)
    if passive is not None:
        words = _WORD.findall(_clause(plain[passive.end() :]))
        return tuple(word for word in words if _is_participle(word))
    asks = _ASKS_DEED.search(plain)
    words = _WORD.findall(_clause(plain[asks.end() :])) if asks else []
    return tuple(word for word in words if word in data.deeds or word in data.light)[:1]


def _spanish(plain: str) -> tuple[str, ...]:
    for pattern in (_STATE, _MODAL):
        found = pattern.match(plain)
        if found is not None:
            return (found[1],)
    rest = _OPENING.sub("", plain)
    found = _SE.match(rest) or _SE.search(_clause(rest))
    if found is not None:
        return (found[1],)
    first = next(iter(_WORD.findall(rest)), "")
    return (first,) if _is_verb(first) else ()


def _is_participle(word: str) -> bool:
    data = _data()
    return (word.endswith("ed") and word not in data.adjectives) or word in data.irregular


def _is_verb(first: str) -> bool:
    """Whether the word at the head of a Spanish question is its verb: what else may stand there is listed."""
    return len(first) >= _SHORTEST and first not in _data().openings and first[-1] in "aeonós"


def _clause(text: str) -> str:
    return _CLAUSE.split(text, maxsplit=1)[0]


@lru_cache(maxsize=2_048)
def _same(deed: str) -> frozenset[str]:
    return frozenset().union(*(group for group in _data().groups if root_of(deed) in group))


@lru_cache(maxsize=8_192)
def _roots(text: str) -> frozenset[str]:
    return frozenset(root_of(word.folded) for word in words_of(text) if word.is_word)


@dataclass(frozen=True, slots=True)
class _Data:
    light: frozenset[str]
    deeds: frozenset[str]
    irregular: frozenset[str]
    adjectives: frozenset[str]
    openings: frozenset[str]
    groups: tuple[frozenset[str], ...]


@cache
def _data() -> _Data:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return _Data(
        light=frozenset(flat(data["light"]["english"] + data["light"]["spanish"]).split()),
        deeds=frozenset(data["english"]["deeds"].split()),
        irregular=frozenset(data["english"]["irregular"].split()),
        adjectives=frozenset(data["english"]["adjectives"].split()),
        openings=frozenset(flat(data["spanish"]["openings"]).split()),
        groups=tuple(frozenset(root_of(word) for word in flat(line).split()) for line in data["same"]["groups"]),
    )
