"""How well a sentence, in its surroundings, fits a question: numbers that a small model weighs.

Invariant: the same numbers in training and in use, none of which depends on what else was found. Words are compared by
their vectors in context, so that a question in one language finds words of the other; where there are no vectors, by
their stems.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.guardrails.grounding.states import WORD_STATES, Array
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import Word, words_of
from copilot.workflows.chat.kept_words import KEPT_WORDS, Means, Packed, Seen, digest_of, stem_numbers
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
class Stretch:
    """A sentence of a passage: its words `[first, last)`, at least one."""

    first: int
    last: int
    language: Language
    speaker: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Stretches:
    """Sentences of one passage, with what no question changes."""

    each: tuple[Stretch, ...]
    cuts: NDArray[np.intp]
    """First and last of each, one after the other."""
    own: Array
    """Two columns of `NAMES`: whether it asks, and how short it is."""

    @classmethod
    def of(cls, each: Sequence[Stretch]) -> "Stretches":
        """Read them once for many questions."""
        cuts = np.array([edge for item in each for edge in (item.first, item.last)], dtype=np.intp)
        asks = [float(item.text.rstrip('»”") ').endswith("?")) for item in each]
        own = np.array([asks, [1.0 / (item.last - item.first) for item in each]], np.float32)
        return cls(tuple(each), cuts, own.T)


@dataclass(frozen=True, slots=True)
class Compared:
    """Passages beside a question, all at once: similarity of every word of the one with every word of the others."""

    asked: Asked
    seen: tuple[Seen, ...]
    starts: NDArray[np.intp]
    """Where the words of each passage begin; at the end, where the last ones end."""
    alike: Array
    """`[question words, words of all passages]`, the mean of both depths."""
    deep: Array
    """The same at the deeper one."""
    same_stem: NDArray[np.bool_]

    @classmethod
    def beside(cls, question: Asked, texts: Sequence[Seen]) -> "Compared":
        """Compare them, at least one. A text without words has one that is like nothing."""
        starts = np.cumsum([0, *(max(1, len(text.words)) for text in texts)])
        middle = np.zeros((len(question.question.words), starts[-1]), np.float32)
        deep, same = np.zeros_like(middle), np.zeros(middle.shape, dtype=bool)
        for text, start in zip(texts, starts.tolist(), strict=False):
            here = slice(start, start + len(text.words))
            if text.words:
                lower, deeper = text.packed.states()
                middle[:, here] = question.states[1] @ lower.T
                deep[:, here] = question.states[2] @ deeper.T
                same[:, here] = question.stems[:, None] == text.stems
        return cls(question, tuple(texts), starts, np.maximum((middle + deep) / 2, same), deep, same)

    def found(self, cuts: NDArray[np.intp]) -> Array:
        """How well each word that an answer must be about is found between every first and second cut."""
        return _most(self.alike, cuts)[:, self.asked.telling]


@dataclass(frozen=True, slots=True)
class _Within:
    """What holds of each stretch of the passages; all of them are reckoned at once."""

    of: NDArray[np.intp]
    """The place of its passage."""
    here: Array
    """`[stretches, question words]`: how well each word of the question is found there."""
    stems: NDArray[np.bool_]
    """The same shape: whether its stem is there."""
    best: Array
    """The same shape: how well it is found anywhere in the passage."""
    stems_near: NDArray[np.bool_]
    """The same shape: whether its stem is anywhere in the passage."""
    asking: Array
    """Of each stretch, how well the words are found, in the mean, that an answer need not be about."""
    pooled: Array
    """Cosine of the mean vectors."""
    about: Array
    """How much of what is said there the question has too."""

    @classmethod
    def of_all(cls, compared: Compared, stretches: Sequence[Stretches]) -> "_Within":
        asked, starts = compared.asked, compared.starts
        of = np.repeat(np.arange(len(stretches)), [len(item.each) for item in stretches])
        cuts = np.concatenate([item.cuts for item in stretches]) + np.repeat(starts[:-1][of], 2)
        means = [_means(text, item) for text, item in zip(compared.seen, stretches, strict=True)]
        others = asked.asking
        asking = _most(compared.deep[others], cuts).mean(axis=1) if others.size else np.full(len(of), 0.5)
        lengths = np.concatenate([item.lengths for item in means]) * math.sqrt(float(asked.whole @ asked.whole))
        words = np.concatenate([item.words for item in means])
        vectors = np.concatenate([item.sums for item in means]) / words[:, None]
        says = np.concatenate([item.says for item in means])
        # Of every passage word: how like it the likest word of the question is.
        nearest = compared.alike.max(axis=0, initial=-1.0)
        alike = _sums(np.where(_says(compared.seen), nearest, 0.0)[:, None], cuts)
        return cls(
            of=of,
            here=_most(compared.alike, cuts),
            stems=_most(compared.same_stem, cuts),
            best=np.maximum.reduceat(compared.alike, starts[:-1], axis=1).T[of],
            stems_near=np.logical_or.reduceat(compared.same_stem, starts[:-1], axis=1).T[of],
            asking=asking,
            pooled=(vectors * asked.whole).sum(axis=1) / np.maximum(1e-6, lengths),
            about=np.where(says > 0, alike[:, 0] / np.maximum(says, 1.0), 0.0),
        )


def _says(texts: Sequence[Seen]) -> NDArray[np.bool_]:
    """Which words are no function words, as `Compared` has them in a row."""
    return np.concatenate([text.says if text.words else np.zeros(1, dtype=bool) for text in texts])


def _means(text: Seen, stretches: Stretches) -> Means:
    key = stretches.cuts.tobytes()
    found = text.means.get(key)
    if found is None:
        _, deeper = text.packed.states()
        sums, words = _sums(deeper, stretches.cuts), stretches.cuts[1::2] - stretches.cuts[::2]
        lengths = np.linalg.norm(sums / words[:, None], axis=1)
        says = _sums(text.says.astype(np.float32)[:, None], stretches.cuts)[:, 0]
        found = text.means[key] = Means(sums, words, lengths, says)
    return found


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


def features(compared: Compared, stretches: Sequence[Stretches]) -> tuple[Array, Array]:
    """One row for each stretch, passage by passage, in the order of `NAMES`; and how well each of the `telling` words
    is found there. `stretches`: of each passage that is compared; of one at least there are some."""
    within = _Within.of_all(compared, stretches)
    each = [item for of_one in stretches for item in of_one.each]
    rows = np.zeros((len(each), len(NAMES)), np.float32)
    by_speaker: dict[str | None, list[int]] = {}
    for place, item in enumerate(each):
        by_speaker.setdefault(item.speaker, []).append(place)
    for speaker, some in by_speaker.items():
        rows[some] = _rows(compared.asked, within, list(_besides_speaker(compared.asked.question, speaker)), some)
    rows[:, [_ASKS, _SHORT]] = np.concatenate([item.own for item in stretches])
    if compared.asked.question.expected not in _ANY_KIND:
        rows[:, [_MISSING, _HAS]] = [_kind(compared.asked.question, item) for item in each]
    return rows, within.here[:, compared.asked.telling]


def _rows(asked: Asked, within: _Within, telling: list[int], some: list[int]) -> Array:
    """Of those stretches whose answers must be about the same words, what is no matter of their own text."""
    weights = asked.weights[telling]
    heavy = weights >= _HEAVY
    heavy = heavy if heavy.any() else np.ones(len(telling), bool)
    weights = weights / weights.sum()
    here, best = within.here[some], within.best[some]
    in_sentence, in_passage = here[:, telling], best[:, telling]
    plain = _plain(asked, telling)
    columns = {
        "sentence_alike": (in_sentence * weights).sum(axis=1),
        "passage_alike": (in_passage * weights).sum(axis=1),
        "sentence_stems": (within.stems[some][:, telling] * weights).sum(axis=1),
        "passage_stems": (within.stems_near[some][:, telling] * weights).sum(axis=1),
        "least_in_sentence": in_sentence[:, heavy].min(axis=1),
        "least_in_passage": in_passage[:, heavy].min(axis=1),
        "asking_words": within.asking[some],
        "pooled": within.pooled[some],
        "about_question": within.about[some],
        "plain_in_sentence": here[:, plain].min(axis=1, initial=_NO_PLAIN if not plain else np.inf),
        "plain_in_passage": best[:, plain].min(axis=1, initial=_NO_PLAIN if not plain else np.inf),
    }
    rows = np.zeros((len(some), len(NAMES)), np.float32)
    for name, values in columns.items():
        rows[:, NAMES.index(name)] = values
    return rows


_MISSING, _HAS = NAMES.index("missing_kind"), NAMES.index("has_kind")
_ASKS, _SHORT = NAMES.index("is_question"), NAMES.index("short")


def _kind(question: Question, item: Stretch) -> tuple[bool, bool]:
    """Whether the kind of thing that is asked for is missing, and whether it is there."""
    there = carries(question.expected, item.text, language=item.language, question=question, speaker=item.speaker)
    return not there, there


_ANY_KIND = frozenset({Expected.OTHER, Expected.YES_NO})
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
