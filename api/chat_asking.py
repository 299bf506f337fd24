"""Putting a question on somebody's behalf.

Invariant: the chat works in transactions of its own, so that whoever waits for the answer holds none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.conversation import Started, TurnEvent


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn that is being worked on, and all its events."""

    turn_id: str
    thread_id: str
    events: Iterator[TurnEvent]


def ask(thread_id: str, message: str, *, application: Application, viewer: Viewer) -> Asked:
    """Put a question. Raises TooFast, NotFound, Conflict or InputError; then nothing is kept of it."""
    return _begun(application.chat.ask(thread_id, message, viewer=viewer))


def resume(turn_id: str, *, application: Application, viewer: Viewer) -> Asked:
    """Go on with a turn. Raises NotFound or Conflict."""
    return _begun(application.chat.resume(turn_id, viewer=viewer))


def _begun(events: Iterator[TurnEvent]) -> Asked:
    first = next(events)
    if not isinstance(first, Started):
        raise TypeError("a turn begins with its start")
    return Asked(turn_id=first.turn_id, thread_id=first.thread_id, events=chain([first], events))
