"""Shared knowledge in Chroma: one collection per visibility class and embedding model.

Invariant: the collection is the wall. A query opens only collections of classes that its viewer may read, and
never filters by metadata (a linear scan in Chroma). SQL stays the truth: what comes back is joined to rows.
The embedded engine works in clean memory only: it writes to disk what it never used (`copilot.store.clean_memory`).
"""

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from copilot.domain.access import Visibility
from copilot.errors import ConfigurationError, UnavailableError
from copilot.store.clean_memory import CleanMemory

Vectors = NDArray[np.float32]
_SEARCH_BREADTH = 100
"""`ef_search` of the graph: candidates looked at per query; recall at 10 stays above 0.98 at 100,000 vectors."""
_WRITE_BATCH = 1000
_FRESHNESS_SECONDS = 5.0
_CLEAN_MEMORY = CleanMemory()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A passage near the query; `similarity` is the cosine."""

    passage_id: str
    similarity: float


class SharedVectors:
    """The vector home of passages that belong to no account. Connects on first use; safe across threads."""

    def __init__(self, *, folder: Path, url: str | None = None) -> None:
        """`url` of a Chroma server, else embedded under `folder` (for one process at a time)."""
        self._folder = folder
        self._url = url
        self._engine = _Engine(embedded=url is None)
        self._lock = threading.Lock()
        self._client: Any = None
        self._collections: dict[str, Any] = {}
        self._seen: dict[str, tuple[int, float]] = {}
        """Per collection: its count when last looked at, and when to look again."""

    def put(self, visibility: Visibility, *, model_id: str, passage_ids: Sequence[str], vectors: Vectors) -> None:
        """Store or replace vectors. Durable when it returns."""
        collection = self._collection(visibility, model_id)
        with self._engine:
            self._engine.clear_cached()
            for start in range(0, len(passage_ids), _WRITE_BATCH):
                part = slice(start, start + _WRITE_BATCH)
                collection.upsert(ids=list(passage_ids[part]), embeddings=vectors[part])
        self._remember(visibility, model_id)

    def remove(self, visibility: Visibility, *, model_id: str, passage_ids: Sequence[str]) -> None:
        """Forget passages; unknown ids are ignored."""
        collection = self._collection(visibility, model_id)
        with self._engine:
            for start in range(0, len(passage_ids), _WRITE_BATCH):
                collection.delete(ids=list(passage_ids[start : start + _WRITE_BATCH]))
        self._remember(visibility, model_id)

    def nearest(self, visibility: Visibility, *, model_id: str, vector: Vectors, limit: int) -> list[Neighbour]:
        """The nearest passages of one class, best first."""
        collection = self._fresh_collection(visibility, model_id)
        with self._engine:
            answer = collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        return [
            Neighbour(passage_id, 1.0 - distance)
            for passage_id, distance in zip(answer["ids"][0], answer["distances"][0], strict=True)
        ]

    def count(self, visibility: Visibility, *, model_id: str) -> int:
        """How many vectors a class holds."""
        collection = self._collection(visibility, model_id)
        with self._engine:
            return int(collection.count())

    def passage_ids(self, visibility: Visibility, *, model_id: str) -> set[str]:
        """All ids of a class, for comparing with SQL."""
        collection = self._collection(visibility, model_id)
        with self._engine:
            return set(collection.get(include=[])["ids"])

    def drop_other_models(self, *, model_id: str) -> int:
        """Delete the collections of every other model. Returns how many."""
        keep = {_collection_name(visibility, model_id) for visibility in Visibility}
        client = self._connected()
        with self._engine:
            others = [item.name for item in client.list_collections() if item.name not in keep]
            for name in others:
                client.delete_collection(name)
        self._collections.clear()
        self._seen.clear()
        return len(others)

    def _fresh_collection(self, visibility: Visibility, model_id: str) -> Any:
        """The collection as other processes left it, give or take some seconds.

        Embedded Chroma keeps answering queries from what it read at first, although it counts correctly: a worker's
        new vectors would stay invisible here. When the count has moved, everything is opened again.
        """
        collection = self._collection(visibility, model_id)
        if self._url is not None:
            return collection
        name = _collection_name(visibility, model_id)
        now = time.monotonic()
        seen = self._seen.get(name)
        if seen is not None and now < seen[1]:
            return collection
        with self._engine:
            count = int(collection.count())
        if seen is not None and seen[0] != count:
            self._reopen()
            collection = self._collection(visibility, model_id)
        self._seen[name] = (count, now + _FRESHNESS_SECONDS)
        return collection

    def _remember(self, visibility: Visibility, model_id: str) -> None:
        """What this process writes itself is no reason to open anything again."""
        name = _collection_name(visibility, model_id)
        if name in self._seen:
            with self._engine:
                count = int(self._collection(visibility, model_id).count())
            self._seen[name] = (count, time.monotonic() + _FRESHNESS_SECONDS)

    def _reopen(self) -> None:
        from chromadb.api.shared_system_client import SharedSystemClient

        with self._lock:
            # The library shares one engine per folder and process; a new one must be made to read again.
            SharedSystemClient.clear_system_cache()
            self._client = None
            self._collections.clear()

    def _collection(self, visibility: Visibility, model_id: str) -> Any:
        name = _collection_name(visibility, model_id)
        collection = self._collections.get(name)
        if collection is None:
            client = self._connected()
            with self._engine:
                self._engine.clear_cached()
                collection = client.get_or_create_collection(
                    name,
                    # Without this Chroma would download a model of its own.
                    embedding_function=None,
                    configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_BREADTH}},
                )
            self._collections[name] = collection
        return collection

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                with self._engine:
                    self._client = _connect(self._folder, self._url)
            return self._client


def _connect(folder: Path, url: str | None) -> Any:
    # Imported here: it takes more than a second, and lexical search needs none of it.
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if url is None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return chromadb.PersistentClient(str(folder), settings=settings)
    parts = urlsplit(url)
    if not parts.hostname:
        raise ConfigurationError("CHROMA_URL is not a URL.", hint="Use e.g. CHROMA_URL=http://localhost:8000.")
    secure = parts.scheme == "https"
    return chromadb.HttpClient(
        host=parts.hostname, port=parts.port or (443 if secure else 80), ssl=secure, settings=settings
    )


def _collection_name(visibility: Visibility, model_id: str) -> str:
    """3 to 512 characters of the alphabet that Chroma allows."""
    return f"{visibility.value}--{re.sub(r'[^a-zA-Z0-9.-]', '-', model_id)}".strip("-.")


class _Engine:
    """Around every call: clean memory where the engine is ours, and its errors turned into ours.

    A class: entering a generator twice per query is measurable.
    """

    def __init__(self, *, embedded: bool) -> None:
        self._embedded = embedded

    def __enter__(self) -> None:
        if self._embedded:
            _CLEAN_MEMORY.__enter__()

    def clear_cached(self) -> None:
        """Before calls that make a graph: its smallest parts can come from what this thread kept."""
        if self._embedded:
            _CLEAN_MEMORY.clear_cached()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._embedded:
            _CLEAN_MEMORY.__exit__(kind, error, trace)
        if kind is None or isinstance(error, ConfigurationError):
            return
        import httpx
        from chromadb.errors import ChromaError

        if isinstance(error, (ChromaError, OSError, ValueError, httpx.HTTPError)):
            raise UnavailableError(
                "The vector index of shared knowledge cannot be used.",
                hint="Check CHROMA_URL or the data folder, then run `sales-copilot doctor`.",
            ) from error
