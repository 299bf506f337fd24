"""What the rest of the product knows about an embedding model.

Invariant: equal `model_id` means comparable vectors. Whatever changes a vector (weights, quantisation,
centring, prefixes) changes the id, and the store never compares vectors of two ids.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns text into unit vectors. Safe to call from several threads; loads on first use."""

    @property
    def model_id(self) -> str:
        """Stable id, stored beside every vector."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors `[len(texts), dimension]`; `languages` are ISO 639-1 codes, one a text.

        Raises ModelUnavailable when the model cannot be loaded or reached.
        """
        ...

    def embed_query(self, text: str, language: str) -> Vectors:
        """Unit vector `[dimension]` of what a person asks. Raises as `embed_passages`."""
        ...


def unit_rows(vectors: Vectors) -> Vectors:
    """Scale each row to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled
