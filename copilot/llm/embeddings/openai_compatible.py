"""Embeddings from any server that speaks OpenAI's `/v1/embeddings`.

Invariant: no call is made before the first embedding; a failure names what to check, never the key. Text leaves
this machine only when a person has chosen this model by setting.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from copilot.errors import ModelUnavailable
from copilot.llm.embeddings.port import Vectors, unit_rows

_MAX_CHARACTERS = 20_000
_BATCH = 96


class OpenAICompatibleEmbedder:
    """Vectors of `model` at `base_url`. The dimension is asked of the server once."""

    def __init__(self, *, model: str, api_key: str | None, base_url: str | None, timeout_seconds: float) -> None:
        self.model_id = f"openai:{model}"
        self._model = model
        self._api_key = api_key
        self._base_url = base_url
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._client: Any = None
        self._dimension = 0

    @property
    def dimension(self) -> int:
        """See `Embedder`. The first call embeds one word to find out."""
        if not self._dimension:
            self._dimension = len(self._embed(["dimension"])[0])
        return self._dimension

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002 - the port's
        """See `Embedder`."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._embed(texts)

    def embed_query(self, text: str, language: str) -> Vectors:  # noqa: ARG002 - the port's
        """See `Embedder`."""
        vector: Vectors = self._embed([text])[0]
        return vector

    def load(self) -> Any:
        """Build the client. Raises ModelUnavailable when no key and no address are set."""
        with self._lock:
            if self._client is None:
                self._client = self._build_client()
            return self._client

    def _build_client(self) -> Any:
        from openai import OpenAI

        if not self._api_key and not self._base_url:
            raise ModelUnavailable(
                "Embeddings from an OpenAI-compatible server are chosen, but no server is configured.",
                hint="Set OPENAI_API_KEY (and OPENAI_BASE_URL for your own), or choose another COPILOT_EMBEDDINGS.",
            )
        return OpenAI(
            # A server of one's own often wants no key, the client always does.
            api_key=self._api_key or "none",
            base_url=self._base_url,
            timeout=self._timeout_seconds,
            max_retries=2,
        )

    def _embed(self, texts: Sequence[str]) -> Vectors:
        from openai import OpenAIError

        client = self.load()
        cleaned = [text[:_MAX_CHARACTERS].replace("\x00", " ") or " " for text in texts]
        rows: list[list[float]] = []
        try:
            for start in range(0, len(cleaned), _BATCH):
                answer = client.embeddings.create(
                    model=self._model, input=cleaned[start : start + _BATCH], encoding_format="float"
                )
                rows.extend(item.embedding for item in sorted(answer.data, key=lambda item: item.index))
        except (OpenAIError, ValueError) as error:  # ValueError: an answer that is not JSON
            raise ModelUnavailable(
                f"The embedding server did not answer as expected ({type(error).__name__}).",
                hint="Check OPENAI_BASE_URL, OPENAI_API_KEY and COPILOT_EMBEDDINGS_MODEL.",
            ) from error
        return self._checked(rows, expected=len(texts))

    def _checked(self, rows: list[list[float]], *, expected: int) -> Vectors:
        lengths = {len(row) for row in rows}
        if len(rows) != expected or len(lengths) != 1 or 0 in lengths:
            raise ModelUnavailable(
                "The embedding server returned vectors that do not match the texts sent.",
                hint="Check COPILOT_EMBEDDINGS_MODEL: it must name an embedding model.",
            )
        return unit_rows(np.array(rows, dtype=np.float32))
