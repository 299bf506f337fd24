"""The learned score: how much the wording of a sentence departs from its sources.

Invariant: no model is asked anything; the same sentence and sources give the same score. It is given only where there
is wording to judge: what people wrote on one side, a sentence of the writer's own in the same language on the other.
Sentences that are quotations, figures and names, or that rest on records, are left to the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from copilot.domain.language import detect
from copilot.guardrails.grounding.features import features
from copilot.guardrails.grounding.network import network
from copilot.guardrails.grounding.source_text import SourceText, is_content
from copilot.guardrails.grounding.sources import Sources
from copilot.guardrails.grounding.states import WORD_STATES
from copilot.guardrails.grounding.words import Word, without_quotations, words_of

_OWN_WORDS = 8
"""Words of content outside quotations and names. With fewer there is no wording to judge."""
_FOR_LANGUAGE = 2_000
"""Characters. Words of two languages resemble each other too little to be judged."""
_MOST_CHARACTERS = 20_000
_MOST_SENTENCE_WORDS = 120
_MOST_SOURCE_WORDS = 600
_MOST_SENTENCES = 60
"""Of one draft. The time limit of a detector is seconds; beyond it the rules still look at every sentence."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """0 to 1, and the words that weigh most."""

    value: float
    start: int
    end: int


def weakness(text: str, sources: Sources) -> Weakness | None:
    """For one sentence. None: there is no wording to judge, or no word vectors to judge it by."""
    return weaknesses([(text, sources)])[0]


def weaknesses(pairs: Sequence[tuple[str, Sources]]) -> list[Weakness | None]:
    """For many sentences, the first of them if there are very many."""
    found: list[Weakness | None] = []
    judged = 0
    for text, sources in pairs:
        words = _own_words(text, sources) if judged < _MOST_SENTENCES else ()
        wanted = bool(words) and WORD_STATES.available
        judged += wanted
        found.append(_judged(words, sources) if wanted else None)
    return found


def is_weak(score: Weakness) -> bool:
    """Whether it is worth a person's look."""
    return score.value >= _FLAGGED


_FLAGGED = 0.5


def _own_words(text: str, sources: Sources) -> tuple[Word, ...]:
    if not sources.passages or len(sources.passages) < len(sources.evidence):
        return ()
    words = words_of(without_quotations(text[:_MOST_CHARACTERS]))[:_MOST_SENTENCE_WORDS]
    own = [word for word in words if is_content(word) and word.text[0].islower()]
    if len(own) < _OWN_WORDS or detect(text) is not detect(sources.passages[0].text[:_FOR_LANGUAGE]):
        return ()
    return words


def _judged(words: Sequence[Word], sources: Sources) -> Weakness:
    model = network()
    source = _source_text("\n".join(item.text for item in sources.evidence))
    if not len(source):
        return Weakness(1.0, words[0].start, words[-1].end)
    states = WORD_STATES.of([word.text for word in words])
    per_word = model.words(features(words, states, source, WORD_STATES.rarity), states[-1])
    value = float(1 / (1 + np.exp(-(model.sentence(per_word) - model.threshold))))
    worst = words[int(per_word.mean(axis=0).argmax())]
    return Weakness(value, worst.start, worst.end)


@lru_cache(maxsize=256)
def _source_text(text: str) -> SourceText:
    words = words_of(text)[:_MOST_SOURCE_WORDS]
    return SourceText(words, WORD_STATES.of([word.text for word in words]) if words else np.zeros((3, 0, 384), "f4"))
