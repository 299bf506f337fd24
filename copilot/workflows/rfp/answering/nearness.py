"""How near a sentence comes to each word that an answer needs, by meaning where the word itself is not there.

Invariant: pure; a word that the sentence, its headings or the question it replies to has counts in full, whatever its
vector says; a heading counts for less than the sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.chat.answering import Judged
from copilot.workflows.chat.matching import Asked
from copilot.workflows.rfp.answering.fitting import is_topic, named_in, required, terms_in, terms_of

_ABOVE, _REPLIED = 0.9, 0.95
"""What a word counts for that only the heading has, or only the question before."""
_LEAST_WEIGHT = 0.3
_NO_TOPIC = 0.5
_SAID, _LACKING = 0.8, 0.6
_WHOSE = frozenset({"customer", "customers", "client", "clients", "cliente", "clientes"})
"""Whose data it is, a source that speaks of "data" leaves out; who must do something, claims look after."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """From 0 to 1."""

    words: tuple[float, ...]
    """Of each word that an answer needs."""
    mean: float
    """By the weight of the words."""
    topic: float
    """Of the least near word that names what is asked about."""

    def adds_to(self, other: "Nearness") -> bool:
        """Whether this sentence has a word of the question that the other lacks."""
        return any(mine >= _SAID and its < _LACKING for mine, its in zip(self.words, other.words, strict=True))


FAR = Nearness((), mean=0.0, topic=0.0)
"""Of what is not compared."""


def nearness(question: Asked, judged: Judged) -> Nearness:
    """Of one sentence, with the list that it announces."""
    told = judged.told
    more = judged.announces if told.text.rstrip("*_ ").endswith(":") else ()
    said = terms_in(" ".join([told.text, *(item.text for item in more)]))
    above = terms_in(f"{told.title}. {told.heading}")
    named = named_in(question)
    order = {place: index for index, place in enumerate(question.question.telling)}
    near, weights, topics = [], [], []
    for place in required(question):
        word = question.question.words[place]
        terms, index = terms_of(word.folded), order[place]
        value = max(
            1.0 if terms & said else judged.found[index],
            _ABOVE * (1.0 if terms & above else _of(judged.above, index)),
            _REPLIED * _of(judged.replied, index),
        )
        near.append(value)
        whose = word.folded in _WHOSE
        weights.append(_LEAST_WEIGHT if whose else max(_LEAST_WEIGHT, float(question.weights[place])))
        if not whose and (is_topic(word.folded) or word.folded in named):
            topics.append(value)
    mean = sum(value * weight for value, weight in zip(near, weights, strict=True)) / sum(weights)
    return Nearness(tuple(near), mean, min(topics, default=1.0))


def under_topic(topic: str, judged: Judged) -> float:
    """Share of the words of the questionnaire's own headings that the sentence or its headings have."""
    wanted = _wanted(topic)
    if not wanted:
        return _NO_TOPIC
    told = judged.told
    said = terms_in(f"{told.title}. {told.heading}") | terms_in(told.text)
    return sum(bool(terms & said) for terms in wanted) / len(wanted)


@lru_cache(maxsize=512)
def _wanted(topic: str) -> tuple[frozenset[str], ...]:
    return tuple(terms_of(word) for word in _words(topic) if word not in FUNCTION_WORDS)


def _words(text: str) -> list[str]:
    return [word.folded for word in words_of(text) if word.is_word]


def _of(values: Sequence[float], index: int) -> float:
    return values[index] if values else 0.0
