"""How near a sentence comes to each word that an answer needs, by meaning where the word itself is not there.

Invariant: pure; a word that the sentence, its headings or the question it replies to has counts in full, whatever its
vector says; a heading counts for less than the sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from copilot.workflows.chat.answering import Judged
from copilot.workflows.chat.lists import announces_list
from copilot.workflows.chat.matching import Asked
from copilot.workflows.rfp.answering.fitting import (
    LEAST_WEIGHT,
    content_terms,
    heading_of,
    is_topic,
    named_in,
    required,
    terms_in,
    terms_of,
    weight_of,
)

_ABOVE, _REPLIED = 0.9, 0.95
"""What a word counts for at most that only the heading has, or only the question before."""
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
        weights = [weight_of(question, place) for place in places]
        named = named_in(question)
        return cls(
            question=question,
            words=words,
            terms=tuple(terms_of(word) for word in words),
            order=tuple(order[place] for place in places),
            weights=tuple(LEAST_WEIGHT if word in _WHOSE else own for word, own in zip(words, weights, strict=True)),
            topics=tuple(
                index for index, word in enumerate(words) if word not in _WHOSE and (is_topic(word) or word in named)
            ),
        )


def nearness(sought: Sought, judged: Judged) -> Nearness:
    """Of one sentence, with the list that it announces."""
    said, above = terms_in(with_list(judged)), terms_in(heading_of(judged.told))
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


def with_list(judged: Judged) -> str:
    """A sentence with the list that it announces."""
    told = judged.told
    return " ".join([told.text, *(item.text for item in judged.announces)]) if announces_list(told.text) else told.text


def under_topic(topic: str, judged: Judged) -> float:
    """Share of the words of the questionnaire's own headings that the sentence or its headings have."""
    wanted = content_terms(topic)
    if not wanted:
        return _NO_TOPIC
    said = terms_in(heading_of(judged.told)) | terms_in(judged.told.text)
    return sum(bool(terms & said) for terms in wanted) / len(wanted)


def _of(values: Sequence[float], index: int) -> float:
    return values[index] if values else 0.0
