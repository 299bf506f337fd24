"""Retrieval as the surfaces use it: builds the model and the search once, on first use.

Invariant: constructing it does no I/O and loads no model, so start-up and import never wait for one.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from copilot.errors import ModelUnavailable
from copilot.llm.embeddings import EmbedderChoice, select_embedder
from copilot.retrieval.indexing import ProgressCallback, embed_pending, reindex
from copilot.retrieval.search import Search
from copilot.settings import Settings
from copilot.store.database import Database, UnitOfWork
from copilot.store.passages import IndexCounts, PassageRepository
from copilot.store.vectors import SharedVectors


class RetrievalService:
    """Search and its index, for one process."""

    def __init__(self, settings: Settings, *, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._lock = threading.Lock()
        self._choice: EmbedderChoice | None = None
        self._search: Search | None = None
        self.shared = SharedVectors(folder=vector_folder(settings), url=settings.chroma_url)

    @property
    def model(self) -> EmbedderChoice:
        """The embedding model, loaded on first use, or the reason why there is none."""
        with self._lock:
            if self._choice is None:
                self._choice = select_embedder(self._settings)
            return self._choice

    @property
    def search(self) -> Search:
        """The one search of this process."""
        choice = self.model
        with self._lock:
            if self._search is None:
                self._search = Search(embedder=choice.embedder, shared=self.shared, unavailable=choice.reason)
            return self._search

    def embed_pending(
        self, *, progress: ProgressCallback | None = None, should_stop: Callable[[], bool] = lambda: False
    ) -> int:
        """The background task: bring the index up to date, or stop early. Returns the passages embedded."""
        return embed_pending(
            self._database, self.model.embedder, shared=self.shared, progress=progress, should_stop=should_stop
        )

    def reindex(self, *, progress: ProgressCallback | None = None) -> int:
        """Rebuild every vector. Raises ModelUnavailable when there is no model to do it with."""
        choice = self.model
        if choice.embedder is None:
            raise choice.reason or ModelUnavailable("There is no embedding model.", hint="Set COPILOT_EMBEDDINGS.")
        return reindex(self._database, choice.embedder, shared=self.shared, progress=progress)

    def waiting(self, *, uow: UnitOfWork) -> IndexCounts:
        """Passages in all and those that can so far be found by their words only; 0 where no model makes more."""
        embedder = self.model.embedder
        found = PassageRepository(uow).counts(model_id=embedder.model_id if embedder else "")
        return found if embedder else IndexCounts(passages=found.passages, pending=0)

    def counts(self) -> IndexCounts:
        """Passages in all and those still without a vector of the chosen model."""
        embedder = self.model.embedder
        with self._database.unit_of_work() as uow:
            return PassageRepository(uow).counts(model_id=embedder.model_id if embedder else "")


def vector_folder(settings: Settings) -> Path:
    """Folder of the embedded Chroma."""
    return settings.data_dir / "chroma"
