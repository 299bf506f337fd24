"""Candidate passages for a search, and the rows behind them: the statements that search waits for.

Invariant: every statement here carries the viewer's rule (accounts by `visible_accounts`, shared knowledge by
class); an id that comes from outside SQL is shown only if its row passes the same rule. Work is bounded: the
lexical part scores a limited number of candidates, chosen so that the rarest words of the query decide.
"""

# ruff: noqa: S608 - statements are put together from this module's own constants; every value is a parameter

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import tuple_row

from copilot.domain.access import Role, Viewer
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.facts import passage_evidence_id
from copilot.errors import DatabaseUnavailable
from copilot.store.database import UnitOfWork
from copilot.store.half_vector import HalfVector, HalfVectorDumper
from copilot.store.lexical_plan import (
    MAX_SCORED,
    SATURATION_SQL,
    LexemeStatistics,
    LexicalQuery,
    lexical_parameters,
    plan_lexical,
    run_statement,
    score_sql,
)
from copilot.store.tables.documents import INDEXED_DIMENSIONS
from copilot.store.visibility import visible_accounts_sql

_EXACT_VECTORS = 20_000
"""Up to this many visible vectors are compared one by one; beyond it the approximate index is used."""


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
class Candidates:
    """Scores by passage id."""

    lexical: dict[str, float]
    dense: dict[str, float]
    """Cosine of account passages."""
    any_pending: bool


class FoundPassage(NamedTuple):
    """A visible passage, as the driver reads it."""

    passage_id: str
    document_id: str
    account_id: str | None
    visibility: str | None
    start: int
    end: int
    text: str
    language: str
    title: str
    origin: str
    moment: datetime
    lexical: float

    def evidence(self) -> Evidence:
        """Ready to be cited. Made only for what is shown: most candidates are not."""
        return Evidence(
            id=passage_evidence_id(self.passage_id),
            kind=EvidenceKind.PASSAGE,
            text=self.text,
            label=self.title,
            as_of=self.moment.date(),
            origin=Origin(self.origin),
            account_id=self.account_id,
            visibility=self.visibility,
            document_id=self.document_id,
            start=self.start,
            end=self.end,
        )


class PassageSearch:
    """The statements of one search, sent one behind the other without waiting (a pipeline), until the block ends.

    Asking costs the time of sending; the server works while the caller analyses words or asks another index.
    """

    def __init__(self, uow: UnitOfWork, scope: Scope, *, model_id: str, limit: int) -> None:
        """`limit` candidates are wanted of each kind."""
        uow.flush()
        self._connection = cast("psycopg.Connection[Any]", uow.driver_connection())
        self._pipeline = self._connection.pipeline()
        self._scope = scope
        self._visible, self._parameters = _visible(scope)
        self._parameters |= {"model": model_id, "limit": limit, **_document_parameters(scope)}
        self._by_words: psycopg.Cursor[tuple[Any, ...]] | None = None
        self._by_meaning: psycopg.Cursor[tuple[Any, ...]] | None = None

    def __enter__(self) -> Self:
        with _translated():
            self._pipeline.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _translated():
            self._pipeline.__exit__(kind, error, trace)

    def plan(self, lexemes: Sequence[str], *, statistics: LexemeStatistics) -> LexicalQuery | None:
        """Weigh lexemes by rarity and choose the candidates. None when there is nothing to look for."""
        if not lexemes:
            return None
        with _translated():
            statistics.refresh(self._connection)
        return plan_lexical(lexemes, statistics=statistics)

    def ask_by_meaning(self, vector: NDArray[np.float32]) -> None:
        """Start looking for the nearest vectors of accounts."""
        parts = [_PENDING_SQL]
        parameters = self._parameters
        if self._scope.accounts != ():
            dimension = len(vector)
            parts.append(_vector_part(self._scope, dimension if self._is_wide(dimension) else None))
            parameters = {**parameters, "vector": HalfVector(vector)}
        self._connection.adapters.register_dumper(HalfVector, HalfVectorDumper)
        self._by_meaning = self._send(" union all ".join(parts), parameters)

    def ask_by_words(self, lexical: LexicalQuery) -> None:
        """Start looking for the best passages by words, everywhere in scope."""
        self._by_words = self._send(
            _lexical_part(self._scope, lexical), {**self._parameters, **lexical_parameters(lexical)}
        )

    def candidates(self) -> Candidates:
        """Wait for what was asked."""
        with _translated():
            dense = dict(self._by_meaning.fetchall()) if self._by_meaning else {}
            lexical = dict(self._by_words.fetchall()) if self._by_words else {}
        return Candidates(lexical=lexical, dense=dense, any_pending=dense.pop(_PENDING, None) is not None)

    def fetch(self, passage_ids: Sequence[str], *, lexical: LexicalQuery | None) -> dict[str, FoundPassage]:
        """The rows of these passages that exist, are visible and pass the filters, with their lexical score."""
        if not passage_ids:
            return {}
        parameters = {**self._parameters, "ids": _array(passage_ids)}
        score, saturation = "0::float8", ""
        if lexical is not None:
            score, saturation = score_sql(lexical), f", {SATURATION_SQL}"
            parameters |= lexical_parameters(lexical)
        conditions = f"{_readable_sql(self._scope)}{_document_sql(self._scope, joined=True)}"
        cursor = self._send(
            'select p.id, p.document_id, p.account_id, p.visibility, p.start, p."end", p.text, p.language, '
            f"d.title, d.origin, coalesce(d.authored_at, d.imported_at), {score} "
            f"from (select p.*{saturation} from passages p) p join documents d on d.id = p.document_id "
            f"where p.id = any(%(ids)s::text[]) and {conditions}",
            parameters,
        )
        with _translated():
            return {row[0]: FoundPassage._make(row) for row in cursor.fetchall()}

    def _send(self, statement: str, parameters: dict[str, Any]) -> "psycopg.Cursor[tuple[Any, ...]]":
        """Send a statement that reads `visible`; the driver prepares it once a connection."""
        cursor = self._connection.cursor(row_factory=tuple_row, binary=True)
        with _translated():
            whole = f"with visible as materialized ({self._visible}) {statement}"
            cursor.execute(whole.encode(), parameters, prepare=True)
        return cursor

    def _is_wide(self, dimension: int) -> bool:
        """Whether so many vectors are visible that comparing all would be slow."""
        scope = self._scope
        few = scope.viewer.role in {Role.AE, Role.CSM} or scope.accounts is not None
        if few or scope.filters_documents or dimension not in INDEXED_DIMENSIONS:
            return False
        cursor = self._send(
            "select count(*) from (select 1 from passage_vectors "
            "where account_id in (select id from visible) limit %(cap)s) capped",
            {**self._parameters, "cap": _EXACT_VECTORS + 1},
        )
        with _translated():
            ((count,),) = cursor.fetchall()
            if count <= _EXACT_VECTORS:
                return False
            # For this transaction: keep walking the graph until enough visible neighbours are found.
            run_statement(self._connection, "select set_config('hnsw.iterative_scan', 'relaxed_order', true)", {})
            run_statement(self._connection, "select set_config('hnsw.ef_search', '200', true)", {})
        return True


@contextmanager
def _translated() -> Iterator[None]:
    """The driver's own errors as typed ones; it is used here without the layer that `translated_errors` knows."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(
            "The database cannot be reached.", hint="Check DATABASE_URL, or run `sales-copilot doctor`."
        ) from error


def _visible(scope: Scope) -> tuple[str, dict[str, Any]]:
    rule, parameters = visible_accounts_sql(scope.viewer)
    if scope.accounts is None:
        return rule, {**parameters, "classes": _array(scope.classes)}
    narrowed = f"select id from ({rule}) wanted where id = any(%(accounts)s::text[])"
    return narrowed, {**parameters, "classes": _array(scope.classes), "accounts": _array(scope.accounts)}


def _array(values: Sequence[str]) -> str:
    """Input form of an array of text: the driver's own way with lists takes ten times as long."""
    return "{" + ",".join(['"' + value.replace("\\", r"\\").replace('"', r"\"") + '"' for value in values]) + "}"


def _readable_sql(scope: Scope) -> str:
    if not scope.classes:
        return "p.account_id in (select id from visible)"
    if scope.accounts == ():
        return "p.visibility = any(%(classes)s::text[])"
    return "(p.visibility = any(%(classes)s::text[]) or p.account_id in (select id from visible))"


def _document_sql(scope: Scope, *, joined: bool) -> str:
    conditions = []
    if scope.kinds:
        conditions.append("d.kind = any(%(kinds)s::text[])")
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
    return {"kinds": _array(scope.kinds), "since": scope.since, "until": scope.until}


def _lexical_part(scope: Scope, lexical: LexicalQuery) -> str:
    return (
        f"select p.id, {score_sql(lexical)} as score from ("
        f"select p.id, p.search, {SATURATION_SQL} from passages p "
        f"where p.search @@ %(candidates)s::tsquery "
        f"and {_readable_sql(scope)}{_document_sql(scope, joined=False)} limit {MAX_SCORED}) p "
        "order by score desc limit %(limit)s"
    )


def _vector_part(scope: Scope, indexed_dimension: int | None) -> str:
    cast_to = f"::halfvec({indexed_dimension})" if indexed_dimension else ""
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
        # The distance is named inside, so that it is computed once a row.
        f"select passage_id, -distance from (select v.passage_id, v.embedding{cast_to} <#> %(vector)s::halfvec "
        f"as distance from {source} v.model_id = %(model)s{dimensions}{filtered} "
        "order by distance limit %(limit)s) nearest"
    )


_PENDING = ""
"""Stands in for a passage id where one is still to be embedded."""
_PENDING_SQL = (
    f"select '{_PENDING}', 0::float8 where exists (select 1 from passages where embedded_with is null) "
    "or exists (select 1 from passages where embedded_with < %(model)s) "
    "or exists (select 1 from passages where embedded_with > %(model)s)"
)
