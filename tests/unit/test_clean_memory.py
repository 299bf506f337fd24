"""Clean memory where there is no GNU C library: nothing is cleared, nothing fails, and it says so."""

import ctypes
import os

import pytest

from copilot.store import clean_memory
from copilot.store.clean_memory import CleanMemory


def test_a_system_that_cannot_open_itself_as_a_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clean_memory._library.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", "nt")
        patch.setattr(ctypes, "CDLL", _refuses)
        assert not clean_memory.available()
        with CleanMemory():
            pass
    clean_memory._library.cache_clear()


def _refuses(name: str | None) -> None:
    raise TypeError(name)
