"""How alike a sentence and what is asked are as a whole, by the vectors of the search's own model.

Invariant: a sentence is embedded once for all questions, and only if a part of a question is about to be answered from
it; without a model, or with another than the one the weights were fitted for, nothing is said.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from copilot.errors import UnavailableError
from copilot.llm.embeddings.port import Embedder, Vectors
from copilot.retrieval.service import RetrievalService
from copilot.workflows.chat.told import Told

MODEL = "multilingual-e5-small-q4-centred-1"
"""What the weights of `calibration.toml` were fitted with."""
_MOST_KEPT = 8_000
"""Sentences, of 1.5 kB each."""


class Likeness:
    """Keeps the vectors of sentences. Safe to call from several threads."""

    def __init__(self, retrieval: RetrievalService) -> None:
        self._retrieval = retrieval
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Vectors] = OrderedDict()

    def of_question(self, text: str, *, language: str) -> Vectors | None:
        """Its vector, for the search and for `of`; None where there is no model of ours."""
        embedder = self._embedder()
        try:
            return embedder.embed_query(text, language) if embedder else None
        except UnavailableError:
            return None  # the search says so to whoever asks

    def of(self, question: Vectors, sentences: Sequence[Told]) -> tuple[float, ...] | None:
        """Cosine of each sentence with the question."""
        keys = [(item.text, item.language.value) for item in sentences]
        # Kept here from now on: while the others are made, another thread may push these out.
        found = {key: vector for key in keys if (vector := self._get(key)) is not None}
        fresh = [key for key in dict.fromkeys(keys) if key not in found]
        embedder = self._embedder()
        if embedder is None:
            return None
        try:
            made = embedder.embed_passages([text for text, _ in fresh], [language for _, language in fresh])
        except UnavailableError:
            return None
        found |= dict(zip(fresh, made, strict=True))
        self._put(found)
        return tuple(float(np.dot(question, found[key])) for key in keys)

    def _embedder(self) -> Embedder | None:
        embedder = self._retrieval.model.embedder
        return embedder if embedder is not None and embedder.model_id == MODEL else None

    def _get(self, key: tuple[str, str]) -> Vectors | None:
        with self._lock:
            return self._kept.get(key)

    def _put(self, found: dict[tuple[str, str], Vectors]) -> None:
        with self._lock:
            self._kept.update(found)
            for key in found:
                self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
