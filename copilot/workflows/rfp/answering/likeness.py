"""How alike a sentence and what is asked are as a whole, by the vectors of the search's own model.

Invariant: a sentence is embedded once for all questions, ahead of them where it can be, else only if a part of a
question is about to be answered from it; without a model, or with another than the one the weights were fitted for,
nothing is said.
"""

from collections.abc import Sequence

import numpy as np

from copilot.errors import UnavailableError
from copilot.llm.embeddings.port import Embedder, Vectors
from copilot.retrieval.service import RetrievalService
from copilot.workflows.chat.kept_sentences import KEPT_SENTENCES, MODEL, key_of, made
from copilot.workflows.chat.told import Told


class Likeness:
    """Compares. Safe to call from several threads."""

    def __init__(self, retrieval: RetrievalService) -> None:
        self._retrieval = retrieval

    def of_question(self, text: str, *, language: str) -> Vectors | None:
        """Its vector, for the search and for `of`; None where there is no model of ours."""
        embedder = self._embedder()
        try:
            return embedder.embed_query(text, language) if embedder else None
        except UnavailableError:
            return None  # the search says so to whoever asks

    def of(self, question: Vectors, sentences: Sequence[Told]) -> tuple[float, ...] | None:
        """Cosine of each sentence with the question."""
        keys = [key_of(item.text, item.language) for item in sentences]
        # Kept here from now on: while the others are made, another thread may push these out.
        found = KEPT_SENTENCES.get(keys)
        embedder = self._embedder()
        if embedder is None:
            return None
        fresh = {key: item for key, item in zip(keys, sentences, strict=True) if key not in found}
        try:
            found |= {key: made(embedder, item.text, item.language) for key, item in fresh.items()}
        except UnavailableError:
            return None
        KEPT_SENTENCES.put({key: found[key] for key in fresh})
        return tuple(float(np.dot(question, found[key].astype(np.float32))) for key in keys)

    def _embedder(self) -> Embedder | None:
        embedder = self._retrieval.model.embedder
        return embedder if embedder is not None and embedder.model_id == MODEL else None
