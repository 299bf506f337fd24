"""A throw-away installation that holds the documents of a suite, searched by the product's own search.

Invariant: nothing is measured on a shortcut: documents go through the product's parser, cutter, store and index,
queries through its `Search`; a document's rank is that of its best passage.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from copilot.clock import SystemClock
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.language import Language
from copilot.llm.embeddings.e5 import E5Embedder
from copilot.llm.embeddings.port import Embedder, Vectors
from copilot.llm.embeddings.use import UseEmbedder
from copilot.retrieval.fusion import Weights
from copilot.retrieval.indexing import embed_pending
from copilot.retrieval.search import MAX_LIMIT, Search, SearchRequest
from copilot.retrieval.several import merged
from copilot.settings import load_settings
from copilot.store import embedded
from copilot.store.database import Database
from copilot.store.documents import DocumentRepository
from copilot.store.tables.records import AccountRow, SourceFileRow
from copilot.store.vectors import SharedVectors
from knowledge.chunking import cut
from knowledge.parsers.markdown import parse_markdown

READER = Viewer(user_id="eval", email="eval@example.invalid", name="Evaluation", role=Role.ADMIN)
LEXICAL, DENSE, FUSED = "lexical", "dense", "fused"
_DENSE_ONLY = Weights(plain=0.0, exact_words=0.0)


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document of a suite. `account` None: shared with all staff."""

    id: str
    title: str
    text: str
    language: Language
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the documents that answer it with their grades, and where to look."""

    id: str
    text: str
    language: Language
    relevant: dict[str, float]
    accounts: tuple[str, ...] | None = None


class Collection:
    """Documents in a database of their own."""

    def __init__(self, database: Database, shared: SharedVectors, *, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.shared = shared
        self._names: dict[str, str] = {}

    def add(self, documents: Iterable[SourceDocument]) -> int:
        """Parse, cut and store. Returns the number of documents."""
        count = 0
        with self.database.unit_of_work() as uow:
            for document in documents:
                count += 1
                source_id = f"source-{document.account}-{document.id}"
                if document.account and uow.session.get(AccountRow, document.account) is None:
                    uow.session.add(account_row(document.account, uow.clock.today()))
                uow.session.add(source_file_row(source_id, uow.clock.now()))
                uow.flush()
                source = f"# {document.title}\n\n{document.text}" if document.title else document.text
                parsed = parse_markdown(source.encode(), "document.md")
                parsed = parsed.model_copy(update={"title": document.title, "language": document.language.value})
                stored = DocumentRepository(uow).replace(
                    parsed,
                    cut(parsed),
                    source_file_id=source_id,
                    account_id=document.account,
                    visibility=None if document.account else Visibility.STAFF,
                )
                self._names[stored] = document.id
        return count

    def embed(self, embedder: Embedder) -> int:
        """Give every passage a vector of this model."""
        return embed_pending(self.database, embedder, shared=self.shared)

    def index_words(self) -> None:
        """Count words, as the background task does first."""
        embed_pending(self.database, None, shared=self.shared)

    def query_vectors(self, embedder: Embedder, questions: Sequence[Question]) -> list[Vectors]:
        """Embed the queries once, for several modes."""
        return [embedder.embed_query(question.text, question.language) for question in questions]

    def rank(
        self,
        questions: Sequence[Question],
        *,
        mode: str,
        embedder: Embedder | None = None,
        vectors: Sequence[Vectors] = (),
        weights: Weights | None = None,
    ) -> list[list[str]]:
        """Documents for each question, best first, at most ten."""
        chosen = _DENSE_ONLY if mode == DENSE else weights
        search = Search(embedder=None if mode == LEXICAL else embedder, shared=self.shared, weights=chosen)
        ranked = []
        with self.database.unit_of_work() as uow:
            for index, question in enumerate(questions):
                request = SearchRequest(
                    query=question.text,
                    account_ids=question.accounts,
                    include_shared=question.accounts is None,
                    language=question.language,
                    limit=MAX_LIMIT // 2,
                )
                vector = None if mode == LEXICAL else vectors[index]
                result = search.search_with_vector(request, vector, viewer=READER, uow=uow)
                names = dict.fromkeys(self._names[hit.document_id] for hit in result.hits)
                ranked.append(list(names)[:10])
        return ranked

    def rank_several(self, asked: Sequence[tuple[Question, Sequence[str]]], *, embedder: Embedder) -> list[list[str]]:
        """Documents for each question, best first, at most ten: found by several queries of it, and merged."""
        search = Search(embedder=embedder, shared=self.shared)
        ranked = []
        with self.database.unit_of_work() as uow:
            for question, queries in asked:
                requests = [
                    SearchRequest(
                        query=query,
                        account_ids=question.accounts,
                        include_shared=question.accounts is None,
                        language=question.language,
                        limit=MAX_LIMIT,
                    )
                    for query in queries
                ]
                hits = merged([search.search(request, viewer=READER, uow=uow).hits for request in requests])
                ranked.append(list(dict.fromkeys(self._names[hit.document_id] for hit in hits))[:10])
        return ranked


@contextmanager
def open_collection() -> Iterator[Collection]:
    """An empty installation in a temporary folder, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="sales-copilot-eval-") as name:
        folder = Path(name)
        found = embedded.start(folder)
        database = Database(found.application_url, owner_url=found.owner_url, clock=SystemClock())
        try:
            database.migrate()
            yield Collection(database, SharedVectors(folder=folder / "chroma"), folder=folder)
        finally:
            database.dispose()
            embedded.stop(folder)


def models() -> dict[str, Embedder]:
    """The embedded models, by the name their figures carry."""
    return {"e5": E5Embedder(load_settings().data_dir / "models"), "use": UseEmbedder()}


def account_row(account_id: str, today: date) -> AccountRow:
    """A minimal account."""
    return AccountRow(
        id=account_id,
        source_system="eval",
        source_id=account_id,
        as_of=today,
        content_hash="",
        name=account_id,
        search_key=account_id,
    )


def source_file_row(source_id: str, now: datetime) -> SourceFileRow:
    """A minimal source file."""
    return SourceFileRow(
        id=source_id, root="eval", path=source_id, sha256="", media_type="text/markdown", size_bytes=0, imported_at=now
    )
