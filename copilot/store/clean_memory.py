"""Keeps what else a process holds in memory out of files that a native library writes.

Invariant: memory handed out while `CleanMemory` is entered holds nothing of what it held before. Chroma's graph writes
its whole capacity to disk, used or not, and never clears it (chroma-core/chroma#7688): without this, text that was
read minutes ago, of an erased person even, stays in the files of vectors. Small pieces that the engine's own
threads keep are out of reach (decision 0135).

Needs the GNU C library. Elsewhere nothing is cleared and `available` says so.
"""

import ctypes
import functools
import os
import threading
from types import TracebackType

_M_PERTURB = -6
"""`mallopt(3)`: fill memory at `malloc` with the complement of a byte, and at `free` with the byte."""
_ON, _OFF = 0xFF, 0
"""With 0xFF new memory is all zeros."""
_SMALL_SIZES = range(392, 1041, 16)
"""Sizes in bytes that are handed out again without filling them, by way of what a thread keeps for itself, and that are
large enough to be a part of a graph: the shortest has room for 100 numbers of 4 bytes."""
_OF_EACH = 500
"""So many free pieces of each size are overwritten: a thread keeps few, but takes more over from others unfilled."""


class CleanMemory:
    """A context manager, one for the process; safe across threads and nested. Others' memory is filled too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                _fill(_ON)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                _fill(_OFF)

    def clear_cached(self) -> None:
        """Overwrite free pieces of small memory; only while entered. Takes 12 ms: before writes only."""
        library = _library()
        if library is None:
            return
        held = [library.malloc(size) for size in _SMALL_SIZES for _ in range(_OF_EACH)]
        for address in held:
            library.free(address)


def available() -> bool:
    """Whether memory can be cleared on this system."""
    return _library() is not None


def _fill(value: int) -> None:
    library = _library()
    if library is not None:
        library.mallopt(_M_PERTURB, value)


@functools.cache
def _library() -> ctypes.CDLL | None:
    if os.name != "posix":  # elsewhere a process cannot be opened as a library
        return None
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return None
    library.malloc.argtypes, library.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    library.free.argtypes, library.free.restype = [ctypes.c_void_p], None
    library.mallopt.argtypes, library.mallopt.restype = [ctypes.c_int, ctypes.c_int], ctypes.c_int
    return library
