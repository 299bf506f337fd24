"""Passages: written once with their lexical index, embedded later, removed with their document.

Invariant: a passage is findable by its words as soon as its unit of work commits; `embedded_with` names the
model whose vector is stored, and is set only after that vector is durable. Passage ids depend on the document,
the place and the text, so a second import of the same text changes nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, create_engine, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Visibility
from copilot.domain.documents import Passage
from copilot.domain.identity import stable_id
from copilot.store.database import Database, UnitOfWork
from copilot.store.lexical import tsvector_literal
from copilot.store.tables.documents import (
    DocumentRow,
    LexemeStatisticRow,
    PassageRow,
    PassageVectorRow,
    VectorTombstoneRow,
)
from copilot.store.tables.people import WorkspaceRow

_STATISTICS_PASSAGES = "lexical.passages"
_STATISTICS_WORDS = "lexical.average_words"
_STATISTICS_LOCK = 727_210
_STALE_SHARE = 0.1
"""Statistics are refreshed once the number of passages has moved by this share; idf changes less than that."""


@dataclass(frozen=True, slots=True)
class PendingPassage:
    """A passage without a vector of the wanted model."""

    passage_id: str
    account_id: str | None
    visibility: str | None
    language: str
    text: str
    """Heading and text: what is embedded."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A shared passage that must leave Chroma."""

    id: int
    passage_id: str
    visibility: str


@dataclass(frozen=True, slots=True)
class IndexCounts:
    """How much of the vector index is there."""

    passages: int
    pending: int


class PassageRepository:
    """The passages of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def add(
        self, document_id: str, passages: Sequence[Passage], *, account_id: str | None, visibility: str | None
    ) -> None:
        """Index a document's passages by their words. The document's row must exist.

        Exactly one of `account_id` and `visibility` is given. Adding the same passages again is harmless.
        """
        if (account_id is None) == (visibility is None):
            raise ValueError("a passage belongs either to an account or to a visibility class")
        self._session.flush()
        title = self._session.scalar(select(DocumentRow.title).where(DocumentRow.id == document_id))
        rows = [
            _row(document_id, passage, title=title or "", account_id=account_id, visibility=visibility)
            for passage in passages
        ]
        if rows:
            self._session.execute(insert(PassageRow).on_conflict_do_nothing(index_elements=["id"]), rows)

    def remove_document(self, document_id: str) -> None:
        """Take a document's passages out of the index; vectors of shared ones are buried by a trigger."""
        self._session.flush()
        self._session.execute(delete(PassageRow).where(PassageRow.document_id == document_id))

    def pending(self, *, model_id: str, limit: int) -> list[PendingPassage]:
        """Some passages that have no vector of this model yet."""
        query = (
            select(
                PassageRow.id,
                PassageRow.account_id,
                PassageRow.visibility,
                PassageRow.language,
                PassageRow.heading,
                PassageRow.text,
                DocumentRow.title,
            )
            .join(DocumentRow, DocumentRow.id == PassageRow.document_id)
            .where(_lacks_vector(model_id))
            .limit(limit)
        )
        return [
            PendingPassage(
                passage_id=row.id,
                account_id=row.account_id,
                visibility=row.visibility,
                language=row.language,
                text=contextual_text(row.text, heading=row.heading, title=row.title),
            )
            for row in self._session.execute(query)
        ]

    def shared_of(self, document_ids: Sequence[str], *, limit: int) -> list[str]:
        """Passages of these documents that belong to no account, each document's together. Nothing is filtered."""
        query = select(PassageRow.id).where(PassageRow.document_id.in_(document_ids), PassageRow.account_id.is_(None))
        return list(self._session.scalars(query.order_by(PassageRow.document_id, PassageRow.ordinal).limit(limit)))

    def unchanged(self, pending: Sequence[PendingPassage]) -> list[bool]:
        """For each, whether it still says what was embedded. A person may have been erased from it meanwhile; until
        this unit of work ends, nobody can be."""
        rows = self._session.execute(
            select(PassageRow.id, PassageRow.heading, PassageRow.text, DocumentRow.title)
            .join(DocumentRow, DocumentRow.id == PassageRow.document_id)
            .where(PassageRow.id.in_([item.passage_id for item in pending]))
            .with_for_update(read=True, of=PassageRow)
        )
        now = {row.id: contextual_text(row.text, heading=row.heading, title=row.title) for row in rows}
        return [now.get(item.passage_id, item.text) == item.text for item in pending]

    def counts(self, *, model_id: str) -> IndexCounts:
        """Passages in all, and those without a vector of this model."""
        every = select(func.count()).select_from(PassageRow)
        both = select(every.scalar_subquery(), every.where(_lacks_vector(model_id)).scalar_subquery())
        passages, pending = self._session.execute(both).one()
        return IndexCounts(passages=passages, pending=pending)

    def store_account_vectors(
        self, pending: Sequence[PendingPassage], vectors: NDArray[np.float32], *, model_id: str
    ) -> None:
        """Keep vectors of account passages; those removed in the meantime are left out."""
        values = [
            {
                "passage_id": item.passage_id,
                "account_id": item.account_id,
                "model_id": model_id,
                "embedding": vector_literal(vector),
            }
            for item, vector in zip(pending, vectors, strict=True)
        ]
        if values:
            self._session.execute(
                text(
                    "insert into passage_vectors (passage_id, account_id, model_id, embedding) "
                    "select id, account_id, :model_id, cast(cast(:embedding as text) as halfvec) from passages "
                    "where id = :passage_id and account_id = :account_id for key share "
                    "on conflict (passage_id) do update set "
                    "account_id = excluded.account_id, model_id = excluded.model_id, embedding = excluded.embedding"
                ),
                values,
            )

    def mark_embedded(self, passage_ids: Sequence[str], *, model_id: str) -> None:
        """Record that the vectors of these passages are durable."""
        self._session.execute(update(PassageRow).where(PassageRow.id.in_(passage_ids)).values(embedded_with=model_id))

    def mark_pending(self, passage_ids: Sequence[str]) -> None:
        """Record that the vectors of these passages were lost."""
        self._session.execute(update(PassageRow).where(PassageRow.id.in_(passage_ids)).values(embedded_with=None))

    def mark_all_pending(self) -> int:
        """Forget every vector, for a rebuild. Returns the number of passages."""
        self._session.execute(delete(PassageVectorRow))
        self._session.execute(update(PassageRow).values(embedded_with=None))
        return self._session.scalar(select(func.count()).select_from(PassageRow)) or 0

    def embedded_shared_ids(self, visibility: Visibility, *, model_id: str) -> set[str]:
        """Shared passages of one class that SQL believes to be in Chroma."""
        return set(
            self._session.scalars(
                select(PassageRow.id).where(
                    PassageRow.visibility == visibility.value, PassageRow.embedded_with == model_id
                )
            )
        )

    def embedded_shared_count(self, visibility: Visibility, *, model_id: str) -> int:
        """Size of `embedded_shared_ids`."""
        query = (
            select(func.count())
            .select_from(PassageRow)
            .where(PassageRow.visibility == visibility.value, PassageRow.embedded_with == model_id)
        )
        return self._session.scalar(query) or 0

    def tombstones(self, *, limit: int) -> list[Tombstone]:
        """Shared passages that may still be in Chroma although their row is gone, oldest first."""
        query = select(VectorTombstoneRow).order_by(VectorTombstoneRow.id).limit(limit)
        return [Tombstone(row.id, row.passage_id, row.visibility) for row in self._session.scalars(query)]

    def still_shared(self, tombstones: Sequence[Tombstone]) -> set[tuple[str, str]]:
        """Of these, the (passage id, class) that live again: the same text was imported anew."""
        query = select(PassageRow.id, PassageRow.visibility).where(
            PassageRow.id.in_([item.passage_id for item in tombstones]), PassageRow.visibility.is_not(None)
        )
        return {(row.id, row.visibility) for row in self._session.execute(query)}

    def clear_tombstones(self, tombstones: Sequence[Tombstone]) -> None:
        """Forget tombstones that were carried out."""
        ids = [item.id for item in tombstones]
        self._session.execute(delete(VectorTombstoneRow).where(VectorTombstoneRow.id.in_(ids)))

    def refresh_statistics(self, *, force: bool = False) -> bool:
        """Recount in how many passages each lexeme occurs, if the collection has changed enough."""
        passages = self._session.scalar(select(func.count()).select_from(PassageRow)) or 0
        known = self._session.get(WorkspaceRow, _STATISTICS_PASSAGES)
        if not force and known is not None and abs(passages - int(known.value)) <= _STALE_SHARE * int(known.value):
            return False
        # Two workers may come here at once; the second finds the work done and does it again.
        self._session.execute(select(func.pg_advisory_xact_lock(_STATISTICS_LOCK)))
        average = self._session.scalar(select(func.avg(PassageRow.words))) or 1
        self._session.execute(delete(LexemeStatisticRow))
        self._session.execute(
            text(
                "insert into lexeme_statistics (lexeme, passages) "
                "select word, ndoc from ts_stat('select search from passages')"
            )
        )
        for key, value in ((_STATISTICS_PASSAGES, str(passages)), (_STATISTICS_WORDS, f"{float(average):.2f}")):
            self._session.merge(WorkspaceRow(key=key, value=value))
        return True


def tidy_index(database: Database) -> None:
    """Vacuum and analyse now what autovacuum would within minutes; worth it after loading very much at once."""
    engine = create_engine(database.owner_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(
                text("vacuum (analyze) accounts, documents, passages, passage_vectors, lexeme_statistics")
            )
    finally:
        engine.dispose()


def passage_id(document_id: str, passage: Passage) -> str:
    """The same place and the same text have the same id, import after import."""
    digest = hashlib.sha256(passage.text.encode()).hexdigest()
    return stable_id("passage", document_id, str(passage.start), digest)


def contextual_text(body: str, *, heading: str | None, title: str | None) -> str:
    """The passage with what it stands under: both indexes read this, citations quote only the passage."""
    context = [part for part in dict.fromkeys((title, heading)) if part and part not in body]
    return "\n".join([*context, body])


def vector_literal(vector: NDArray[np.float32]) -> str:
    """Input form of pgvector's types."""
    return "[" + ",".join(["%.6g"] * len(vector)) % tuple(vector.tolist()) + "]"


def _lacks_vector(model_id: str) -> ColumnElement[bool]:
    # Three ranges that the index on the column can serve, where `is distinct from` could not.
    column = PassageRow.embedded_with
    return or_(column.is_(None), column < model_id, column > model_id)


def _row(
    document_id: str, passage: Passage, *, title: str, account_id: str | None, visibility: str | None
) -> dict[str, object]:
    indexed = contextual_text(passage.text, heading=passage.heading, title=title)
    literal, words = tsvector_literal(indexed, passage.language)
    return {
        "id": passage_id(document_id, passage),
        "document_id": document_id,
        "account_id": account_id,
        "visibility": visibility,
        "search": literal,
        "words": words,
        "embedded_with": None,
        **passage.model_dump(),
    }
