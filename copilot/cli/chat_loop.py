"""The prompt of a conversation: questions, numbers that choose, and commands that begin with a slash.

Invariant: nothing that is typed ends the program but /quit, the end of the input or Ctrl-C at an empty prompt; what is
refused is said, and the conversation goes on.
"""

from collections.abc import Callable

from copilot.cli.chat_session import Session
from copilot.cli.chat_view import print_numbered
from copilot.cli.chat_words import ALIASES, say
from copilot.cli.context import console, error_console
from copilot.cli.queue_view import plain, print_line
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.errors import CopilotError, InputError


class Loop:
    """Reads lines until the person leaves."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._viewer = session.viewer
        self._commands: dict[str, Callable[[str], None]] = {
            "sources": lambda _rest: session.sources(),
            "accept": lambda _rest: session.accept(),
            "correct": self._correct,
            "report": lambda rest: session.report(rest or self._read("reason")),
            "show": lambda _rest: session.show(session.replay(session.last())),
            "continue": lambda _rest: session.resume(),
            "threads": lambda _rest: self._threads(),
            "open": self._open,
            "new": lambda _rest: self._new(),
            "help": lambda _rest: print_line(say("help", self._viewer)),
        }

    def run(self) -> None:
        """Until the person leaves."""
        print_line(say("welcome", self._viewer), style="dim")
        while True:
            try:
                line = self._read("prompt").strip()
                if not line:
                    continue
                if not self._one(line):
                    break
            except (EOFError, KeyboardInterrupt):
                console.print()
                break
        if self._session.thread_id is not None:
            print_line(say("bye", self._viewer, id=self._session.thread_id), style="dim")

    def _one(self, line: str) -> bool:
        """Do what one line says; False: leave."""
        name, _, rest = line[1:].partition(" ")
        command = ALIASES.get(name.lower(), name.lower())
        if line.startswith("/") and command == "quit":
            return False
        try:
            if not line.startswith("/"):
                self._session.ask(self._session.choice(line))
            elif command in self._commands:
                self._commands[command](rest.strip())
            else:
                print_line(say("unknown", self._viewer, command=plain(f"/{name}")), style="yellow")
        except CopilotError as error:
            error_console.print(plain(str(error)), style="red", markup=False, highlight=False)
        return True

    def _read(self, name: str) -> str:
        return console.input(say(name, self._viewer), markup=False)

    def _correct(self, rest: str) -> None:
        number, _, text = rest.partition(" ")
        if not number:
            print_numbered(self._session.sentences())
            number = self._read("which_sentence").strip()
        if not (number.isascii() and number.isdigit() and len(number) < 5):
            raise InputError(say("no_number", self._viewer))
        self._session.correct(int(number), text.strip() or self._read("new_text"))

    def _threads(self) -> None:
        threads = self._session.threads()
        if not threads:
            print_line(say("no_threads", self._viewer))
        formatter = Formatter(Language(self._viewer.language))
        untitled = say("new_thread", self._viewer)
        print_numbered(f"{one.title or untitled} · {formatter.day(one.updated_at.date())}" for one in threads)

    def _open(self, rest: str) -> None:
        threads = self._session.threads()
        place = int(rest) - 1 if rest.isascii() and rest.isdigit() and len(rest) < 4 else -1
        if not 0 <= place < len(threads):
            raise InputError(say("no_such_thread", self._viewer))
        self._session.thread_id = threads[place].id
        print_line(say("thread", self._viewer, title=plain(threads[place].title)), style="bold")
        turns = self._session.turns()
        if turns:
            print_line(f"› {plain(turns[-1].message)}", style="bold")
            self._session.show(self._session.replay(turns[-1]))

    def _new(self) -> None:
        self._session.thread_id = None
        print_line(say("new_thread", self._viewer), style="bold")
