"""Puts words and meaning together into one score.

Scores are standardised over the candidates of the query and added: ranks alone would throw away how much
better the best is (reciprocal-rank fusion measured worse, and much worse across languages).

Invariant: a passage in another language than the query is never punished for not sharing its words: where words
cannot match, the passage's standing by meaning stands for both.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_NO_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """Share of the lexical score; the rest is the dense score's."""

    plain: float = 0.5
    exact_words: float = 0.6
    """For queries with identifiers or quoted words."""


@dataclass(frozen=True, slots=True)
class Standard:
    """Mean and spread of one score over the candidates."""

    mean: float
    spread: float

    def of(self, value: float) -> float:
        """Standardised value."""
        return (value - self.mean) / self.spread


def standard(values: Collection[float]) -> Standard:
    """Mean and standard deviation; a spread of nothing counts as one."""
    if not values:
        return Standard(0.0, 1.0)
    # By hand: for a hundred numbers the arrays of a library take longer to make than to use.
    mean = math.fsum(values) / len(values)
    spread = math.sqrt(math.fsum([(value - mean) ** 2 for value in values]) / len(values))
    return Standard(mean, spread if spread > _NO_SPREAD else 1.0)


def fuse(
    lexical: Mapping[str, float],
    dense: Mapping[str, float],
    *,
    lexical_share: float,
    foreign: Collection[str] = frozenset(),
) -> dict[str, float]:
    """Fused score of every candidate, higher is better.

    `lexical` holds BM25 scores (absent: no common word, 0), `dense` cosines (absent: below the last one kept).
    `foreign` are the candidates in another language than the query. With one side empty the other decides.
    """
    candidates = lexical.keys() | dense.keys()
    if not dense:
        return dict(lexical)
    if not lexical:
        return dict(dense)
    floor = min(dense.values())
    by_meaning = standard(dense.values())
    by_words = standard([lexical.get(candidate, 0.0) for candidate in candidates if candidate not in foreign])
    # Plain variables: this runs for a hundred candidates twice a search.
    meaning_mean, meaning_spread, words_mean, words_spread = (
        by_meaning.mean,
        by_meaning.spread,
        by_words.mean,
        by_words.spread,
    )
    fused = {}
    for candidate in candidates:
        meaning = (dense.get(candidate, floor) - meaning_mean) / meaning_spread
        words = (lexical.get(candidate, 0.0) - words_mean) / words_spread
        if words < meaning and candidate in foreign:
            words = meaning
        fused[candidate] = lexical_share * words + (1 - lexical_share) * meaning
    return fused
