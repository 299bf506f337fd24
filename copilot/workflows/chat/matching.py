"""How well a sentence, in its surroundings, fits a question: numbers that a small model weighs.

Invariant: the same numbers in training and in use, none of which depends on what else was found. Words are compared by
their vectors in context, so that a question in one language finds words of the other; where there are no vectors, by
their stems.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.guardrails.grounding.states import WORD_STATES, Array
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import Word, words_of
from copilot.workflows.chat.kept_words import KEPT_WORDS, Packed, Seen, digest_of
from copilot.workflows.chat.question import Expected, Question, carries

_FREQUENT, _RARE = -8.0, -13.0
"""Log probability of a word that says little, and of one that says much."""
_LEAST = 0.15
_HEAVY = 0.5
_SAYS_SOMETHING = 0.25
_MOST_WORDS = 320
"""Of one passage with its heading."""
NAMES = (
    "sentence_alike",
    "passage_alike",
    "sentence_stems",
    "passage_stems",
    "least_in_sentence",
    "least_in_passage",
    "asking_words",
    "missing_kind",
    "has_kind",
    "is_question",
    "short",
    "pooled",
    "about_question",
    "plain_in_sentence",
    "plain_in_passage",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its vectors and the weight of each word."""

    question: Question
    states: Array
    weights: Array


def asked(question: Question) -> Asked:
    """Prepare a question once for many sentences."""
    states = _vectors(question.words)
    weights = np.array([_weight(word.folded) for word in question.words], np.float32)
    return Asked(question, states, weights)


def _vectors(words: Sequence[Word]) -> Array:
    """Of every word in its context; nothing where the weights are not installed, so that stems alone decide."""
    if not words or not WORD_STATES.available:
        return np.zeros((3, len(words), 1), np.float32)
    return WORD_STATES.of([word.text for word in words])


def _weight(folded: str) -> float:
    if not WORD_STATES.available:
        return 1.0
    share = (_FREQUENT - WORD_STATES.rarity(folded)) / (_FREQUENT - _RARE)
    return float(min(1.0, max(_LEAST, share)))


def seen(text: str) -> Seen:
    """Words and vectors of one passage. Kept: the same passages are asked about again and again."""
    digest = digest_of(text)
    found = KEPT_WORDS.get(digest)
    if found is None:
        words = tuple(word for word in words_of(text) if word.is_word)[:_MOST_WORDS]
        stored = KEPT_WORDS.take_stored(digest) if WORD_STATES.available else None
        packed = Packed.read(stored, words=len(words)) if stored else None
        found = Seen(
            words,
            packed or Packed.of(_vectors(words)[1:]),
            stems=np.array([word.stem for word in words], dtype=np.str_),
            says=np.array([word.folded not in FUNCTION_WORDS for word in words], dtype=bool),
        )
        KEPT_WORDS.put(digest, found)
    return found


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage beside a question: similarity of every word of the one with every word of the other."""

    asked: Asked
    seen: Seen
    alike: Array
    """`[question words, passage words]`, the mean of both depths."""
    deep: Array
    """The same at the deeper one."""
    same_stem: NDArray[np.bool_]
    states: Array
    """Of the passage's words, at the deeper one."""
    best: Array = field(init=False)
    """Of every question word: how well it is found anywhere in the passage."""
    stems_near: NDArray[np.bool_] = field(init=False)
    """Of every question word: whether its stem is anywhere in the passage."""
    nearest: Array = field(init=False)
    """Of every passage word: how like it the likest word of the question is."""
    whole: Array = field(init=False)
    """The mean vector of the question."""
    telling: NDArray[np.intp] = field(init=False)
    asking: NDArray[np.intp] = field(init=False)
    """Places of the question's words that an answer must be about, and of the others."""

    def __post_init__(self) -> None:
        """What every sentence of the passage is compared with is reckoned once."""
        object.__setattr__(self, "best", self.alike.max(axis=1))
        object.__setattr__(self, "stems_near", self.same_stem.any(axis=1))
        object.__setattr__(self, "nearest", self.alike.max(axis=0, initial=-1.0))
        object.__setattr__(self, "whole", self.asked.states[2].mean(axis=0))
        telling = np.array(self.asked.question.telling, dtype=np.intp)
        object.__setattr__(self, "telling", telling)
        object.__setattr__(self, "asking", np.setdiff1d(np.arange(len(self.asked.question.words)), telling))

    @classmethod
    def beside(cls, question: Asked, text: Seen) -> "Passage":
        """Compare them."""
        if not text.words:
            nothing = np.zeros((len(question.question.words), 1), np.float32)
            return cls(question, text, nothing, nothing, nothing > 0, np.zeros((1, 1), np.float32))
        lower, deeper = text.packed.states()
        middle = question.states[1] @ lower.T
        deep = question.states[2] @ deeper.T
        own = np.array([word.stem for word in question.question.words])[:, None]
        same = np.asarray(own == text.stems[None, :])
        return cls(question, text, np.maximum((middle + deep) / 2, same), deep, same, deeper)

    def found(self, first: int, last: int) -> Array:
        """How well each word that an answer must be about is found among the words `[first, last)`."""
        found: Array = self.alike[:, first:last].max(axis=1)[self.telling]
        return found


def features(passage: Passage, first: int, last: int, *, language: Language, speaker: str | None, text: str) -> Array:
    """One row for the words `[first, last)` of a passage, in the order of `NAMES`."""
    question = passage.asked.question
    telling = _besides_speaker(question, speaker)
    weights = passage.asked.weights[telling]
    weights = weights / weights.sum()
    heavy = passage.asked.weights[telling] >= _HEAVY
    heavy = heavy if heavy.any() else np.ones(len(telling), bool)
    here = passage.alike[:, first:last].max(axis=1)
    in_sentence, in_passage = here[telling], passage.best[telling]
    stems_here = passage.same_stem[telling, first:last].any(axis=1)
    stems_near = passage.stems_near[telling]
    kind = question.expected
    typed = kind not in {Expected.OTHER, Expected.YES_NO}
    there = typed and carries(kind, text, language=language, question=question, speaker=speaker)
    return np.array(
        [
            in_sentence @ weights,
            in_passage @ weights,
            stems_here @ weights,
            stems_near @ weights,
            in_sentence[heavy].min(),
            in_passage[heavy].min(),
            passage.deep[passage.asking, first:last].max(axis=1).mean() if passage.asking.size else 0.5,
            typed and not there,
            there,
            text.rstrip('»”") ').endswith("?"),
            1.0 / (last - first),
            _pooled(passage, first, last),
            _about(passage, first, last),
            *_plain(passage, here, telling=telling),
        ],
        np.float32,
    )


def _pooled(passage: Passage, first: int, last: int) -> float:
    """Cosine of the mean vectors."""
    one = passage.whole
    other = passage.states[first:last].mean(axis=0)
    return float(one @ other / max(1e-6, math.sqrt(float(one @ one)) * math.sqrt(float(other @ other))))


_NO_PLAIN = 0.8
"""Where a question has names only."""


def _besides_speaker(question: Question, speaker: str | None) -> list[int]:
    """Telling words without the name and role of who says the sentence: that they say it is no answer."""
    if speaker is None:
        return list(question.telling)
    name = {flat(part).strip(",") for part in speaker.split()}
    left = [place for place in question.telling if question.words[place].folded.removesuffix("'s") not in name]
    return left or list(question.telling)


def _plain(passage: Passage, here: Array, *, telling: Sequence[int]) -> tuple[float, float]:
    """The least of the question's words that are no names: a text full of the right names need not answer."""
    question = passage.asked.question
    plain = [place for place in telling if question.words[place].text[0].islower()]
    plain = [place for place in plain if passage.asked.weights[place] >= _SAYS_SOMETHING]
    if not plain:
        return _NO_PLAIN, _NO_PLAIN
    return float(here[plain].min()), float(passage.best[plain].min())


def _about(passage: Passage, first: int, last: int) -> float:
    """How much of what the sentence says the question has too."""
    content = passage.seen.says[first:last]
    return float(passage.nearest[first:last][content].mean()) if content.any() else 0.0


def places(words: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """Which of a passage's words stand at its characters `[start, end)`."""
    inside = [place for place, word in enumerate(words) if start <= word.start < end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
