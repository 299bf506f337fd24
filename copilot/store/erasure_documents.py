"""Overwriting a person in documents and in the passages cut from them.

Invariant: `document.text[passage.start:passage.end] == passage.text` still holds afterwards, ids and offsets are what
they were, the lexical index is built anew at once, and a passage that changed has no vector until one is made of what
it says now.
"""

import hashlib
from collections.abc import Collection

from sqlalchemy import delete, select, update

from copilot.domain.redaction import PlainMarks, redact, redact_json
from copilot.store.database import UnitOfWork
from copilot.store.erasure_tables import Occurrence, ScopedMarks
from copilot.store.lexical import tsvector_literal
from copilot.store.passages import PassageRepository, contextual_text
from copilot.store.tables.documents import DocumentRow, PassageRow, PassageVectorRow

_TEXT_FIELDS = ("title", "text", "author", "message_id", "in_reply_to")
_BATCH = 1_000


class DocumentEraser:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork, marks: ScopedMarks) -> None:
        self._session = uow.session
        self._uow = uow
        self._marks = marks

    def overwrite(self, found: Collection[Occurrence]) -> int:
        """Overwrite these documents with their passages. Returns how many passages changed."""
        changed = [passage_id for item in found for passage_id in self._document(item.key["id"])]
        for start in range(0, len(changed), _BATCH):
            batch = changed[start : start + _BATCH]
            self._session.execute(delete(PassageVectorRow).where(PassageVectorRow.passage_id.in_(batch)))
        self._session.flush()
        if changed:
            PassageRepository(self._uow).refresh_statistics(force=True)
        return len(changed)

    def _document(self, document_id: str) -> list[str]:
        """Overwrite one document; returns the ids of the passages that say something else now."""
        row = self._session.get_one(DocumentRow, document_id)
        marks = self._marks.of(row.account_id)
        before, title = row.text, row.title
        for field in _TEXT_FIELDS:
            value = getattr(row, field)
            setattr(row, field, None if value is None else redact(value, marks))
        row.text_sha256 = hashlib.sha256(row.text.encode()).hexdigest()
        row.blocks = redact_json(row.blocks, marks)
        row.participants = [redact(item, marks) for item in row.participants]
        row.warnings = [redact(item, marks) for item in row.warnings]
        passages = self._session.scalars(select(PassageRow).where(PassageRow.document_id == document_id)).all()
        retitled = row.title != title
        return [
            passage.id
            for passage in passages
            if self._reworded(passage, before=before, document=row, marks=marks) or retitled
            if self._index_anew(passage, title=row.title)
        ]

    @staticmethod
    def _reworded(row: PassageRow, *, before: str, document: DocumentRow, marks: PlainMarks) -> bool:
        old = (row.text, row.heading, row.speaker)
        cut = slice(row.start, row.end)
        # A name that is cut in two by the passage's edge is overwritten in both halves.
        row.text = document.text[cut] if before[cut] == row.text else redact(row.text, marks)
        row.heading = None if row.heading is None else redact(row.heading, marks)
        row.speaker = None if row.speaker is None else redact(row.speaker, marks)
        return old != (row.text, row.heading, row.speaker)

    def _index_anew(self, row: PassageRow, *, title: str) -> bool:
        literal, words = tsvector_literal(contextual_text(row.text, heading=row.heading, title=title), row.language)
        self._session.execute(
            update(PassageRow)
            .where(PassageRow.id == row.id)
            .values(search=literal, words=words, embedded_with=None)
            .execution_options(synchronize_session=False)
        )
        return True
