"""Texts of one account, parsed, cut and stored as an import does, for tests of the answers in the chat."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from copilot.domain.access import Viewer, Visibility
from copilot.domain.documents import Block, BlockKind, DocumentKind, ParsedDocument
from copilot.domain.evidence import Origin
from copilot.domain.language import Language
from copilot.retrieval.indexing import embed_pending
from copilot.retrieval.search import Search
from copilot.retrieval.service import RetrievalService
from copilot.store.database import Database, UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.store.tables.records import SourceFileRow
from copilot.workflows.chat.contract import Scene
from knowledge.chunking import cut
from tests import approvals_builders as world


class _NoShared:
    """Shared vectors that nobody asked for."""

    def nearest(self, *_args: Any, **_kwargs: Any) -> list[Any]:
        return []


def retrieval() -> RetrievalService:
    """Search by words only."""
    search = Search(embedder=None, shared=cast("Any", _NoShared()))
    return cast("RetrievalService", SimpleNamespace(search=search, model=SimpleNamespace(embedder=None)))


def add_text(
    database: Database,
    name: str,
    text: str,
    *,
    day: datetime = datetime(2026, 10, 21, 9, tzinfo=UTC),
    author: str | None = "Marta Ruiz Gil",
    kind: DocumentKind = DocumentKind.EMAIL,
    account_id: str | None = world.ACCOUNT,
    language: Language = Language.ES,
    origin: Origin = Origin.CUSTOMER,
) -> None:
    """One document with one block, indexed for search by words."""
    parsed = ParsedDocument(
        title=name,
        kind=kind,
        text=text,
        blocks=(Block(kind=BlockKind.BODY, start=0, end=len(text)),),
        media_type="text/plain",
        language=language.value,
        origin=origin,
        authored_at=day,
        author=author,
        direction="inbound",
    )
    with database.unit_of_work() as uow:
        uow.session.add(
            SourceFileRow(
                id=f"file-{name}",
                root="test",
                path=name,
                sha256=name,
                media_type="text/plain",
                size_bytes=len(text),
                imported_at=uow.clock.now(),
            )
        )
        uow.flush()
        DocumentRepository(uow).replace(
            parsed,
            cut(parsed),
            source_file_id=f"file-{name}",
            account_id=account_id,
            visibility=None if account_id else Visibility.STAFF,
        )
    embed_pending(database, None, shared=cast("Any", _NoShared()))


def scene(uow: UnitOfWork, viewer: Viewer, message: str, *, language: Language = Language.ES) -> Scene:
    """A question asked on the business date of the tests."""
    return Scene(viewer=viewer, uow=uow, today=world.TODAY, language=language, message=message)
