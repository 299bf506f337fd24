"""Putting a question on somebody's behalf: their pace first, then the chat.

Invariant: both happen in transactions of their own, so that whoever waits for the answer holds none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from copilot.agent.pace import check_pace
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
    with application.database.unit_of_work() as uow:
        check_pace(application.policy.chat, viewer=viewer, uow=uow)
    return _begun(application.chat.ask(thread_id, message, viewer=viewer))


def resume(turn_id: str, *, application: Application, viewer: Viewer) -> Asked:
    """Go on with a turn. Raises NotFound or Conflict."""
    return _begun(application.chat.resume(turn_id, viewer=viewer))


def _begun(events: Iterator[TurnEvent]) -> Asked:
    first = next(events)
    if not isinstance(first, Started):
        raise TypeError("a turn begins with its start")
    return Asked(turn_id=first.turn_id, thread_id=first.thread_id, events=chain([first], events))
