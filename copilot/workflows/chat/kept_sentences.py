"""Vectors of sentences as a whole, made ahead with the words of their passage, and kept from question to question.

Invariant: a sentence is embedded after its headings (`answering.in_place`) and never beside other sentences, which
would change its vector a little; made ahead or made now, read from the database or kept, it is the same. Half
precision: 768 bytes a sentence. Memory is bounded.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from copilot.domain.language import Language
from copilot.llm.embeddings.port import Embedder, Vectors

MODEL = "multilingual-e5-small-q4-centred-1"
"""What the weights that compare sentences were fitted with; those of another model are not made."""
_KEY_BYTES = 16
_VALUE_BYTES = 2
_MOST_KEPT = 20_000
"""Sentences: 15 MB."""

Half = NDArray[np.float16]


def key_of(text: str, language: Language) -> bytes:
    """What the vector of a sentence is found by."""
    said = f"{MODEL}\x1f{language.value}\x1f{text}".encode("utf-8", "replace")
    return hashlib.blake2b(said, digest_size=_KEY_BYTES).digest()


def made(embedder: Embedder, text: str, language: Language) -> Half:
    """The vector of one sentence. Raises UnavailableError."""
    vectors: Vectors = embedder.embed_passages([text], [language.value])
    vector: Half = vectors[0].astype(np.float16)
    return vector


def packed(vectors: Mapping[bytes, Half]) -> bytes:
    """As they are stored."""
    return b"".join(key + vector.tobytes() for key, vector in vectors.items())


def unpacked(content: bytes, *, width: int) -> dict[bytes, Half]:
    """What was stored; nothing where it is not of vectors of this width."""
    size = _KEY_BYTES + width * _VALUE_BYTES
    if len(content) % size:
        return {}
    return {
        content[start : start + _KEY_BYTES]: np.frombuffer(content, np.float16, width, start + _KEY_BYTES)
        for start in range(0, len(content), size)
    }


class KeptSentences:
    """Of the passages that were read last. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Half] = OrderedDict()

    def get(self, keys: Iterable[bytes]) -> dict[bytes, Half]:
        """Those of these that are kept."""
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
            return found

    def put(self, vectors: Mapping[bytes, Half]) -> None:
        """Keep them, and let go of what was not asked about for longest."""
        with self._lock:
            self._kept.update(vectors)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


KEPT_SENTENCES = KeptSentences()
"""The one of this process."""
WIDTH = 384
"""Of vectors of the model."""
