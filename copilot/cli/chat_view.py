"""How a conversation is printed: progress as it happens, sentences as they are verified, then where the answer stands.

Invariant: what came from outside is printed as plain text, without control characters or markup; progress goes to
standard error, so that an answer can be sent on.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date

from rich.padding import Padding
from rich.status import Status
from rich.text import Text

from copilot.agent.texts import say as told
from copilot.cli.chat_words import say
from copilot.cli.context import console, error_console
from copilot.cli.queue_view import plain, print_line
from copilot.domain.access import Viewer
from copilot.domain.conversation import Citation, Filed, Finished, Planned, Progress, Sentence, TurnEvent, TurnState
from copilot.domain.conversation_view import TurnView
from copilot.domain.evidence import EvidenceKind
from copilot.domain.figure_field_words import quoted
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language

_UNREVIEWED = frozenset(told("unreviewed", language=language) for language in Language)
"""Said in the line above the notes."""
_SOURCES_AT_ONCE = 6
_EXCERPT = 200
_STATES = {
    TurnState.HELD: ("held", "yellow"),
    TurnState.ASKED: ("asked", "cyan"),
    TurnState.REFUSED: ("refused", "yellow"),
    TurnState.FAILED: ("failed", "red"),
}


@contextmanager
def progress() -> Iterator[Status | None]:
    """A line that says what is being done, where there is a terminal to show it on."""
    status = error_console.status("") if error_console.is_terminal else None
    shown: AbstractContextManager[object] = status if status is not None else nullcontext()
    with shown:
        yield status


def print_events(events: Iterable[TurnEvent], *, viewer: Viewer) -> list[TurnEvent]:
    """Print a turn as it comes about; all its events."""
    seen: list[TurnEvent] = []
    section = ""
    with progress() as status:
        for event in events:
            seen.append(event)
            match event:
                case Progress():
                    _tell(status, event.text)
                case Planned():
                    for step in event.steps:
                        print_line(f"· {plain(step)}", style="dim")
                case Sentence():
                    if event.section != section:
                        section = event.section
                        console.print()
                        print_line(plain(section), style="bold cyan")
                    _print_sentence(event)
                case Filed():
                    print_line(f"▸ {say('filed', viewer)}: {plain(event.title)} ({event.item_id})", style="bold")
    return seen


def print_ending(events: Sequence[TurnEvent], *, viewer: Viewer, alone: str | None = None) -> None:
    """Sources in short, and where the answer stands.

    `alone`: id of the conversation, where no prompt follows at which what is offered could be typed.
    """
    citations = [event for event in events if isinstance(event, Citation)]
    if citations:
        console.print()
        print_line(say("sources", viewer), style="bold cyan")
        for citation in citations[:_SOURCES_AT_ONCE]:
            print_line(_heading(citation, viewer), style="dim")
        if len(citations) > _SOURCES_AT_ONCE:
            print_line(_offer("more_sources", viewer, alone, count=len(citations) - _SOURCES_AT_ONCE), style="dim")
    last = events[-1] if events else None
    if isinstance(last, Finished):
        console.print()
        _print_standing(last, viewer=viewer, alone=alone)
    else:
        print_line(say("running", viewer), style="yellow")


def print_sources(view: TurnView, *, viewer: Viewer) -> None:
    """What the sources of an answer say, in words."""
    if not view.citations:
        print_line(say("no_sources", viewer))
        return
    for citation in sorted(view.citations, key=lambda each: each.number):
        is_quoted = citation.kind is EvidenceKind.PASSAGE
        text = plain(quoted(citation.text, language=language_of(viewer)) if is_quoted else citation.text)
        print_line(_heading(citation, viewer), style="bold")
        console.print(Padding(Text(text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1]}…"), (0, 0, 0, 4)))


def print_numbered(lines: Iterable[str]) -> None:
    """Lines that can be chosen by their number."""
    for number, line in enumerate(lines, start=1):
        print_line(f"  {number}. {plain(line)}")


def _tell(status: Status | None, text: str) -> None:
    if status is not None:
        status.update(Text(plain(text)))
    else:
        error_console.print(Text(f"… {plain(text)}", style="dim"))


def _print_sentence(sentence: Sentence) -> None:
    text = Text(f"• {plain(sentence.text)}")
    for number in sentence.citations:
        text.append(f" [{number}]", style="dim")
    console.print(Padding(text, (0, 0, 0, 1)))
    for note in sentence.notes:
        console.print(Padding(Text(f"! {plain(note)}", style="yellow"), (0, 0, 0, 3)))


def _print_standing(ending: Finished, *, viewer: Viewer, alone: str | None) -> None:
    if ending.state in _STATES:
        name, style = _STATES[ending.state]
        print_line(say(name, viewer), style=f"bold {style}")
        if ending.text:
            print_line(plain(ending.text))
        for reason in ending.reasons:
            print_line(f"  – {plain(reason)}")
    elif ending.unreviewed:
        print_line(_offer("unreviewed", viewer, alone), style="yellow")
    else:
        print_line(say("reviewed", viewer), style="green")
    if ending.item_id:
        print_line(say("in_queue", viewer, id=ending.item_id), style="dim")
    for note in ending.notes:
        if note in _UNREVIEWED:
            continue
        print_line(plain(note), style="dim")
    if ending.candidates:
        print_numbered(candidate.label for candidate in ending.candidates)
        print_line(_offer("choose", viewer, alone), style="dim")
    elif ending.suggestions:
        print_line(_offer("next", viewer, alone), style="dim")
        print_numbered(ending.suggestions)


def _offer(name: str, viewer: Viewer, alone: str | None, **values: object) -> str:
    """What can be done next: at the prompt, or by another command."""
    return say(name, viewer, **values) if alone is None else say(f"{name}_alone", viewer, id=alone, **values)


def _heading(citation: Citation, viewer: Viewer) -> str:
    day = Formatter(language_of(viewer)).day(date.fromisoformat(citation.as_of))
    return f"[{citation.number}] {plain(citation.label)} · {day}"


def language_of(viewer: Viewer) -> Language:
    """The language that the person works in."""
    return Language.ES if viewer.language == Language.ES.value else Language.EN
