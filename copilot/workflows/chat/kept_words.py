"""Words of passages with their vectors, kept from question to question.

Invariant: what is kept is found by the very text it was made of, and vectors are rounded in the same way whether they
were just made or kept: the same question gets the same answer on the first day and on the second. Memory is bounded.
Rounded to 8 bits with a scale for each word and depth: 772 bytes a word.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from copilot.guardrails.grounding.states import Array
from copilot.guardrails.grounding.words import Word
from copilot.store.database import UnitOfWork
from copilot.store.passage_words import PassageWordsRepository, StoredWords
from copilot.workflows.chat.kept_sentences import KEPT_SENTENCES, WIDTH, unpacked

_MOST_KEPT = 2_000
"""Passages: about a hundred words each, some 200 MB when full."""
_DEPTHS = 2
_SCALE_BYTES = 2
_LARGEST = 127

_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class Packed:
    """Vectors of a text's words at the two depths that are compared, `[depths, words, width]`."""

    values: NDArray[np.int8]
    scales: NDArray[np.float16]

    @classmethod
    def of(cls, states: Array) -> "Packed":
        """Round them."""
        largest = np.abs(states).max(axis=-1, initial=1e-6)
        scales = (largest / _LARGEST).astype(np.float16)
        steps = np.maximum(scales.astype(np.float32), 1e-7)[..., None]
        return cls(np.clip(np.rint(states / steps), -_LARGEST, _LARGEST).astype(np.int8), scales)

    def states(self) -> Array:
        """As numbers to be compared."""
        unpacked: Array = self.values * self.scales.astype(np.float32)[..., None]
        return unpacked

    def content(self) -> bytes:
        """As it is stored."""
        return self.scales.tobytes() + self.values.tobytes()

    @classmethod
    def read(cls, content: bytes, *, words: int) -> "Packed | None":
        """What was stored; None where it is not of so many words."""
        cut = _DEPTHS * words * _SCALE_BYTES
        width, rest = divmod(len(content) - cut, max(1, _DEPTHS * words))
        if not words or rest or width <= 0:
            return None
        scales = np.frombuffer(content[:cut], np.float16).reshape(_DEPTHS, words)
        return cls(np.frombuffer(content[cut:], np.int8).reshape(_DEPTHS, words, width), scales)


@dataclass(frozen=True, slots=True)
class Means:
    """Of each sentence of a text, what no question changes."""

    sums: Array
    """Of the deeper vectors of its words, `[sentences, width]`."""
    words: NDArray[np.intp]
    """How many these are."""
    lengths: NDArray[np.float64]
    """Of the mean of these vectors."""
    says: Array
    """How many of its words are no function words."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Words of a text and their vectors in context, with what is asked of them again and again."""

    words: tuple[Word, ...]
    packed: Packed
    stems: NDArray[np.int64]
    """A number for each word's stem, the same for the same stem."""
    says: NDArray[np.bool_]
    """Which words are no function words."""
    means: dict[bytes, Means] = field(default_factory=dict, compare=False, repr=False)
    """By where the text is cut into sentences; filled when it is first compared, and nearly always cut in one way."""


def stem_numbers(words: Sequence[Word]) -> NDArray[np.int64]:
    """Of each word: numbers are compared a hundred times faster than words."""
    return np.array([hash(word.stem) for word in words], dtype=np.int64)


def digest_of(text: str) -> str:
    """What a kept text is found by."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class KeptWords:
    """Of the passages that were read last. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Seen] = OrderedDict()
        self._stored: OrderedDict[str, bytes] = OrderedDict()
        self._passages: OrderedDict[str, str] = OrderedDict()

    def get(self, digest: str) -> Seen | None:
        """What was kept of this text."""
        with self._lock:
            found = self._kept.get(digest)
            if found is not None:
                self._kept.move_to_end(digest)
            return found

    def put(self, digest: str, seen: Seen) -> None:
        """Keep it, and let go of what was not asked about for longest."""
        with self._lock:
            self._kept[digest] = seen
            _shorten(self._kept)

    def unknown(self, passage_ids: Sequence[str]) -> list[str]:
        """Of these passages, those that nothing was brought back for, or whose words were let go since."""
        with self._lock:
            return [item for item in passage_ids if not self._has(self._passages.get(item))]

    def bring_back(self, stored: Mapping[str, StoredWords]) -> None:
        """What was stored of passages, by their ids."""
        with self._lock:
            for passage_id, (digest, content, _) in stored.items():
                self._passages[passage_id] = digest
                if digest not in self._kept:
                    self._stored[digest] = content
            _shorten(self._stored)
            _shorten(self._passages)

    def take_stored(self, digest: str) -> bytes | None:
        """What was brought back for this text; asked for once, then it is kept unpacked."""
        with self._lock:
            return self._stored.pop(digest, None)

    def _has(self, digest: str | None) -> bool:
        return digest is not None and (digest in self._kept or digest in self._stored)


def _shorten(kept: "OrderedDict[str, _Kept]") -> None:
    while len(kept) > _MOST_KEPT:
        kept.popitem(last=False)


KEPT_WORDS = KeptWords()
"""The one of this process."""


def bring_back(passage_ids: Sequence[str], *, uow: UnitOfWork) -> None:
    """Read what is stored of passages that a search found, unless it is at hand."""
    unknown = KEPT_WORDS.unknown(passage_ids)
    if not unknown:
        return
    stored = PassageWordsRepository(uow).of(unknown)
    KEPT_WORDS.bring_back(stored)
    for item in stored.values():
        KEPT_SENTENCES.put(unpacked(item.sentences, width=WIDTH))
