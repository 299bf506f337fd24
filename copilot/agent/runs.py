"""One run: one attempt to work on a turn, and the signs of life that it gives.

Invariant: as long as the process of a run lives, nobody else takes its turn up; soon after it died, anybody may.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from copilot.approvals.chat_rules import ChatRules
from copilot.domain.access import Viewer
from copilot.domain.conversation import TurnEvent
from copilot.domain.drafts import Draft
from copilot.domain.findings import GuardrailReport
from copilot.domain.language import Language
from copilot.errors import CopilotError
from copilot.store.chat import ChatRepository, Run
from copilot.store.database import Database
from copilot.telemetry import get_logger
from copilot.workflows.chat.contract import Found

_log = get_logger(__name__)
_SIGNS_PER_LEASE = 4


@dataclass(slots=True)
class Bench:
    """What a run holds while it works. None of it outlives the process: what must, is in the turn's row."""

    run: Run
    viewer: Viewer
    language: Language
    tell: Callable[[TurnEvent], None]
    is_new: bool = False
    """Nobody worked on the turn before."""
    found: tuple[Found, ...] | None = None
    draft: Draft | None = None
    report: GuardrailReport | None = None
    told_plan: bool = False
    told_filed: set[str] = field(default_factory=set)
    """Items that the reader was told of."""


class SignsOfLife:
    """Says for all runs of this process, from one thread, that they are alive."""

    def __init__(self, database: Database, *, rules: ChatRules) -> None:
        self._database = database
        self._rules = rules
        self._runs: set[Run] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def of(self, run: Run) -> Iterator[None]:
        """Keep this run alive within the block."""
        with self._lock:
            self._runs.add(run)
            if self._thread is None or not self._thread.is_alive():
                self._wake.clear()
                self._thread = threading.Thread(target=self._beat, daemon=True, name="chat-signs-of-life")
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._runs.discard(run)

    def stop(self) -> None:
        """End the thread; runs that still work are taken for dead soon."""
        self._wake.set()

    def _beat(self) -> None:
        pause = self._rules.abandoned_after_seconds / _SIGNS_PER_LEASE
        while not self._wake.wait(pause):
            with self._lock:
                runs = sorted(self._runs, key=lambda run: run.run_id)
                if not runs:
                    self._thread = None
                    return
            try:
                with self._database.unit_of_work() as uow:
                    until = uow.clock.now() + self._rules.abandoned_after
                    ChatRepository(uow).keep_alive(runs, until=until)
            except CopilotError as error:
                # The next beat tries again; four are missed before anybody else may take over.
                _log.warning("chat.sign_of_life_missed", reason=error.code)
