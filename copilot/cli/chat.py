"""`sales-copilot chat [QUESTION]`: ask, and read the answer with its sources.

Invariant: every question is asked as one real user; what is printed as JSON is what that user may see.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from copilot.cli.acting import Acting, acting
from copilot.cli.chat_loop import Loop
from copilot.cli.chat_session import Session
from copilot.cli.chat_view import print_ending, print_events
from copilot.cli.chat_words import say
from copilot.cli.context import UserOption, error_console, reported_errors
from copilot.domain.conversation import Thread
from copilot.domain.conversation_view import view_of
from copilot.errors import InputError

_INTERRUPTED = 130
"""What a shell expects of a command that was stopped by Ctrl-C."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("chat")(chat)


def chat(
    question: Annotated[list[str] | None, typer.Argument(help="What to ask; without it, a prompt opens.")] = None,
    *,
    thread: Annotated[
        str | None, typer.Option("--thread", help="Id of the conversation to go on with (default: your latest).")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin a conversation.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: of the question, or one line for each line of standard input.")
    ] = False,
    user: UserOption = None,
) -> None:
    """Ask about accounts, figures and documents; every sentence of the answer shows its source."""
    with reported_errors(), _opened(user, thread, new=new) as session:
        words = " ".join(question or ()).strip()
        if as_json:
            _print_json(session, [words] if words else sys.stdin)
        elif words:
            _one(session, words)
        else:
            session.go_on()
            Loop(session).run()


@contextmanager
def _opened(user: str | None, thread: str | None, *, new: bool) -> Iterator[Session]:
    found = acting(user)
    try:
        yield Session(found, thread=None if new and thread is None else _thread(found, thread))
    finally:
        found.application.close()


def _thread(found: Acting, wanted: str | None) -> Thread | None:
    """The conversation whose id begins so, or the latest. Raises NotFound or InputError."""
    application, viewer = found.application, found.viewer
    with application.database.unit_of_work() as uow:
        threads = application.chat.threads(viewer=viewer, uow=uow, limit=200 if wanted else 1)
        if wanted is None:
            return threads[0] if threads else None
        fitting = [one for one in threads if one.id.startswith((wanted, f"thread_{wanted}"))]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise InputError(say("several", viewer))
        return application.chat.thread(wanted, viewer=viewer, uow=uow)


def _one(session: Session, question: str) -> None:
    """Ask one question and print the answer; a failed turn is an error for whoever called."""
    session.go_on()
    try:
        events = print_events(session.begin(question), viewer=session.viewer)
        print_ending(events, viewer=session.viewer, alone=session.thread_id)
    except KeyboardInterrupt:
        error_console.print(say("interrupted", session.viewer), markup=False, highlight=False)
        raise typer.Exit(_INTERRUPTED) from None
    if view_of(events).state.value == "failed":
        raise typer.Exit(1)


def _print_json(session: Session, questions: Iterable[str]) -> None:
    """One line per question."""
    for line in questions:
        if line.strip():
            typer.echo(view_of(session.begin(line.strip())).model_dump_json())
