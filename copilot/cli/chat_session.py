"""One person's conversation at the command line: what is asked, what came of it, and what is made of it.

Invariant: stopping to wait never stops the work: a question is kept before anything is printed, and an unfinished one
is gone on with when the conversation is opened again.
"""

import time
from collections.abc import Iterable, Iterator, Sequence

from api.citation_words import in_words
from copilot.agent.pace import check_pace
from copilot.agent.picking import chosen_as_message
from copilot.agent.service import ChatService
from copilot.bootstrap import Application
from copilot.cli.acting import Acting
from copilot.cli.chat_view import language_of, print_ending, print_events, print_sources
from copilot.cli.chat_words import say
from copilot.cli.queue_view import plain, print_line
from copilot.domain.access import Viewer
from copilot.domain.conversation import Thread, Turn, TurnEvent, TurnState
from copilot.domain.conversation_view import TurnView, view_of
from copilot.errors import Conflict, InputError, NotFound
from copilot.store.database import UnitOfWork

PAUSE_SECONDS = 1.0
_MOST_THREADS = 20


class Session:
    """A conversation of one person. `thread` is None until the first question is asked."""

    def __init__(self, acting: Acting, *, thread: Thread | None) -> None:
        self.application: Application = acting.application
        self.viewer: Viewer = acting.viewer
        self.thread_id = thread.id if thread else None
        self._read: dict[str, str] = {}
        """Digests of the answers that were printed, by turn."""

    @property
    def chat(self) -> ChatService:
        """The conversations of this installation."""
        return self.application.chat

    def begin(self, message: str) -> Iterable[TurnEvent]:
        """Put a question; its events. Raises TooFast, NotFound, Conflict or InputError."""
        with self.application.database.unit_of_work() as uow:
            check_pace(self.application.policy.chat, viewer=self.viewer, uow=uow)
            if self.thread_id is None:
                self.thread_id = self.chat.start(viewer=self.viewer, uow=uow).id
        return self._in_words(self.chat.ask(self.thread_id, message, viewer=self.viewer))

    def ask(self, message: str) -> None:
        """Put a question and print what comes of it."""
        self.show(self.begin(message))

    def show(self, events: Iterable[TurnEvent]) -> None:
        """Print a turn; Ctrl-C stops waiting for it."""
        try:
            printed = print_events(events, viewer=self.viewer)
            print_ending(printed, viewer=self.viewer)
            self._remember(view_of(printed))
        except KeyboardInterrupt:
            print_line(say("stopped", self.viewer), style="yellow")

    def turns(self) -> Sequence[Turn]:
        """All questions of the conversation."""
        if self.thread_id is None:
            return ()
        with self.application.database.unit_of_work() as uow:
            return self.chat.thread(self.thread_id, viewer=self.viewer, uow=uow).turns

    def last(self) -> Turn:
        """The last question. Raises NotFound if nothing was asked."""
        turns = self.turns()
        if not turns:
            raise NotFound(say("nothing_yet", self.viewer))
        return turns[-1]

    def view(self) -> TurnView:
        """What came of the last question, as it is shown now. Raises NotFound."""
        return view_of(self.replay(self.last()))

    def replay(self, turn: Turn) -> tuple[TurnEvent, ...]:
        """The turn's events as it is shown now."""
        with self.application.database.unit_of_work() as uow:
            return tuple(self._in_words(self.chat.replay(turn.id, viewer=self.viewer, uow=uow)))

    def choice(self, written: str) -> str:
        """What a number stands for: one of the things that were perhaps meant, or a question that could follow."""
        if not (written.isascii() and written.isdigit() and len(written) < 3):
            return written
        turns = self.turns()
        place = int(written) - 1
        if not turns or place < 0:
            return written
        asked = turns[-1].clarification
        if asked is not None and turns[-1].state is TurnState.ASKED:
            return chosen_as_message(asked.candidates[place], asked) if place < len(asked.candidates) else written
        suggestions = view_of(self.replay(turns[-1])).suggestions
        return suggestions[place] if place < len(suggestions) else written

    def go_on(self) -> None:
        """Go on with the last question if it was left unfinished; wait for whoever still seems to work on it."""
        turns = self.turns()
        if not turns or turns[-1].state is not TurnState.RUNNING:
            return
        turn = turns[-1]
        print_line(say("going_on", self.viewer, message=plain(turn.message)), style="dim")
        self.show(self._resumed(turn))

    def resume(self) -> None:
        """Go on with the last question if it failed. Raises Conflict."""
        self.show(self._in_words(self.chat.resume(self.last().id, viewer=self.viewer)))

    def _resumed(self, turn: Turn) -> Iterable[TurnEvent]:
        """Begins when printing does, so that Ctrl-C stops this waiting too."""
        while True:
            try:
                found = self.chat.resume(turn.id, viewer=self.viewer)
            except Conflict:
                time.sleep(PAUSE_SECONDS)
                continue
            yield from self._in_words(found)
            return

    def sources(self) -> None:
        """Print what the last answer rests on."""
        print_sources(self.view(), viewer=self.viewer)

    def accept(self) -> None:
        """Stand behind the last answer as it was printed. Raises NotFound, NotAllowed or Conflict."""
        turn = self.last()
        digest = self._digest(turn)
        with self.application.database.unit_of_work() as uow:
            self.chat.accept(turn.id, digest=digest, viewer=self.viewer, uow=uow)
        print_line(say("accepted", self.viewer), style="green")

    def correct(self, number: int, text: str) -> None:
        """Put other words into the sentence of that number. Raises NotFound, NotAllowed, Conflict or InputError."""
        turn = self.last()
        digest = self._digest(turn)
        sentences = self.view().sentences
        if not 0 < number <= len(sentences):
            raise InputError(say("no_number", self.viewer))
        edits = {sentences[number - 1].segment_id: text}
        with self.application.database.unit_of_work() as uow:
            self.chat.correct(turn.id, edits, digest=digest, viewer=self.viewer, uow=uow)
        print_line(say("corrected", self.viewer), style="green")

    def sentences(self) -> Iterable[str]:
        """The sentences of the last answer as they are now, to be printed."""
        view = self.view()
        self._remember(view)
        return [sentence.text for sentence in view.sentences]

    def _in_words(self, events: Iterable[TurnEvent]) -> Iterator[TurnEvent]:
        return in_words(events, language=language_of(self.viewer))

    def _remember(self, view: TurnView) -> None:
        self._read[view.turn_id] = view.digest

    def _digest(self, turn: Turn) -> str:
        """Of the answer as it was printed. Raises Conflict if it was not, in this session."""
        if turn.id not in self._read:
            raise Conflict(say("not_read", self.viewer))
        return self._read[turn.id]

    def report(self, reason: str) -> None:
        """Say what is wrong with the last answer. Raises NotFound, Conflict or InputError."""
        turn = self.last()
        with self.application.database.unit_of_work() as uow:
            self.chat.report(turn.id, reason, viewer=self.viewer, uow=uow)
        print_line(say("reported", self.viewer), style="green")

    def threads(self) -> tuple[Thread, ...]:
        """The person's conversations, the latest first."""
        with self.application.database.unit_of_work() as uow:
            return threads_of(self.application, viewer=self.viewer, uow=uow)


def threads_of(application: Application, *, viewer: Viewer, uow: UnitOfWork) -> tuple[Thread, ...]:
    """The person's conversations, the latest first."""
    return application.chat.threads(viewer=viewer, uow=uow, limit=_MOST_THREADS)
