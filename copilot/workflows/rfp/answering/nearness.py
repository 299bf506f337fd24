"""How near a sentence comes to each word that an answer needs, by meaning where the word itself is not there.

Invariant: pure; a word that the sentence, its headings or the question it replies to has counts in full, whatever its
vector says; a heading counts for less than the sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.chat.answering import Judged
from copilot.workflows.chat.lists import announces_list
from copilot.workflows.chat.matching import Asked
from copilot.workflows.rfp.answering.fitting import is_topic, named_in, required, terms_in, terms_of

_ABOVE, _REPLIED = 0.9, 0.95
"""What a word counts for at most that only the heading has, or only the question before."""
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


@dataclass(frozen=True, slots=True)
class Sought:
    """The words that an answer needs, read once for all the sentences that they are looked for in."""

    question: Asked
    words: tuple[str, ...]
    """Folded."""
    terms: tuple[frozenset[str], ...]
    order: tuple[int, ...]
    """Of each, its place among the `telling` words of the question."""
    weights: tuple[float, ...]
    topics: tuple[int, ...]
    """Which of them name what is asked about."""

    @classmethod
    def of(cls, question: Asked) -> "Sought":
        """See the class."""
        places = required(question)
        words = tuple(question.question.words[place].folded for place in places)
        order = {place: index for index, place in enumerate(question.question.telling)}
        weights = [max(_LEAST_WEIGHT, float(question.weights[place])) for place in places]
        named = named_in(question)
        return cls(
            question=question,
            words=words,
            terms=tuple(terms_of(word) for word in words),
            order=tuple(order[place] for place in places),
            weights=tuple(_LEAST_WEIGHT if word in _WHOSE else own for word, own in zip(words, weights, strict=True)),
            topics=tuple(
                index for index, word in enumerate(words) if word not in _WHOSE and (is_topic(word) or word in named)
            ),
        )


def nearness(sought: Sought, judged: Judged) -> Nearness:
    """Of one sentence, with the list that it announces."""
    told = judged.told
    more = judged.announces if announces_list(told.text) else ()
    said = terms_in(" ".join([told.text, *(item.text for item in more)]) if more else told.text)
    above = terms_in(f"{told.title}. {told.heading}")
    found, of_heading, of_reply = judged.found, judged.above, judged.replied
    near = []
    for terms, index in zip(sought.terms, sought.order, strict=True):
        value = 1.0 if not terms.isdisjoint(said) else found[index]
        if value < _REPLIED:
            heading = 1.0 if not terms.isdisjoint(above) else _of(of_heading, index)
            value = max(value, _ABOVE * heading, _REPLIED * _of(of_reply, index))
        near.append(value)
    mean = sum(map(mul, near, sought.weights)) / sum(sought.weights)
    return Nearness(tuple(near), mean, min([near[index] for index in sought.topics], default=1.0))


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
