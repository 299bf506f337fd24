"""`sales-copilot today`: what the day holds, as on the home page.

Invariant: the figures are those of the page and the API; whatever came from outside is printed as plain text.
"""

from datetime import date
from typing import assert_never

import typer
from babel.dates import format_date

from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import plain, print_line
from copilot.cli.today_words import say
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.workflows.today.view import (
    AlertLine,
    Card,
    HealthLine,
    ItemLine,
    Line,
    MeetingLine,
    MoveLine,
    RenewalLine,
    Today,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("today")(today)


def today(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """Show what the day holds: meetings, what waits, alerts, renewals, the installation."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            found = person.application.today.read(viewer=person.viewer, uow=uow)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    print_today(found, language=Language(person.viewer.language))


def print_today(found: Today, *, language: Language) -> None:
    """A heading for each card, and a line for each thing."""
    print_line(Formatter(language).day(found.day))
    for card in found.cards:
        print_line("")
        print_line(f"{say(card.kind.value, language)}: {_total(card, language)}")
        for line in card.lines:
            print_line(f"  {plain(_told(line, language))}")
    if not found.first_steps.hidden:
        steps = found.first_steps
        print_line("")
        print_line(say("first_steps", language, done=steps.done, all=len(steps.steps)))


def _total(card: Card, language: Language) -> str:
    if not card.total:
        return say("nothing", language)
    return f"{card.total}{'+' if card.capped else ''}"


def _told(line: Line, language: Language) -> str:
    """One line of a card."""
    written = Formatter(language)

    def short(day: date) -> str:
        return str(format_date(day, format="medium", locale=written.locale))

    match line:
        case MeetingLine():
            known = [short(line.day), line.account_name, line.said_in]
            return " · ".join([*known, say("prepared", language)] if line.preparation else known)
        case ItemLine():
            return " · ".join(filter(None, [line.id, line.title, line.account_name, short(line.due_at)]))
        case AlertLine():
            return " · ".join(filter(None, [short(line.day), line.account_name, line.owner_name]))
        case RenewalLine():
            worth = written.money(line.arr, currency=line.currency) if line.arr is not None else ""
            past = say("past", language) if line.is_past else ""
            return " · ".join(filter(None, [short(line.day), line.account_name, worth, past]))
        case MoveLine():
            return f"{line.account_name} · {round(line.before)} → {round(line.now)}"
        case HealthLine():
            subject = " ".join(
                filter(None, [say(f"role_{line.role.value}", language) if line.role else "", line.subject])
            )
            return f"{subject} · {say(line.code, language, count=line.count)}"
        case _:
            assert_never(line)
