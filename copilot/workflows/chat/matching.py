"""How well a sentence, in its surroundings, fits a question: numbers that a small model weighs.

Invariant: the same numbers in training and in use, none of which depends on what else was found. Words are compared by
their vectors in context, so that a question in one language finds words of the other; where there are no vectors, by
their stems.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.guardrails.grounding.states import WORD_STATES, Array
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import Word, words_of
from copilot.workflows.chat.kept_words import KEPT_WORDS, Packed, Seen, digest_of, stem_numbers
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
    stems: NDArray[np.int64]
    whole: Array
    """The mean of the word vectors."""
    telling: NDArray[np.intp]
    asking: NDArray[np.intp]
    """Places of the words that an answer must be about, and of the others."""


def asked(question: Question) -> Asked:
    """Prepare a question once for many sentences."""
    states = _vectors(question.words)
    weights = np.array([_weight(word.folded) for word in question.words], np.float32)
    telling = np.array(question.telling, dtype=np.intp)
    asking = np.setdiff1d(np.arange(len(question.words)), telling)
    whole = states[2].mean(axis=0)
    return Asked(question, states, weights, stem_numbers(question.words), whole, telling, asking)


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
            stems=stem_numbers(words),
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

    def __post_init__(self) -> None:
        """What every sentence of the passage is compared with is reckoned once."""
        object.__setattr__(self, "best", self.alike.max(axis=1))
        object.__setattr__(self, "stems_near", self.same_stem.any(axis=1))
        object.__setattr__(self, "nearest", self.alike.max(axis=0, initial=-1.0))

    @classmethod
    def beside(cls, question: Asked, text: Seen) -> "Passage":
        """Compare them."""
        if not text.words:
            nothing = np.zeros((len(question.question.words), 1), np.float32)
            return cls(question, text, nothing, nothing, nothing > 0, np.zeros((1, 1), np.float32))
        lower, deeper = text.packed.states()
        middle = question.states[1] @ lower.T
        deep = question.states[2] @ deeper.T
        same = np.asarray(question.stems[:, None] == text.stems[None, :])
        return cls(question, text, np.maximum((middle + deep) / 2, same), deep, same, deeper)

    def found(self, first: int, last: int) -> Array:
        """How well each word that an answer must be about is found among the words `[first, last)`."""
        found: Array = self.alike[:, first:last].max(axis=1)[self.asked.telling]
        return found


@dataclass(frozen=True, slots=True)
class Stretch:
    """A sentence of a passage: its words `[first, last)`, at least one."""

    first: int
    last: int
    language: Language
    speaker: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Within:
    """What holds of each stretch of a passage; all of them are reckoned at once."""

    here: Array
    """`[stretches, question words]`: how well each word of the question is found there."""
    stems: NDArray[np.bool_]
    """The same shape: whether its stem is there."""
    asking: Array
    """Of each stretch, how well the words are found, in the mean, that an answer need not be about."""
    pooled: Array
    """Cosine of the mean vectors."""
    about: Array
    """How much of what is said there the question has too."""

    @classmethod
    def of(cls, passage: Passage, stretches: Sequence[Stretch]) -> "_Within":
        asked = passage.asked
        cuts = np.array([edge for item in stretches for edge in (item.first, item.last)])
        lengths = np.array([item.last - item.first for item in stretches])
        here = _most(passage.alike, cuts)
        others = asked.asking
        asking = _most(passage.deep[others], cuts).mean(axis=1) if others.size else np.full(len(lengths), 0.5)
        means = _sums(passage.states, cuts) / lengths[:, None]
        norms = np.sqrt((means * means).sum(axis=1)) * math.sqrt(float(asked.whole @ asked.whole))
        says = _sums(passage.seen.says.astype(np.float32)[:, None], cuts)[:, 0]
        alike = _sums(np.where(passage.seen.says, passage.nearest, 0.0)[:, None], cuts)[:, 0]
        return cls(
            here=here,
            stems=_most(passage.same_stem, cuts),
            asking=asking,
            pooled=(means * asked.whole).sum(axis=1) / np.maximum(1e-6, norms),
            about=np.where(says > 0, alike / np.maximum(says, 1.0), 0.0),
        )


def _most(values: NDArray[Any], cuts: NDArray[np.intp]) -> NDArray[Any]:
    """`[stretches, rows]`: the largest value of each row between every first and second cut."""
    # A cut at the very end needs a place to stand at; what begins there is left out.
    padded = np.concatenate([values, values[:, -1:]], axis=1)
    return np.maximum.reduceat(padded, cuts, axis=1)[:, ::2].T


def _sums(values: Array, cuts: NDArray[np.intp]) -> Array:
    """`[stretches, columns]`: the sum of the rows between every first and second cut."""
    padded = np.concatenate([values, values[-1:]], axis=0)
    sums: Array = np.add.reduceat(padded, cuts, axis=0)[::2]
    return sums


def features(passage: Passage, stretches: Sequence[Stretch]) -> tuple[Array, Array]:
    """One row for each stretch, in the order of `NAMES`; and how well each of the `telling` words is found there."""
    within = _Within.of(passage, stretches)
    rows = np.zeros((len(stretches), len(NAMES)), np.float32)
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, item in enumerate(stretches):
        groups.setdefault(_besides_speaker(passage.asked.question, item.speaker), []).append(place)
    for telling, some in groups.items():
        rows[some] = _rows(passage, within, list(telling), some)
    for row, item in zip(rows, stretches, strict=True):
        row[_MISSING], row[_HAS] = _kind(passage.asked.question, item)
        row[_ASKS] = item.text.rstrip('»”") ').endswith("?")
        row[_SHORT] = 1.0 / (item.last - item.first)
    return rows, within.here[:, passage.asked.telling]


def _rows(passage: Passage, within: _Within, telling: list[int], some: list[int]) -> Array:
    """Of those stretches whose answers must be about the same words, what is no matter of their own text."""
    weights = passage.asked.weights[telling]
    heavy = weights >= _HEAVY
    heavy = heavy if heavy.any() else np.ones(len(telling), bool)
    weights = weights / weights.sum()
    here = within.here[some]
    in_sentence, in_passage = here[:, telling], passage.best[telling]
    nothing = np.zeros(len(some), np.float32)
    plain = _plain(passage.asked, telling)
    columns = {
        "sentence_alike": (in_sentence * weights).sum(axis=1),
        "passage_alike": nothing + in_passage @ weights,
        "sentence_stems": (within.stems[some][:, telling] * weights).sum(axis=1),
        "passage_stems": nothing + passage.stems_near[telling] @ weights,
        "least_in_sentence": in_sentence[:, heavy].min(axis=1),
        "least_in_passage": nothing + in_passage[heavy].min(),
        "asking_words": within.asking[some],
        "pooled": within.pooled[some],
        "about_question": within.about[some],
        "plain_in_sentence": here[:, plain].min(axis=1) if plain else nothing + _NO_PLAIN,
        "plain_in_passage": nothing + (passage.best[plain].min() if plain else _NO_PLAIN),
    }
    return np.stack([columns.get(name, nothing) for name in NAMES], axis=1)


_MISSING, _HAS = NAMES.index("missing_kind"), NAMES.index("has_kind")
_ASKS, _SHORT = NAMES.index("is_question"), NAMES.index("short")


def _kind(question: Question, item: Stretch) -> tuple[bool, bool]:
    """Whether the kind of thing that is asked for is missing, and whether it is there."""
    kind = question.expected
    if kind in {Expected.OTHER, Expected.YES_NO}:
        return False, False
    there = carries(kind, item.text, language=item.language, question=question, speaker=item.speaker)
    return not there, there


_NO_PLAIN = 0.8
"""Where a question has names only."""


def _besides_speaker(question: Question, speaker: str | None) -> tuple[int, ...]:
    """Telling words without the name and role of who says the sentence: that they say it is no answer."""
    if speaker is None:
        return tuple(question.telling)
    name = {flat(part).strip(",") for part in speaker.split()}
    left = [place for place in question.telling if question.words[place].folded.removesuffix("'s") not in name]
    return tuple(left or question.telling)


def _plain(asked: Asked, telling: Sequence[int]) -> list[int]:
    """Of the telling words those that are no names: a text full of the right names need not answer."""
    plain = [place for place in telling if asked.question.words[place].text[0].islower()]
    return [place for place in plain if asked.weights[place] >= _SAYS_SOMETHING]


def places(words: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """Which of a passage's words stand at its characters `[start, end)`."""
    first = bisect_left(words, start, key=_start)
    last = bisect_left(words, end, lo=first, key=_start)
    return (first, last) if last > first else (0, 0)


def _start(word: Word) -> int:
    return word.start
