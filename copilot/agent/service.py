"""Conversations: asking, watching an answer come about, going on after a crash, and judging it.

Invariants: a thread is there for its own user only, whatever their role; a question is kept before any work begins, and
its work goes on whether or not somebody watches; one question of a thread is worked on at a time.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from queue import SimpleQueue

from copilot.agent import texts
from copilot.agent.graph import TurnGraph
from copilot.agent.in_sight import in_sight
from copilot.agent.pace import check_pace
from copilot.agent.parts import Parts
from copilot.agent.runs import Bench, SignsOfLife
from copilot.agent.shown import Retold, outcome, retold
from copilot.agent.verdicts import Verdicts
from copilot.domain import conversation as told
from copilot.domain.access import Viewer
from copilot.domain.conversation import LONGEST_MESSAGE, UNDO, Thread, Turn, TurnEvent, TurnState
from copilot.domain.language import Language
from copilot.errors import Conflict, CopilotError, InputError, NotFound
from copilot.store.chat import ChatRepository, Run, TurnRecord
from copilot.store.chat_pace import one_question_at_a_time
from copilot.store.database import UnitOfWork
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_LONGEST_TITLE = 120
_MOST_THREADS = 200
_LAST_MOMENT_SECONDS = 10.0
_INTERRUPTED = "interrupted"
_CRASHED = "internal"
Events = SimpleQueue[TurnEvent | None]
"""Of one run; None is the end."""


class ChatService:
    """See the module docstring. One instance serves any number of people and threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._database = parts.database
        self._graph = TurnGraph(parts)
        self._verdicts = Verdicts(parts.approvals, parts.rules)
        self._signs = SignsOfLife(parts.database, rules=parts.rules)
        self._places = threading.BoundedSemaphore(parts.rules.turns_at_once)
        self._workers: set[threading.Thread] = set()

    def start(self, *, viewer: Viewer, uow: UnitOfWork) -> Thread:
        """A new, empty conversation."""
        return ChatRepository(uow).start(viewer.user_id)

    def threads(self, *, viewer: Viewer, uow: UnitOfWork, limit: int = 50) -> tuple[Thread, ...]:
        """The viewer's conversations, the latest first, without their turns."""
        return ChatRepository(uow).threads(viewer.user_id, limit=max(1, min(limit, _MOST_THREADS)))

    def thread(self, thread_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Thread:
        """One conversation with its turns. Raises NotFound."""
        found = ChatRepository(uow).thread(thread_id, user_id=viewer.user_id)
        if found is None:
            raise texts.problem(NotFound, "no_thread", viewer.language)
        return in_sight(found, viewer=viewer, uow=uow)

    def rename(self, thread_id: str, title: str, *, viewer: Viewer, uow: UnitOfWork) -> Thread:
        """Call a conversation otherwise. Raises NotFound or InputError."""
        words = " ".join(_usable(title, viewer).split())
        if not 0 < len(words) <= _LONGEST_TITLE:
            raise texts.problem(InputError, "bad_title", viewer.language)
        ChatRepository(uow).rename(thread_id, words, user_id=viewer.user_id)
        uow.flush()
        return self.thread(thread_id, viewer=viewer, uow=uow)

    def delete(self, thread_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Delete a conversation; what it filed stays in the queue. For `UNDO` it can be brought back, then housekeeping
        deletes it for good. Raises NotFound or Conflict."""
        chat = ChatRepository(uow)
        if not chat.lock(thread_id, user_id=viewer.user_id):
            raise texts.problem(NotFound, "no_thread", viewer.language)
        running = chat.running(thread_id)
        if running is not None and uow.clock.now() < running.alive_until:
            raise texts.problem(Conflict, "busy", viewer.language)
        chat.set_aside(thread_id, user_id=viewer.user_id)

    def bring_back(self, thread_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Thread:
        """Undo a deletion that is not older than `UNDO`. Raises NotFound."""
        since = uow.clock.now() - UNDO
        if not ChatRepository(uow).bring_back(thread_id, user_id=viewer.user_id, since=since):
            raise texts.problem(NotFound, "no_thread", viewer.language)
        return self.thread(thread_id, viewer=viewer, uow=uow)

    def ask(self, thread_id: str, message: str, *, viewer: Viewer) -> Iterator[TurnEvent]:
        """Put a question. The question is kept when this returns; its events follow as they come about.

        Raises NotFound, TooFast, Conflict (another one is being answered) or InputError.
        """
        text = _usable(message, viewer).strip()
        if not text:
            raise texts.problem(InputError, "empty", viewer.language)
        if len(text) > LONGEST_MESSAGE:
            raise texts.problem(InputError, "too_long", viewer.language)
        with self._database.unit_of_work() as uow:
            chat = ChatRepository(uow)
            if not chat.lock(thread_id, user_id=viewer.user_id):
                raise texts.problem(NotFound, "no_thread", viewer.language)
            one_question_at_a_time(viewer.user_id, uow=uow)
            check_pace(self._parts.rules, viewer=viewer, uow=uow)
            self._make_way(chat.running(thread_id), viewer=viewer, uow=uow)
            alive_until = uow.clock.now() + self._parts.rules.abandoned_after
            run = chat.ask(thread_id, text, alive_until=alive_until)
        return self._begin(run, thread_id, viewer, is_new=True)

    def resume(self, turn_id: str, *, viewer: Viewer) -> Iterator[TurnEvent]:
        """Go on with a turn that was interrupted or failed, behind the last thing that was finished.

        A turn that is over otherwise is replayed. Raises NotFound or Conflict (it is being worked on).
        """
        with self._database.unit_of_work() as uow:
            chat = ChatRepository(uow)
            record = self._record(turn_id, viewer=viewer, uow=uow)
            state = record.turn.state
            if state not in {TurnState.RUNNING, TurnState.FAILED}:
                return iter(retold(record, rules=self._parts.rules, viewer=viewer, uow=uow).events)
            if state is TurnState.RUNNING and uow.clock.now() < record.alive_until:
                raise texts.problem(Conflict, "busy", viewer.language)
            if not record.is_last:
                raise texts.problem(Conflict, "not_last", viewer.language)
            run = chat.take_over(record, alive_until=uow.clock.now() + self._parts.rules.abandoned_after)
        if run is None:
            raise texts.problem(Conflict, "taken_over", viewer.language)
        return self._begin(run, record.turn.thread_id, viewer)

    def replay(self, turn_id: str, *, viewer: Viewer, uow: UnitOfWork) -> tuple[TurnEvent, ...]:
        """The events of a turn as it is shown now: a held answer too, once it is approved. Raises NotFound.

        Of a turn that still runs, those that are there; `Finished` is then not among them.
        """
        return self.retold(turn_id, viewer=viewer, uow=uow).events

    def retold(self, turn_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Retold:
        """The same with what the answer rests on. Raises NotFound."""
        record = self._record(turn_id, viewer=viewer, uow=uow)
        return retold(record, rules=self._parts.rules, viewer=viewer, uow=uow)

    def accept(self, turn_id: str, *, digest: str, viewer: Viewer, uow: UnitOfWork) -> Turn:
        """Approve the answer with this digest as its asker. Raises NotFound, NotAllowed or Conflict."""
        self._verdicts.accept(self._record(turn_id, viewer=viewer, uow=uow), digest=digest, viewer=viewer, uow=uow)
        return self._record(turn_id, viewer=viewer, uow=uow).turn

    def correct(self, turn_id: str, edits: Mapping[str, str], *, digest: str, viewer: Viewer, uow: UnitOfWork) -> Turn:
        """Put other words (segment id -> text) into the answer with this digest: checked, filed as its next version.

        Raises NotFound, NotAllowed, Conflict or InputError.
        """
        usable = {segment_id: _usable(text, viewer) for segment_id, text in edits.items()}
        record = self._record(turn_id, viewer=viewer, uow=uow)
        self._verdicts.correct(record, usable, digest=digest, viewer=viewer, uow=uow)
        return self._record(turn_id, viewer=viewer, uow=uow).turn

    def report(self, turn_id: str, reason: str, *, viewer: Viewer, uow: UnitOfWork) -> Turn:
        """Say that the answer is wrong, and why. Raises NotFound, Conflict or InputError."""
        words = _usable(reason, viewer)
        self._verdicts.report(self._record(turn_id, viewer=viewer, uow=uow), words, viewer=viewer, uow=uow)
        return self._record(turn_id, viewer=viewer, uow=uow).turn

    def close(self) -> None:
        """Give turns under way a moment to end, then give connections back; what did not end is taken up again."""
        until = time.monotonic() + _LAST_MOMENT_SECONDS
        for worker in tuple(self._workers):
            worker.join(max(0.0, until - time.monotonic()))
        self._signs.stop()
        self._graph.close()

    def _record(self, turn_id: str, *, viewer: Viewer, uow: UnitOfWork) -> TurnRecord:
        record = ChatRepository(uow).turn(turn_id, user_id=viewer.user_id)
        if record is None:
            raise texts.problem(NotFound, "no_thread", viewer.language)
        return record

    @staticmethod
    def _make_way(running: TurnRecord | None, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """A turn that nobody works on any more gives way to the next question. Raises Conflict."""
        if running is None:
            return
        if uow.clock.now() < running.alive_until:
            raise texts.problem(Conflict, "busy", viewer.language)
        run = Run(running.turn.id, running.run_id)
        ChatRepository(uow).finish(run, TurnState.FAILED, failure=_INTERRUPTED)

    def _begin(self, run: Run, thread_id: str, viewer: Viewer, *, is_new: bool = False) -> Iterator[TurnEvent]:
        """Work in a thread of its own, so that it goes on when nobody reads any more."""
        events: Events = SimpleQueue()
        events.put(told.Started(thread_id=thread_id, turn_id=run.turn_id))
        bench = Bench(run, viewer, _language_of(viewer), events.put, is_new=is_new)
        worker = threading.Thread(target=self._work, args=(bench, events), daemon=True, name=f"chat-{run.turn_id}")
        self._workers.add(worker)
        worker.start()
        return iter(events.get, None)

    def _work(self, bench: Bench, events: Events) -> None:
        try:
            with self._signs.of(bench.run), self._places:
                failure = self._run(bench)
            self._tell_outcome(bench, failure)
        finally:
            events.put(None)
            self._workers.discard(threading.current_thread())

    def _run(self, bench: Bench) -> str | None:
        """The code of what stopped it; None: nothing did."""
        try:
            self._graph.run(bench)
        except CopilotError as error:
            _log.warning("chat.stopped", reason=error.code)
            return error.code
        except Exception as error:  # noqa: BLE001 - the outermost loop of a turn: whatever fails, its reader is told
            _log.error("chat.crashed", error=type(error).__name__)
            return _CRASHED
        return None

    def _tell_outcome(self, bench: Bench, failure: str | None) -> None:
        """End a turn that was stopped, and tell how it ended; nothing that is told here is known any sooner."""
        turn_id, viewer = bench.run.turn_id, bench.viewer
        try:
            with self._database.unit_of_work() as uow:
                chat = ChatRepository(uow)
                if failure is not None:
                    chat.change(bench.run, state=TurnState.FAILED.value, finished_at=uow.clock.now(), failure=failure)
                record = chat.turn(turn_id)
                found = () if record is None else outcome(record, rules=self._parts.rules, viewer=viewer, uow=uow)
                ending = tuple(found)
                if failure in {None, _CRASHED}:
                    # What crashed may have left words of an error behind.
                    chat.forget_checkpoints([turn_id])
        except CopilotError as error:
            text = texts.failed(error.code, language=bench.language)
            ending = (told.Finished(turn_id=turn_id, state=TurnState.FAILED, text=text),)
        for event in ending:
            bench.tell(event)


def _usable(text: str, viewer: Viewer) -> str:
    """PostgreSQL stores no null character, and half a surrogate pair is no text."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise texts.problem(InputError, "unusable", viewer.language)
    return text


def _language_of(viewer: Viewer) -> Language:
    return Language.ES if viewer.language == Language.ES.value else Language.EN


__all__ = ["ChatService", "Parts"]
