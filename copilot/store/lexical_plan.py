"""Which lexemes of a query are looked for, which passages are scored, and the score itself.

The score is BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75). PostgreSQL does not give away how often a
lexeme occurs, but ten times `ts_rank` of a single unweighted lexeme is (6 / pi^2) * sum over its n occurrences of
1/j^2, from which n = 0.6079 / (1 - rank) - 0.6079 to within 0.1 (and exactly 0 for n = 0).

Invariant: work is bounded. A limited number of candidates is scored, chosen so that the rarest words of the query
decide; where all passages that share a word are fewer, the score is exact BM25 over everything.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from copilot.store.lexical import quoted

_K1 = 1.2
_B = 0.75
_PLAN_SIZES = (2, 4, 6, 8, 10, 12, 16, 24, 40)
_MAX_LEXEMES = _PLAN_SIZES[-1]
_CANDIDATE_BUDGET = 300
_BUDGET_PER_LEXEME = 30
"""Passages scored at most (estimated) per query; below it the score is exact BM25 over everything."""
MAX_SCORED = 1_500
"""Passages scored at the very most, should the estimate be wrong."""
_CORRELATION = 3.0
"""Words of one question occur together this much more often than chance, roughly."""
_MAX_PAIRS = 4
_STATISTICS_SECONDS = 600.0
_EARLY_STATISTICS_SECONDS = 5.0
_SETTLED_PASSAGES = 2_000
_KEPT_LEXEMES = 100_000


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """Lexemes with their weights, and which passages to score."""

    lexemes: tuple[str, ...]
    weights: tuple[float, ...]
    candidates: str
    """A tsquery in input form."""
    average_words: float
    complete: bool
    """Whether every passage that shares a lexeme is scored."""


@dataclass(slots=True)
class LexemeStatistics:
    """In how many passages each lexeme occurs, kept for some minutes per process.

    Loaded as a whole, so that a search does not wait for its own words' counts; they only weigh words against each
    other, and change slowly. Of a very large vocabulary the most frequent are kept: the others are rare, which is
    all that matters.
    """

    passages: int = 0
    average_words: float = 1.0
    frequencies: dict[str, int] = field(default_factory=dict)
    unlisted: int = 0
    """Occurrences assumed of a lexeme that is not kept; 0: all are kept."""
    expires: float = 0.0

    def refresh(self, connection: psycopg.Connection[Any]) -> None:
        """Load again if too old."""
        now = time.monotonic()
        if now < self.expires:
            return
        facts = dict(run_statement(connection, _FACTS_SQL, {}))
        passages = int(facts.get("lexical.passages", 0))
        # A collection that is just being filled changes its counts quickly.
        self.expires = now + (_STATISTICS_SECONDS if passages > _SETTLED_PASSAGES else _EARLY_STATISTICS_SECONDS)
        self.passages = passages
        self.average_words = max(float(facts.get("lexical.average_words", 1.0)), 1.0)
        self.frequencies = dict(run_statement(connection, _FREQUENCIES_SQL, {"limit": _KEPT_LEXEMES}))
        full = len(self.frequencies) == _KEPT_LEXEMES
        self.unlisted = min(self.frequencies.values()) if full else 0


_FACTS_SQL = "select key, value from workspace where key in ('lexical.passages', 'lexical.average_words')"
_FREQUENCIES_SQL = "select lexeme, passages from lexeme_statistics order by passages desc limit %(limit)s"


def plan_lexical(lexemes: Sequence[str], *, statistics: LexemeStatistics) -> LexicalQuery | None:
    """Weigh lexemes by rarity (BM25's idf) and choose which passages to score."""
    total = max(statistics.passages, 1)
    counted = {
        lexeme: min(statistics.frequencies.get(lexeme, statistics.unlisted), total) for lexeme in dict.fromkeys(lexemes)
    }
    # A lexeme that was in no passage when they were counted may be in a new one: looked for if room is left.
    known = sorted((count, lexeme) for lexeme, count in counted.items() if count)
    unknown = sorted((1, lexeme) for lexeme, count in counted.items() if not count)
    kept = sorted([*known, *unknown][:_MAX_LEXEMES])
    if not kept:
        return None
    counts = [count for count, _ in kept]
    names = [lexeme for _, lexeme in kept]
    candidates, complete = _choose_candidates(names, counts, total=total)
    return LexicalQuery(
        lexemes=tuple(names),
        weights=tuple(math.log(1 + (total - count + 0.5) / (count + 0.5)) for count in counts),
        candidates=candidates,
        average_words=statistics.average_words,
        # Without statistics nothing is known about how many passages match.
        complete=complete and len(counted) == len(kept) and statistics.passages > 0,
    )


def _choose_candidates(lexemes: Sequence[str], counts: Sequence[int], *, total: int) -> tuple[str, bool]:
    """All lexemes if they are rare enough together; else the rare ones, and pairs of the next rare."""
    # A long question (of a questionnaire, say) says much with common words, and may take longer.
    budget = max(_CANDIDATE_BUDGET, _BUDGET_PER_LEXEME * len(lexemes))
    if sum(counts) <= budget or len(lexemes) == 1:
        return " | ".join(map(quoted, lexemes)), sum(counts) <= budget
    spent = 0.0
    clauses: list[str] = []
    for lexeme, count in zip(lexemes, counts, strict=True):
        if spent + count > budget:
            break
        spent += count
        clauses.append(quoted(lexeme))
    singles = len(clauses)
    pairs = [
        (
            _together(counts[first], counts[second], total=total),
            f"({quoted(lexemes[first])} & {quoted(lexemes[second])})",
        )
        for first in range(singles, len(lexemes))
        for second in range(first + 1, len(lexemes))
    ]
    for expected, clause in sorted(pairs)[:_MAX_PAIRS]:
        if spent + expected <= budget or not clauses:
            spent += expected
            clauses.append(clause)
    return " | ".join(clauses), False


def _together(first: int, second: int, *, total: int) -> float:
    """Passages that hold both, roughly."""
    return min(_CORRELATION * first * second / total, first, second)


def score_sql(lexical: LexicalQuery) -> str:
    """BM25 of row `p`, which has the column of `SATURATION_SQL`. Weights and lexemes are parameters, so that equal
    numbers of lexemes share a prepared plan.

    Short, as the driver keeps no analysis of long statements. Written so that the rank, which costs most, is taken
    once a lexeme: n / (n + k) = 1 - k / (n + k).
    """
    terms = [
        f"%(w{index})s*(1-p.k/(p.k+0.6079::float8/(1.0001::float8-10*ts_rank(p.search,%(l{index})s))-0.6079::float8))"
        for index in range(_plan_size(lexical))
    ]
    return f"({'+'.join(terms)})*{_K1 + 1}::float8"


SATURATION_SQL = f"{_K1 * (1 - _B)}::float8 + {_K1 * _B}::float8 * p.words / %(average)s::float8 as k"
"""BM25's k for a passage of this length. Literals are cast: PostgreSQL would compute in decimal, far slower."""


def lexical_parameters(lexical: LexicalQuery) -> dict[str, Any]:
    parameters: dict[str, Any] = {"candidates": lexical.candidates, "average": lexical.average_words}
    for index in range(_plan_size(lexical)):
        used = index < len(lexical.lexemes)
        parameters[f"l{index}"] = quoted(lexical.lexemes[index]) if used else ""
        parameters[f"w{index}"] = lexical.weights[index] if used else 0.0
    return parameters


def _plan_size(lexical: LexicalQuery) -> int:
    """Number of lexemes in the statement: few different statements, so that the server's plans are found again."""
    return next(size for size in _PLAN_SIZES if size >= len(lexical.lexemes))


def run_statement(
    connection: psycopg.Connection[Any], statement: str, parameters: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """Run one statement on the driver itself: the object mapper would double the time of these queries."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(statement.encode(), parameters, prepare=True)
        return cursor.fetchall()
