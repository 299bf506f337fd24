"""How much of what is asked a sentence says: which words of the question it has, and which it lacks.

Invariant: pure; a word counts as said only if the sentence, or the headings it stands under, has it or one that means
the same. Likeness of meaning is the judge's business, not that of this module.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from copilot.domain.folding import flat
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import stem, words_of
from copilot.workflows.chat.matching import Asked
from copilot.workflows.chat.told import Told
from copilot.workflows.rfp.answering.enquiry import light_words
from copilot.workflows.rfp.answering.quantities import is_quantity

_FILE = Path(__file__).with_name("fitting.toml")
_HEADING = 0.9
"""What a word counts for that only the heading has."""
_LEAST_WEIGHT = 0.3
_MOST_OF = 0.6


@dataclass(frozen=True, slots=True)
class Fit:
    """A sentence beside a question; shares from 0 to 1."""

    said: float
    """Of the question's words by their weight: how much the sentence or its headings have."""
    here: float
    """The same in the sentence alone."""
    about: float
    """How many of the sentence's words the question has too."""
    missing: tuple[str, ...]
    """Folded words of the question that neither has."""
    missing_weight: float
    """Of the rarest of them, 0 to 1."""
    off_topic: tuple[str, ...]
    """Of `missing`: what the question is about."""
    narrower: tuple[str, ...]
    """Words by which the sentence speaks of less, or of something else, than the question."""


def fit(question: Asked, told: Told, *, more: Sequence[Told] = ()) -> Fit:
    """`more`: what belongs to the sentence; only a list that it announces counts as its own words."""
    announced = more if told.text.rstrip("*_ ").endswith(":") else ()
    text = " ".join([told.text, *(item.text for item in announced)])
    return fit_text(question, text, heading=f"{told.title}. {told.heading}")


def fit_text(question: Asked, text: str, *, heading: str = "") -> Fit:
    """See `Fit`."""
    said, above = terms_in(text), terms_in(heading)
    asked = _asked_terms(question)
    words = [(question.question.words[place], float(question.weights[place])) for place in required(question)]
    named = named_in(question)
    total = sum(max(_LEAST_WEIGHT, weight) for _, weight in words)
    here = in_all = lacks = 0.0
    missing = []
    for word, weight in words:
        terms, counts = terms_of(word.folded), max(_LEAST_WEIGHT, weight)
        if terms & said:
            here += counts
            in_all += counts
        elif terms & above:
            in_all += _HEADING * counts
        else:
            missing.append(word.folded)
            lacks = max(lacks, weight)
    return Fit(
        said=in_all / total,
        here=here / total,
        about=_about(asked, text),
        missing=tuple(dict.fromkeys(missing)),
        missing_weight=lacks,
        off_topic=tuple(dict.fromkeys(word for word in missing if is_topic(word) or word in named)),
        narrower=_narrower(asked, text),
    )


def required(question: Asked) -> list[int]:
    """Places of the question's words that an answer needs: none that only say how somebody asks, or how often."""
    words = question.question.words
    dull = light_words()
    places = [
        place
        for place in question.question.telling
        if words[place].folded not in dull and not is_quantity(words[place].folded)
    ]
    return places or list(question.question.telling)


def named_in(question: Asked) -> frozenset[str]:
    """Folded words of the question that are written as names."""
    return frozenset(word.folded for word in question.question.words[1:] if word.text[0].isupper())


def is_topic(folded: str) -> bool:
    """Whether questionnaires ask about what the word names."""
    return folded in _data().topics


def _about(asked: frozenset[str], text: str) -> float:
    content = [terms for folded, terms in _words(text) if folded not in FUNCTION_WORDS]
    return sum(not asked.isdisjoint(terms) for terms in content) / len(content) if content else 0.0


def _narrower(asked: frozenset[str], text: str) -> tuple[str, ...]:
    limiters = _data().limiters
    found = (folded for folded, terms in _words(text) if folded in limiters and asked.isdisjoint(terms))
    return tuple(dict.fromkeys(found))


def _asked_terms(question: Asked) -> frozenset[str]:
    return frozenset(term for word in question.question.words for term in terms_of(word.folded))


@lru_cache(maxsize=8_192)
def _words(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Folded words with their terms. Kept: the same sentences are compared with question after question."""
    return tuple((word.folded, terms_of(word.folded)) for word in words_of(text) if word.is_word)


@lru_cache(maxsize=8_192)
def terms_in(text: str) -> frozenset[str]:
    """Of all words of a text."""
    return frozenset(term for _, terms in _words(text) for term in terms)


@lru_cache(maxsize=20_000)
def terms_of(folded: str) -> frozenset[str]:
    """The stem of a word, of its parts, and of the groups of words that mean the same."""
    parts = {folded, *(part for part in folded.replace("/", "-").split("-") if len(part) > 1)}
    stems = {stem(part) for part in parts}
    groups = _data().groups
    return frozenset(stems | {name for part in parts for name in groups.get(part, ())})


@dataclass(frozen=True, slots=True)
class _Data:
    groups: dict[str, tuple[str, ...]]
    limiters: frozenset[str]
    topics: frozenset[str]


@cache
def _data() -> _Data:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    groups: dict[str, tuple[str, ...]] = {}
    for place, line in enumerate(data["synonyms"]["groups"]):
        for word in flat(line).split():
            groups[word] = (*groups.get(word, ()), f"#{place}")
    limiters, topics = (frozenset(flat(data[key]["words"]).split()) for key in ("limiters", "topics"))
    return _Data(groups, limiters, topics)


def title_fits(question: str, title: str) -> bool:
    """Whether a document is called what a question asks for: every topic that its title names is asked about."""
    asked = {term for word in words_of(question) for term in terms_of(word.folded)}
    named = [word.folded for word in words_of(title) if word.is_word and word.folded not in FUNCTION_WORDS]
    telling = [word for word in named if not word.isdigit()]
    return bool(telling) and sum(bool(terms_of(word) & asked) for word in telling) >= _MOST_OF * len(telling)
