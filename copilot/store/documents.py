"""Documents as stored: replace, remove, and read on behalf of a viewer.

Invariant: nothing is read without a viewer, and a document that the viewer may not see is answered for exactly like one
that does not exist. A document whose text and cut are unchanged keeps its passages, and with them their vectors.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, or_, select

from copilot.domain.access import Viewer, Visibility
from copilot.domain.documents import (
    Block,
    DocumentKind,
    ParsedDocument,
    Passage,
    StoredDocument,
    StoredDocumentHead,
)
from copilot.domain.identity import stable_id
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Asked, ask, kept_for_viewers
from copilot.store.passages import PassageRepository
from copilot.store.tables.documents import DocumentRow, PassageRow
from copilot.store.tables.records import SourceFileRow
from copilot.store.visibility import id_is_visible

_HEAD_COLUMNS = (
    DocumentRow.id,
    DocumentRow.account_id,
    DocumentRow.visibility,
    DocumentRow.source_file_id,
    SourceFileRow.path.label("source_path"),
    DocumentRow.title,
    DocumentRow.kind,
    DocumentRow.media_type,
    DocumentRow.language,
    DocumentRow.origin,
    DocumentRow.authored_at,
    DocumentRow.author,
    DocumentRow.participants,
    DocumentRow.direction,
    DocumentRow.message_id,
    DocumentRow.in_reply_to,
    DocumentRow.warnings,
    DocumentRow.imported_at,
)
_TEXT_COLUMNS = (*_HEAD_COLUMNS, DocumentRow.text, DocumentRow.blocks)
_NOTES = (DocumentKind.EMAIL, DocumentKind.TRANSCRIPT, DocumentKind.NOTE)


class DocumentRepository:
    """Reads and writes within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session
        self._passages = PassageRepository(uow)

    def replace(
        self,
        parsed: ParsedDocument,
        passages: Sequence[Passage],
        *,
        source_file_id: str,
        account_id: str | None = None,
        visibility: Visibility | str | None = None,
    ) -> str:
        """Store the document of a source file in place of what was there, and return its id.

        Give either the account it belongs to or the visibility class that may read it. The passages are written again
        only if their text, cut or readers changed. Raises NotFound if there is no such source file.
        """
        if (account_id is None) == (visibility is None):
            raise ValueError("a document belongs to one account or to one visibility class")
        document_id = self._document_id(source_file_id)
        row = self._session.get(DocumentRow, document_id)
        home = (account_id, Visibility(visibility).value if visibility is not None else None)
        keep = row is not None and (row.account_id, row.visibility) == home and self._same_cut(row, parsed, passages)
        if row is None:
            row = DocumentRow(id=document_id)
            self._session.add(row)
        row.source_file_id = source_file_id
        row.account_id, row.visibility = home
        self._fill(row, parsed)
        self._uow.flush()
        if not keep:
            self._passages.remove_document(document_id)
            self._passages.add(document_id, passages, account_id=home[0], visibility=home[1])
        return document_id

    def remove(self, document_id: str) -> None:
        """Delete a document with its passages and their vectors; one that is gone already is fine."""
        self._passages.remove_document(document_id)
        self._session.execute(delete(DocumentRow).where(DocumentRow.id == document_id))

    def for_viewer(self, document_id: str, *, viewer: Viewer) -> StoredDocument:
        """The document with its text. Raises NotFound if there is none that the viewer may see."""
        query = _visible(select(*_TEXT_COLUMNS), viewer=viewer).where(DocumentRow.id == document_id)
        row = self._session.execute(query).one_or_none()
        if row is None:
            raise NotFound("There is no such document.", hint="It may have been removed, or it is not shared with you.")
        return stored(row)

    def of_account(
        self,
        account_id: str,
        *,
        viewer: Viewer,
        kinds: Sequence[DocumentKind] = (),
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[StoredDocumentHead]:
        """The account's documents, newest first, undated last. An account the viewer may not see has none.

        `kinds` narrows to these kinds, `since` to documents dated then or later.
        """
        columns: Select[*tuple[Any, ...]] = select(*_HEAD_COLUMNS)
        query = _of_account(columns, account_id, viewer=viewer)
        if kinds:
            query = query.where(DocumentRow.kind.in_([kind.value for kind in kinds]))
        if since is not None:
            query = query.where(DocumentRow.authored_at >= since)
        return heads_of(self._session.execute(_newest_first(query).limit(limit)))

    def texts_of_account(self, account_id: str, *, viewer: Viewer) -> list[StoredDocument]:
        """The account's emails, transcripts and notes with their text, oldest first, undated last."""
        [rows] = ask(self._uow, texts_asked(account_id, viewer=viewer))
        return [stored(row) for row in rows]

    def _document_id(self, source_file_id: str) -> str:
        source = self._session.get(SourceFileRow, source_file_id)
        if source is None:
            raise NotFound("The source file of this document is not registered.", hint="Run the import again.")
        # A path that names an erased person was overwritten; its document keeps the id that citations know.
        of_file = select(DocumentRow.id).where(DocumentRow.source_file_id == source_file_id)
        known = self._session.scalar(of_file.limit(1))
        return known or stable_id("document", source.root, source.path)

    def _same_cut(self, row: DocumentRow, parsed: ParsedDocument, passages: Sequence[Passage]) -> bool:
        """Whether the stored passages are these: same text and same ordinals, offsets and labels."""
        if row.text_sha256 != _sha256(parsed.text):
            return False
        stored = self._session.execute(
            select(
                PassageRow.ordinal,
                PassageRow.start,
                PassageRow.end,
                PassageRow.page,
                PassageRow.heading,
                PassageRow.speaker,
                PassageRow.language,
            )
            .where(PassageRow.document_id == row.id)
            .order_by(PassageRow.ordinal)
        )
        new = [(p.ordinal, p.start, p.end, p.page, p.heading, p.speaker, p.language) for p in passages]
        return [tuple(old) for old in stored] == new

    def _fill(self, row: DocumentRow, parsed: ParsedDocument) -> None:
        row.title = parsed.title
        row.kind = parsed.kind.value
        row.text = parsed.text
        row.text_sha256 = _sha256(parsed.text)
        row.blocks = [block.model_dump(mode="json", exclude_none=True) for block in parsed.blocks]
        row.media_type = parsed.media_type
        row.language = parsed.language
        row.origin = parsed.origin.value
        row.authored_at = parsed.authored_at
        row.author = parsed.author
        row.participants = list(parsed.participants)
        row.direction = parsed.direction
        row.message_id = parsed.message_id
        row.in_reply_to = parsed.in_reply_to
        row.warnings = list(parsed.warnings)
        if self._session.is_modified(row):  # importing the same again changes nothing, this date included
            row.imported_at = self._uow.clock.now()


def _visible(query: Select[*tuple[Any, ...]], *, viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Join the source file and keep what the viewer may see, of accounts and of shared knowledge."""
    classes = [visibility.value for visibility in viewer.visibility_classes]
    may_see: ColumnElement[bool] = or_(
        id_is_visible(viewer, DocumentRow.account_id), DocumentRow.visibility.in_(classes)
    )
    return query.join(SourceFileRow, SourceFileRow.id == DocumentRow.source_file_id).where(may_see)


def heads_asked(account_id: str, *, viewer: Viewer, most: int) -> Asked:
    """What `DocumentRepository.of_account` asks for the first of all kinds; its rows are `heads_of`."""
    return _heads(viewer).asked(viewer, account_id=account_id, most=most)


def heads_of(rows: Iterable[Any]) -> list[StoredDocumentHead]:
    """Rows with the columns of a document without its text."""
    return [StoredDocumentHead(**_head(row)) for row in rows]


@kept_for_viewers
def _heads(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    query = _of_account(select(*_HEAD_COLUMNS), bindparam("account_id", ""), viewer=viewer)
    return _newest_first(query).limit(bindparam("most", 0))


def _newest_first(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.order_by(DocumentRow.authored_at.desc().nulls_last(), DocumentRow.id)


def texts_asked(account_id: str, *, viewer: Viewer) -> Asked:
    """What `DocumentRepository.texts_of_account` asks; its rows are `stored` documents."""
    return _texts(viewer).asked(viewer, account_id=account_id)


@kept_for_viewers
def _texts(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    query = _of_account(select(*_TEXT_COLUMNS), bindparam("account_id", ""), viewer=viewer)
    query = query.where(DocumentRow.kind.in_([kind.value for kind in _NOTES]))
    return query.order_by(DocumentRow.authored_at.asc().nulls_last(), DocumentRow.id)


def _of_account(query: Select[*tuple[Any, ...]], account_id: Any, *, viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return _visible(query, viewer=viewer).where(DocumentRow.account_id == account_id)


def _head(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """The columns under the names of `StoredDocumentHead`, whose validation gives them their types."""
    return row._asdict()


def stored(row: Any) -> StoredDocument:
    """A row with all columns of a document."""
    values = row._asdict()
    values["blocks"] = tuple(Block(**block) for block in values["blocks"])
    return StoredDocument(**values)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
