"""What the learned score knows about every word of a sentence beside its source.

Invariant: the same numbers in training and in use; none of them depends on the length of the sentence or the source
alone, so that what was learned on long texts holds for short ones. No label, no other sentence of the draft.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.guardrails.grounding.source_text import SourceText, is_content
from copilot.guardrails.grounding.states import Array
from copilot.guardrails.grounding.vocabulary import (
    AGREED,
    ASKED,
    FAILING,
    FUNCTION_WORDS,
    OPPOSITES,
    PRONOUNS,
    QUANTIFIERS,
    negates,
)
from copilot.guardrails.grounding.words import Word, stem

_SPAN = 40
"""Words of the source in which a sentence's ground is sought."""
_BESIDE = 8
_NEIGHBOURS = 6
_RAREST = 6.0
_OPPOSITE_STEMS = {stem(word): frozenset(stem(other) for other in others) for word, others in OPPOSITES.items()}
_NONE: frozenset[str] = frozenset()
_ENDS = frozenset(".;?!")


@dataclass(frozen=True, slots=True)
class Compared:
    """Similarities of every word of the sentence with every word of the source, per depth."""

    words: Sequence[Word]
    source: SourceText
    similar: Array
    """`[depths, words, source words]`."""

    @property
    def best(self) -> Array:
        """The highest similarity of each word, per depth."""
        best: Array = self.similar.max(axis=2)
        return best


def features(words: Sequence[Word], states: Array, source: SourceText, rarity: Callable[[str], float]) -> Array:
    """One row for each word. Neither the sentence nor the source may be empty."""
    similar = states @ source.states.transpose(0, 2, 1)
    compared = Compared(words, source, similar)
    aligned = similar[-1].argmax(axis=1)
    grounds = _grounds(compared)
    parts = [
        np.array([_by_itself(index, words, rarity) for index in range(len(words))]),
        np.array([_in_source(index, compared, grounds) for index in range(len(words))]),
        _similarities(compared, aligned, grounds),
        np.array([_aligned(index, compared, aligned) for index in range(len(words))]),
        _around(compared.best),
    ]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _by_itself(index: int, words: Sequence[Word], rarity: Callable[[str], float]) -> list[float]:
    word = words[index]
    folded = word.folded
    begins = index == 0 or words[index - 1].text in _ENDS
    return [
        is_content(word),
        word.text[0].isupper() and not begins,
        word.text[0].isdigit(),
        negates(folded),
        folded in ASKED,
        folded in AGREED,
        folded in QUANTIFIERS,
        folded in FUNCTION_WORDS,
        folded in PRONOUNS,
        folded in FAILING,
        word.is_word,
        len(folded),
        rarity(folded),
    ]


def _in_source(index: int, compared: Compared, grounds: Sequence[tuple[int, int, float]]) -> list[float]:
    words, source = compared.words, compared.source
    word = words[index]
    places = source.places.get(word.stem, [])
    first, last, covered = grounds[index]
    left, right = _content_beside(words, index)
    opposites = _OPPOSITE_STEMS.get(word.stem, _NONE)
    opposed = any(other in source.places for other in opposites)
    near = any(first <= place < last for other in opposites for place in source.places.get(other, ()))
    return [
        bool(places),
        word.folded in source.folded,
        any(first <= place < last for place in places),
        min(len(places), 10),
        source.rarity(word.stem),
        1.0 if places or not is_content(word) else source.alike(word.folded),
        index > 0 and (words[index - 1].stem, word.stem) in source.pairs,
        index < len(words) - 1 and (word.stem, words[index + 1].stem) in source.pairs,
        bool(left) and (left[0], word.stem) in source.content_pairs,
        bool(right) and (word.stem, right[0]) in source.content_pairs,
        float(np.mean([source.distance(word.stem, other) for other in left])) if left else 30.0,
        float(np.mean([source.distance(word.stem, other) for other in right])) if right else 30.0,
        opposed,
        near,
        opposed and not places,
        covered,
    ]


def _content_beside(words: Sequence[Word], index: int) -> tuple[list[str], list[str]]:
    """Stems of the two nearest words of content on either side."""
    before = [word.stem for word in reversed(words[max(0, index - _NEIGHBOURS) : index]) if is_content(word)]
    after = [word.stem for word in words[index + 1 : index + 1 + _NEIGHBOURS] if is_content(word)]
    return before[:2], after[:2]


def _similarities(compared: Compared, aligned: Array, grounds: Sequence[tuple[int, int, float]]) -> Array:
    """Per depth: the best similarity, its lead over the second, and the best near the neighbours and in the ground."""
    similar = compared.similar
    best = compared.best
    second = np.partition(similar, -2, axis=2)[:, :, -2] if similar.shape[2] > 1 else best
    near, ground = np.zeros_like(best), np.zeros_like(best)
    for index in range(similar.shape[1]):
        beside = [aligned[other] for other in (index - 2, index - 1, index + 1, index + 2) if 0 <= other < len(aligned)]
        middle = int(np.median(beside)) if beside else int(aligned[index])
        near[:, index] = similar[:, index, max(0, middle - _BESIDE) : middle + _BESIDE + 1].max(axis=1)
        first, last, _ = grounds[index]
        ground[:, index] = similar[:, index, first:last].max(axis=1)
    stacked: Array = np.concatenate([best, best - second, near, ground]).T
    return stacked


def _aligned(index: int, compared: Compared, aligned: Array) -> list[float]:
    word, place = compared.words[index], int(aligned[index])
    other = compared.source.words[place]
    here = [
        abs(index - position)
        for position in range(max(0, index - _BESIDE), min(len(compared.words), index + _BESIDE + 1))
        if negates(compared.words[position].folded)
    ]
    return [
        other.folded == word.folded,
        other.stem == word.stem,
        compared.source.negation_distance(place),
        min(here, default=20),
    ]


def _around(best: Array) -> Array:
    """Similarities of the words before and after, and of the five words around."""
    deep = best[1:]
    padded = np.pad(deep, ((0, 0), (1, 1)), constant_values=1.0)
    wide = np.pad(best[-1], 2, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(wide, 5)
    stacked: Array = np.concatenate([padded[:, :-2], padded[:, 2:], [around.mean(axis=1), around.min(axis=1)]]).T
    return stacked


def _grounds(compared: Compared) -> list[tuple[int, int, float]]:
    """For every word: where in the source its sentence is best matched, and how much of it is found there."""
    found: list[tuple[int, int, float]] = []
    start = 0
    for index, word in enumerate(compared.words):
        if word.text in _ENDS or index == len(compared.words) - 1:
            found += [_ground(compared, start, index + 1)] * (index + 1 - start)
            start = index + 1
    return found


def _ground(compared: Compared, start: int, end: int) -> tuple[int, int, float]:
    source = compared.source
    size = len(source)
    score = np.zeros(size)
    total = 0.0
    for index in range(start, end):
        word = compared.words[index]
        if not is_content(word):
            continue
        weight = min(source.rarity(word.stem), _RAREST)
        reached = np.zeros(size)
        for place in source.places.get(word.stem, ()):
            reached[max(0, place - _SPAN // 2) : place + _SPAN // 2] = weight
        score += reached + _highest_near(compared.similar[-1, index])
        total += weight + 1
    middle = int(score.argmax())
    covered = float(score[middle] / total) if total else 1.0
    return max(0, middle - _SPAN // 2), min(size, middle + _SPAN // 2 + 1), covered


def _highest_near(row: Array) -> Array:
    """The highest value within half a span, in steps of eight words."""
    steps = range(0, len(row), 8)
    tops = np.array([row[max(0, step - _SPAN // 2) : step + _SPAN // 2].max() for step in steps])
    spread: Array = np.repeat(tops, 8)[: len(row)]
    return spread
