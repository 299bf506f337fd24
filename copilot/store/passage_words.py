"""Vectors of the words of shared passages: made in the background, read when a passage is compared with a question.

Invariant: only passages that belong to no account have any; whoever reads them was shown these passages by a search.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from sqlalchemy import LargeBinary, String, bindparam, or_, select, text

from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import PassageRow, PassageWordsRow

_PUT = text(
    "insert into passage_words (passage_id, digest, content, sentences) "
    "select id, :digest, :content, :sentences from passages where id = :passage_id and account_id is null "
    "and embedded_with is not null and text = :text for key share "
    "on conflict (passage_id) do update set "
    "digest = excluded.digest, content = excluded.content, sentences = excluded.sentences"
).bindparams(
    bindparam("digest", type_=String),
    bindparam("content", type_=LargeBinary),
    bindparam("sentences", type_=LargeBinary),
)


@dataclass(frozen=True, slots=True)
class PassageWords:
    """What is to be kept of a passage."""

    passage_id: str
    text: str
    """What the passage said when they were made."""
    digest: str
    """Of the text that they are the words of; empty where the passage says nothing."""
    content: bytes
    sentences: bytes | None = None
    """Vectors of its sentences; None where there is no model to make them."""


class StoredWords(NamedTuple):
    """What is kept of a passage."""

    digest: str
    content: bytes
    sentences: bytes


class PassageWordsRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def of(self, passage_ids: Sequence[str]) -> dict[str, StoredWords]:
        """What is kept by passage; those of which nothing is are left out."""
        if not passage_ids:
            return {}
        row = PassageWordsRow
        query = select(row.passage_id, row.digest, row.content, row.sentences).where(
            row.passage_id.in_(passage_ids), row.digest != ""
        )
        return {
            key: StoredWords(digest, words, said or b"") for key, digest, words, said in self._session.execute(query)
        }

    def lacking(self, *, limit: int, sentences: bool = False) -> list[str]:
        """Some shared passages that have none and are found by their meaning already, each document's together.

        `sentences`: also those without vectors of their sentences.
        """
        none = PassageWordsRow.passage_id.is_(None)
        query = (
            select(PassageRow.id)
            .outerjoin(PassageWordsRow, PassageWordsRow.passage_id == PassageRow.id)
            .where(
                PassageRow.account_id.is_(None),
                PassageRow.embedded_with.is_not(None),
                or_(none, PassageWordsRow.sentences.is_(None)) if sentences else none,
            )
            .order_by(PassageRow.document_id, PassageRow.ordinal)
            .limit(limit)
        )
        return list(self._session.scalars(query))

    def put(self, words: Sequence[PassageWords]) -> None:
        """Keep them, for passages that still say what they were made of: somebody may be erased from one meanwhile."""
        if words:
            self._session.execute(_PUT, [asdict(item) for item in words])
