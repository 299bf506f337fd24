"""Which prompt a call is made with, handed to the record of calls past everything in between.

Invariant: an identifier and a number travel, never the prompt.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Stamp(Protocol):
    """A released prompt; `copilot.prompting.Prompt` is one."""

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...


_current: ContextVar[Stamp | None] = ContextVar("prompt_of_call", default=None)


@contextmanager
def stamped(stamp: Stamp | None) -> Iterator[None]:
    """Calls within the block are recorded as made with this prompt."""
    token = _current.set(stamp)
    try:
        yield
    finally:
        _current.reset(token)


def current_stamp() -> Stamp | None:
    """The prompt of the call being made."""
    return _current.get()
