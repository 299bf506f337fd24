"""`sales-copilot value`: what drafts came to, what that saved and how that is known.

Invariant: a person sees the same figures as on the page and in the API, and of the same people.
"""

from typing import Annotated

import typer

from api.schemas.value import ValueOut
from api.value_asked import USUAL_WEEKS
from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.value_view import print_value
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.workflows.value.report import MOST_WEEKS, value_report
from copilot.workflows.value.rules import load_value_rules
from copilot.workflows.value.table import as_csv


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("value")(value)


def value(
    *,
    weeks: Annotated[
        int, typer.Option(min=1, max=MOST_WEEKS, help="How many weeks to look back, this one included.")
    ] = USUAL_WEEKS,
    team: Annotated[str, typer.Option(help="Id or name of a team; `-`: people in none.")] = "",
    as_json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    user: UserOption = None,
) -> None:
    """What drafts came to and what that saved: yours, your team's for a manager, everybody's for an admin."""
    with reported_errors():
        if as_json and csv:
            raise InputError("The figures come as JSON or as CSV.", hint="Say --json or --csv.")
        person = acting(user)
        rules = load_value_rules(person.application.settings.value_file)
        with person.application.database.unit_of_work() as uow:
            found = value_report(team, weeks=weeks, rules=rules, viewer=person.viewer, uow=uow)
    language = Language(person.viewer.language)
    if as_json:
        typer.echo(ValueOut.of(found, language=language).model_dump_json(indent=2))
    elif csv:
        typer.echo(as_csv(found), nl=False)
    else:
        print_value(found, language)
