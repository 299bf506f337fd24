"""Candidate passages for a search, and the rows behind them: the two statements that search waits for.

Invariant: every statement here carries the viewer's rule (accounts by `visible_accounts`, shared knowledge by
class); an id that comes from outside SQL is shown only if its row passes the same rule. Work is bounded: the
lexical part scores a limited number of candidates, chosen so that the rarest words of the query decide.
"""

# ruff: noqa: S608 - statements are put together from this module's own constants; every value is a parameter

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import psycopg
from psycopg.rows import tuple_row

from copilot.domain.access import Role, Viewer
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.facts import passage_evidence_id
from copilot.store.database import UnitOfWork, translated_errors
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


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A visible passage."""

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
    """The searching statements of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        uow.session.flush()
        self._connection = cast("psycopg.Connection[Any]", uow.driver_connection())

    def plan(self, lexemes: Sequence[str], *, statistics: LexemeStatistics) -> LexicalQuery | None:
        """Weigh lexemes by rarity and choose the candidates. None when there is nothing to look for."""
        if not lexemes:
            return None
        with translated_errors():
            statistics.refresh(self._connection)
        return plan_lexical(lexemes, statistics=statistics)

    def candidates(
        self,
        scope: Scope,
        *,
        lexical: LexicalQuery | None,
        vector: str | None,
        model_id: str,
        limit: int,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Candidates:
        """Best passages by words (everywhere in scope) and by vector (accounts only).

        `meanwhile` runs on this thread while the server works on the statement.
        """
        visible, parameters = _visible(scope)
        parts: list[str] = []
        if lexical is not None:
            parts.append(_lexical_part(scope, lexical))
            parameters |= lexical_parameters(lexical) | _document_parameters(scope)
        if vector is not None and scope.accounts != ():
            dimension = vector.count(",") + 1
            wide = self._is_wide(scope, dimension)
            parts.append(_vector_part(scope, dimension if wide else None))
            parameters |= {"vector": vector, **_document_parameters(scope)}
        parts.append(_PENDING_SQL)
        parameters |= {"model": model_id, "limit": limit}
        statement = f"with visible as materialized ({visible}) " + " union all ".join(parts)
        found: dict[str, dict[str, float]] = {"l": {}, "v": {}, "p": {}}
        with (
            translated_errors(),
            self._connection.pipeline(),
            self._connection.cursor(row_factory=tuple_row) as cursor,
        ):
            cursor.execute(statement.encode(), parameters, prepare=True)
            meanwhile()
            for source, passage_id, score in cursor.fetchall():
                found[source][passage_id] = score
        return Candidates(lexical=found["l"], dense=found["v"], any_pending=bool(found["p"]))

    def fetch(
        self, scope: Scope, *, passage_ids: Sequence[str], lexical: LexicalQuery | None
    ) -> dict[str, FoundPassage]:
        """The rows of these passages that exist, are visible and pass the filters, with their lexical score."""
        if not passage_ids:
            return {}
        visible, parameters = _visible(scope)
        score = score_sql(lexical, saturation=SATURATION_SQL) if lexical is not None else "0::float8"
        statement = (
            f"with visible as materialized ({visible}) "
            'select p.id, p.document_id, p.account_id, p.visibility, p.start, p."end", p.text, p.language, '
            f"d.title, d.origin, coalesce(d.authored_at, d.imported_at), {score} "
            "from passages p join documents d on d.id = p.document_id "
            f"where p.id = any(%(ids)s) and {_readable_sql(scope)}{_document_sql(scope, joined=True)}"
        )
        parameters |= {"ids": list(passage_ids), **_document_parameters(scope)}
        if lexical is not None:
            parameters |= lexical_parameters(lexical)
        with translated_errors():
            return {row[0]: FoundPassage(*row) for row in run_statement(self._connection, statement, parameters)}

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
            ((count,),) = run_statement(self._connection, statement, {**parameters, "cap": _EXACT_VECTORS + 1})
            if count <= _EXACT_VECTORS:
                return False
            # For this transaction: keep walking the graph until enough visible neighbours are found.
            run_statement(self._connection, "select set_config('hnsw.iterative_scan', 'relaxed_order', true)", {})
            run_statement(self._connection, "select set_config('hnsw.ef_search', '200', true)", {})
        return True


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


def _lexical_part(scope: Scope, lexical: LexicalQuery) -> str:
    return (
        f"(select 'l' as source, p.id, {score_sql(lexical, saturation='p.saturation')} as score from ("
        f"select p.id, p.search, {SATURATION_SQL} as saturation from passages p "
        f"where p.search @@ %(candidates)s::tsquery "
        f"and {_readable_sql(scope)}{_document_sql(scope, joined=False)} limit {MAX_SCORED}) p "
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
