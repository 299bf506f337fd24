"""Which words an answer needs, and what a sentence has of the question's: terms that texts are compared by.

Invariant: pure; two words share a term only if they have a stem in common or mean the same by a list. Likeness of
meaning is the judge's business, not that of this module.
"""

import tomllib
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
LEAST_WEIGHT = 0.3
"""What a word counts for at least."""
_MOST_OF = 0.6


def heading_of(told: Told) -> str:
    """What a sentence stands under: the document's title and the heading."""
    return f"{told.title}. {told.heading}"


def about(question: Asked, text: str) -> float:
    """Share of a text's words that the question has too, from 0 to 1."""
    asked, content = _asked_terms(question), content_terms(text)
    return sum(not asked.isdisjoint(terms) for terms in content) / len(content) if content else 0.0


def narrowing(question: Asked, text: str) -> tuple[str, ...]:
    """Folded words by which a text speaks of less, or of something else, than the question."""
    asked, limiters = _asked_terms(question), _data().limiters
    found = (folded for folded, terms in _words(text) if folded in limiters and asked.isdisjoint(terms))
    return tuple(dict.fromkeys(found))


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


def weight_of(question: Asked, place: int) -> float:
    """What the word at a place counts for."""
    return max(LEAST_WEIGHT, float(question.weights[place]))


def named_in(question: Asked) -> frozenset[str]:
    """Folded words of the question that are written as names."""
    return frozenset(word.folded for word in question.question.words[1:] if word.text[0].isupper())


def is_topic(folded: str) -> bool:
    """Whether questionnaires ask about what the word names."""
    return folded in _data().topics


def _asked_terms(question: Asked) -> frozenset[str]:
    return frozenset(term for word in question.question.words for term in terms_of(word.folded))


@lru_cache(maxsize=8_192)
def _words(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Folded words with their terms. Kept: the same sentences are compared with question after question."""
    return tuple((word.folded, terms_of(word.folded)) for word in words_of(text) if word.is_word)


def content_terms(text: str) -> tuple[frozenset[str], ...]:
    """Of each word of a text that is no function word."""
    return tuple(terms for folded, terms in _words(text) if folded not in FUNCTION_WORDS)


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
    asked = terms_in(question)
    named = [terms for word, terms in _words(title) if word not in FUNCTION_WORDS and not word.isdigit()]
    return bool(named) and sum(not asked.isdisjoint(terms) for terms in named) >= _MOST_OF * len(named)
