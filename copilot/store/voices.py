"""Who wrote or said what a draft cites.

Invariant 3: only of documents that the viewer may read. One query, however many passages are cited.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from copilot.domain.access import Viewer
from copilot.domain.evidence import Evidence
from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import DocumentRow
from copilot.store.visibility import visible_accounts

_OPENING = 400
"""Characters. Notes and transcripts name who was there in their first lines."""


@dataclass(frozen=True, slots=True)
class Voice:
    """The people behind one passage."""

    speakers: frozenset[str] = frozenset()
    """Who wrote it, or says it in a transcript. Empty where nobody is on record."""
    people: frozenset[str] = frozenset()
    """Everybody the document has as author, speaker or recipient: names and addresses."""
    opening: str = ""
    """The first lines of the document."""


class VoicesRepository:
    """Reads for detectors; nothing of it is shown to anybody."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def of(self, evidence: Iterable[Evidence], *, viewer: Viewer) -> Mapping[str, Voice]:
        """By evidence id, for passages of documents that exist and that `viewer` may read."""
        passages = [item for item in evidence if item.document_id]
        if not passages:
            return {}
        rows = self._session.execute(
            select(
                DocumentRow.id,
                DocumentRow.author,
                DocumentRow.participants,
                DocumentRow.blocks,
                func.left(DocumentRow.text, _OPENING),
            ).where(
                DocumentRow.id.in_({item.document_id for item in passages}),
                or_(
                    DocumentRow.account_id.in_(visible_accounts(viewer)),
                    DocumentRow.visibility.in_([item.value for item in viewer.visibility_classes]),
                ),
            )
        )
        documents = {row[0]: row for row in rows}
        return {
            item.id: _voice(item, documents[item.document_id]) for item in passages if item.document_id in documents
        }


def _voice(item: Evidence, document: Any) -> Voice:
    _, author, participants, blocks, opening = document
    start, end = item.start or 0, item.end if item.end is not None else -1
    speakers = {
        block["speaker"] for block in blocks if block.get("speaker") and block["start"] < end and start < block["end"]
    }
    written_by = {author} if author else set()
    everybody = {block["speaker"] for block in blocks if block.get("speaker")}
    return Voice(
        speakers=frozenset(speakers or written_by),
        people=frozenset(everybody | written_by | set(participants or ())),
        opening=opening,
    )
