"""A source prepared for comparing words with it: where each stem stands, what stands beside it, what it resembles.

Invariant: built once per source text, in time linear in its length.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from copilot.guardrails.grounding.states import Array
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS, negates
from copilot.guardrails.grounding.words import Word

_SHORTEST_ALIKE = 4
_FAR = 60
"""Words. Beyond it two words have nothing to do with each other."""


class SourceText:
    """The words of one source and their vectors."""

    def __init__(self, words: Sequence[Word], states: Array) -> None:
        self.words = words
        self.states = states
        self.places: dict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(words):
            self.places[word.stem].append(index)
        self.folded = frozenset(word.folded for word in words)
        self.pairs = {(left.stem, right.stem) for left, right in pairwise(words)}
        content = [word.stem for word in words if is_content(word)]
        self.content_pairs = set(pairwise(content)) | set(zip(content, content[2:], strict=False))
        self.negations = np.array([index for index, word in enumerate(words) if negates(word.folded)])
        self._alike: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self.words)

    def rarity(self, stem: str) -> float:
        """How little of the source the stem is."""
        return float(np.log((len(self) + 1) / (len(self.places.get(stem, ())) + 0.5)))

    def distance(self, stem: str, other: str) -> int:
        """Words between the nearest two places of two stems."""
        here, there = self.places.get(stem), self.places.get(other)
        if not here or not there:
            return _FAR
        return min(_FAR, int(np.abs(np.subtract.outer(here[:20], there[:20])).min()))

    def negation_distance(self, place: int) -> int:
        """Words from `place` to the nearest negation."""
        return min(_FAR, int(np.abs(self.negations - place).min())) if len(self.negations) else _FAR

    def alike(self, folded: str) -> float:
        """How much of its letters the word shares with the most similar one (Dice of trigrams)."""
        found = self._alike.get(folded)
        if found is None:
            own = _trigrams(folded)
            found = max((2 * len(own & other) / (len(own) + len(other)) for other in self._trigrams), default=0.0)
            self._alike[folded] = found
        return found

    @cached_property
    def _trigrams(self) -> list[set[str]]:
        return [_trigrams(word) for word in sorted(self.folded) if len(word) >= _SHORTEST_ALIKE]


def is_content(word: Word) -> bool:
    """Whether the word says something by itself."""
    return word.is_word and word.folded not in FUNCTION_WORDS


def _trigrams(word: str) -> set[str]:
    padded = f"^{word}$"
    return {padded[index : index + 3] for index in range(len(padded) - 2)}
