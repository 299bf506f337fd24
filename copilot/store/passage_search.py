"""Candidate passages for a search, and the rows behind them: the two statements that search waits for.

Invariant: every statement here carries the viewer's rule (accounts by `visible_accounts`, shared knowledge by
class); an id that comes from outside SQL is shown only if its row passes the same rule. Work is bounded: the
lexical part scores a limited number of candidates, chosen so that the rarest words of the query decide.

The lexical score is BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75). PostgreSQL does not give away how
often a lexeme occurs, but `ts_rank` of a single lexeme with all weights 1 is (6 / pi^2) * sum over its n
occurrences of 1/j^2, from which n = 0.6079 / (1 - rank) - 0.6079 to within 0.1 (and exactly 0 for n = 0).
"""

# ruff: noqa: S608 - statements are put together from this module's own constants; every value is a parameter

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

import psycopg
from psycopg.rows import tuple_row

from copilot.domain.access import Role, Viewer
from copilot.domain.evidence import Evidence, Origin
from copilot.store.database import UnitOfWork, translated_errors
from copilot.store.evidence import passage_evidence
from copilot.store.lexical import quoted
from copilot.store.tables.documents import INDEXED_DIMENSIONS, PassageRow
from copilot.store.visibility import visible_accounts_sql

_K1 = 1.2
_B = 0.75
_MAX_LEXEMES = 40
_CANDIDATE_BUDGET = 400
"""Passages scored at most (estimated) per query; below it the score is exact BM25 over everything."""
_CORRELATION = 3.0
"""Words of one question occur together this much more often than chance, roughly."""
_PAIRED_LEXEMES = 6
_EXACT_VECTORS = 20_000
"""Up to this many visible vectors are compared one by one; beyond it the approximate index is used."""
_STATISTICS_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Scope:
    """What one search may and wants to look at. `classes` are values of `Visibility`."""

    viewer: Viewer
    classes: tuple[str, ...]
    accounts: tuple[str, ...] | None = None
    """None: every visible account. Empty: none."""
    kinds: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def filters_documents(self) -> bool:
        """Whether a condition on documents applies, which vectors from Chroma have not passed."""
        return bool(self.kinds or self.since or self.until)


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


@dataclass(frozen=True, slots=True)
class Candidates:
    """Scores by passage id."""

    lexical: dict[str, float]
    dense: dict[str, float]
    """Cosine of account passages."""
    any_pending: bool


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A visible passage, ready to be shown."""

    passage_id: str
    evidence: Evidence
    language: str
    lexical: float


@dataclass(slots=True)
class LexemeStatistics:
    """Document frequencies, kept for a minute per process: they only weigh words against each other."""

    passages: int = 0
    average_words: float = 1.0
    frequencies: dict[str, int] = field(default_factory=dict)
    expires: float = 0.0

    def refresh(self, connection: psycopg.Connection[Any], lexemes: Sequence[str]) -> None:
        """Make sure that these lexemes are known."""
        now = time.monotonic()
        if now >= self.expires or len(self.frequencies) > 200_000:
            self.frequencies.clear()
            self.expires = now + _STATISTICS_SECONDS
            facts = dict(_rows(connection, _FACTS_SQL, {}))
            self.passages = int(facts.get("lexical.passages", 0))
            self.average_words = max(float(facts.get("lexical.average_words", 1.0)), 1.0)
        missing = [lexeme for lexeme in lexemes if lexeme not in self.frequencies]
        if missing:
            self.frequencies.update(dict.fromkeys(missing, 0))
            self.frequencies.update(_rows(connection, _FREQUENCIES_SQL, {"lexemes": missing}))


_FACTS_SQL = "select key, value from workspace where key in ('lexical.passages', 'lexical.average_words')"
_FREQUENCIES_SQL = "select lexeme, passages from lexeme_statistics where lexeme = any(%(lexemes)s)"


class PassageSearch:
    """The searching statements of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        uow.session.flush()
        self._connection = cast("psycopg.Connection[Any]", uow.driver_connection())

    def plan(self, lexemes: Sequence[str], *, statistics: LexemeStatistics) -> LexicalQuery | None:
        """Weigh lexemes by rarity and choose the candidates. None when there is nothing to look for."""
        if not lexemes:
            return None
        with translated_errors():
            statistics.refresh(self._connection, lexemes)
        return plan_lexical(lexemes, statistics=statistics)

    def candidates(
        self, scope: Scope, *, lexical: LexicalQuery | None, vector: str | None, model_id: str, limit: int
    ) -> Candidates:
        """Best passages by words (everywhere in scope) and by vector (accounts only)."""
        visible, parameters = _visible(scope)
        parts: list[str] = []
        if lexical is not None:
            parts.append(_lexical_part(scope, lexical))
            parameters |= _lexical_parameters(lexical) | _document_parameters(scope)
        if vector is not None and scope.accounts != ():
            dimension = vector.count(",") + 1
            wide = self._is_wide(scope, dimension)
            parts.append(_vector_part(scope, dimension if wide else None))
            parameters |= {"vector": vector, **_document_parameters(scope)}
        parts.append(_PENDING_SQL)
        parameters |= {"model": model_id, "limit": limit}
        statement = f"with visible as materialized ({visible}) " + " union all ".join(parts)
        found: dict[str, dict[str, float]] = {"l": {}, "v": {}, "p": {}}
        with translated_errors():
            for source, passage_id, score in _rows(self._connection, statement, parameters):
                found[source][passage_id] = score
        return Candidates(lexical=found["l"], dense=found["v"], any_pending=bool(found["p"]))

    def fetch(
        self, scope: Scope, *, passage_ids: Sequence[str], lexical: LexicalQuery | None
    ) -> dict[str, FoundPassage]:
        """The rows of these passages that exist, are visible and pass the filters, with their lexical score."""
        if not passage_ids:
            return {}
        visible, parameters = _visible(scope)
        score = _score_sql(lexical) if lexical is not None else "0::float8"
        statement = (
            f"with visible as materialized ({visible}) "
            'select p.id, p.document_id, p.account_id, p.visibility, p.start, p."end", p.text, p.language, '
            f"d.title, d.origin, coalesce(d.authored_at, d.imported_at), {score} "
            "from passages p join documents d on d.id = p.document_id "
            f"where p.id = any(%(ids)s) and {_readable_sql(scope)}{_document_sql(scope, joined=True)}"
        )
        parameters |= {"ids": list(passage_ids), **_document_parameters(scope)}
        if lexical is not None:
            parameters |= _lexical_parameters(lexical)
        with translated_errors():
            return {row[0]: _found(row) for row in _rows(self._connection, statement, parameters)}

    def _is_wide(self, scope: Scope, dimension: int) -> bool:
        """Whether so many vectors are visible that comparing all would be slow."""
        few = scope.viewer.role in {Role.AE, Role.CSM} or scope.accounts is not None
        if few or scope.filters_documents or dimension not in INDEXED_DIMENSIONS:
            return False
        visible, parameters = _visible(scope)
        statement = (
            f"with visible as materialized ({visible}) select count(*) from (select 1 from passage_vectors "
            "where account_id in (select id from visible) limit %(cap)s) capped"
        )
        with translated_errors():
            ((count,),) = _rows(self._connection, statement, {**parameters, "cap": _EXACT_VECTORS + 1})
            if count <= _EXACT_VECTORS:
                return False
            # For this transaction: keep walking the graph until enough visible neighbours are found.
            _rows(self._connection, "select set_config('hnsw.iterative_scan', 'relaxed_order', true)", {})
            _rows(self._connection, "select set_config('hnsw.ef_search', '200', true)", {})
        return True


def plan_lexical(lexemes: Sequence[str], *, statistics: LexemeStatistics) -> LexicalQuery | None:
    """Weigh lexemes by rarity (BM25's idf) and choose which passages to score."""
    total = max(statistics.passages, 1)
    # A lexeme that was in no passage when they were counted may be in a new one: looked for last, if room is left.
    known = statistics.frequencies
    rarest = sorted(dict.fromkeys(lexemes), key=lambda lexeme: (known.get(lexeme, total + 1) or total + 1, lexeme))
    kept = sorted(rarest[:_MAX_LEXEMES], key=lambda lexeme: (known.get(lexeme, 0), lexeme))
    if not kept:
        return None
    counts = [min(max(known.get(lexeme, 1), 1), total) for lexeme in kept]
    candidates, complete = _choose_candidates(kept, counts, total=total)
    return LexicalQuery(
        lexemes=tuple(kept),
        weights=tuple(math.log(1 + (total - count + 0.5) / (count + 0.5)) for count in counts),
        candidates=candidates,
        average_words=statistics.average_words,
        # Without statistics nothing is known about how many passages match.
        complete=complete and len(rarest) == len(kept) and statistics.passages > 0,
    )


def _choose_candidates(lexemes: Sequence[str], counts: Sequence[int], *, total: int) -> tuple[str, bool]:
    """All lexemes if they are rare enough together; else the rare ones, and pairs of the next rare."""
    if sum(counts) <= _CANDIDATE_BUDGET or len(lexemes) == 1:
        return " | ".join(map(quoted, lexemes)), sum(counts) <= _CANDIDATE_BUDGET
    spent = 0.0
    clauses: list[str] = []
    singles = 0
    for lexeme, count in zip(lexemes, counts, strict=True):
        if spent + count > _CANDIDATE_BUDGET:
            break
        spent += count
        singles += 1
        clauses.append(quoted(lexeme))
    last = min(len(lexemes), singles + _PAIRED_LEXEMES)
    for first in range(singles, last):
        for second in range(first + 1, last):
            expected = min(_CORRELATION * counts[first] * counts[second] / total, counts[first])
            if spent + expected <= _CANDIDATE_BUDGET or not clauses:
                spent += expected
                clauses.append(f"({quoted(lexemes[first])} & {quoted(lexemes[second])})")
    return " | ".join(clauses), False


def _visible(scope: Scope) -> tuple[str, dict[str, Any]]:
    rule, parameters = visible_accounts_sql(scope.viewer)
    if scope.accounts is None:
        return rule, {**parameters, "classes": list(scope.classes)}
    narrowed = f"select id from ({rule}) wanted where id = any(%(accounts)s)"
    return narrowed, {**parameters, "classes": list(scope.classes), "accounts": list(scope.accounts)}


def _readable_sql(scope: Scope) -> str:
    if not scope.classes:
        return "p.account_id in (select id from visible)"
    if scope.accounts == ():
        return "p.visibility = any(%(classes)s)"
    return "(p.visibility = any(%(classes)s) or p.account_id in (select id from visible))"


def _document_sql(scope: Scope, *, joined: bool) -> str:
    conditions = []
    if scope.kinds:
        conditions.append("d.kind = any(%(kinds)s)")
    if scope.since:
        conditions.append("coalesce(d.authored_at, d.imported_at) >= %(since)s")
    if scope.until:
        conditions.append("coalesce(d.authored_at, d.imported_at) < %(until)s::date + 1")
    if not conditions:
        return ""
    if joined:
        return " and " + " and ".join(conditions)
    return f" and exists (select 1 from documents d where d.id = p.document_id and {' and '.join(conditions)})"


def _document_parameters(scope: Scope) -> dict[str, Any]:
    return {"kinds": list(scope.kinds), "since": scope.since, "until": scope.until}


def _score_sql(lexical: LexicalQuery) -> str:
    """BM25 of row `p`. Constants are parameters, so that equal numbers of lexemes share a prepared plan.

    Written so that the rank, which costs most, is taken once a lexeme: n / (n + k) = 1 - k / (n + k).
    """
    saturation = f"{_K1} * ({1 - _B} + {_B} * p.words / %(average)s::float8)"
    terms = [
        f"%(weight{index})s::float8 * (1 - {saturation} / ({saturation} - 0.6079 + 0.6079 / "
        f"(1.0001 - ts_rank('{{1,1,1,1}}', p.search, %(lexeme{index})s::tsquery))))"
        for index in range(len(lexical.lexemes))
    ]
    return "(" + " + ".join(terms) + f") * {_K1 + 1}"


def _lexical_parameters(lexical: LexicalQuery) -> dict[str, Any]:
    parameters: dict[str, Any] = {"candidates": lexical.candidates, "average": lexical.average_words}
    for index, (lexeme, weight) in enumerate(zip(lexical.lexemes, lexical.weights, strict=True)):
        parameters[f"lexeme{index}"] = quoted(lexeme)
        parameters[f"weight{index}"] = weight
    return parameters


def _lexical_part(scope: Scope, lexical: LexicalQuery) -> str:
    bounded = "" if lexical.complete else f" limit {2 * _CANDIDATE_BUDGET}"
    return (
        f"(select 'l' as source, p.id, {_score_sql(lexical)} as score from ("
        "select p.id, p.search, p.words from passages p where p.search @@ %(candidates)s::tsquery "
        f"and {_readable_sql(scope)}{_document_sql(scope, joined=False)}{bounded}) p "
        "order by score desc limit %(limit)s)"
    )


def _vector_part(scope: Scope, indexed_dimension: int | None) -> str:
    cast_to = f"::halfvec({indexed_dimension})" if indexed_dimension else ""
    column = f"v.embedding{cast_to}"
    dimensions = f" and vector_dims(v.embedding) = {indexed_dimension}" if indexed_dimension else ""
    # Narrow viewers: from each account to its vectors. Wide viewers: along the graph, checking each account.
    source = (
        "passage_vectors v where v.account_id in (select id from visible) and"
        if indexed_dimension
        else "visible join passage_vectors v on v.account_id = visible.id where"
    )
    filtered = ""
    if scope.filters_documents:
        condition = _document_sql(scope, joined=False)
        filtered = f" and exists (select 1 from passages p where p.id = v.passage_id{condition})"
    return (
        f"(select 'v', v.passage_id, -({column} <#> %(vector)s::halfvec) from {source} "
        f"v.model_id = %(model)s{dimensions}{filtered} order by {column} <#> %(vector)s::halfvec limit %(limit)s)"
    )


_PENDING_SQL = (
    "(select 'p', '', 0 where exists (select 1 from passages where embedded_with is null) "
    "or exists (select 1 from passages where embedded_with < %(model)s) "
    "or exists (select 1 from passages where embedded_with > %(model)s))"
)


def _rows(connection: psycopg.Connection[Any], statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement on the driver itself: the object mapper would double the time of these queries."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(statement.encode(), parameters, prepare=True)
        return cursor.fetchall()


def _found(row: tuple[Any, ...]) -> FoundPassage:
    passage_id, document_id, account_id, visibility, start, end, body, language, title, origin, moment, score = row
    passage = PassageRow(
        id=passage_id,
        document_id=document_id,
        account_id=account_id,
        visibility=visibility,
        start=start,
        end=end,
        text=body,
    )
    as_of = cast("datetime", moment).date()
    evidence = passage_evidence(passage, title=title, origin=Origin(origin), as_of=as_of)
    return FoundPassage(passage_id=passage_id, evidence=evidence, language=language, lexical=float(score))
