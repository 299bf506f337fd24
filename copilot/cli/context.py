"""What every command needs: the application, the person it acts for, and how errors end.

Invariant: a typed error ends the command with its message on standard error and a non-zero exit code; a
command acts for a real user, whose rights limit what it shows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.errors import ConfigurationError, CopilotError, NotAuthenticated
from copilot.settings import load_settings

console = Console()
error_console = Console(stderr=True)

UserOption = Annotated[
    str | None,
    typer.Option("--user", help="Email of the user to act as (default: COPILOT_USER, else the only admin)."),
]


def open_application() -> bootstrap.Application:
    """Build the application from the environment. Raises ConfigurationError or UnavailableError."""
    return bootstrap.build(load_settings())


def acting_viewer(application: bootstrap.Application, *, user: str | None) -> Viewer:
    """The user the command acts for: `--user`, else COPILOT_USER, else the admin when there is exactly one.

    Whoever can run commands here can read the data folder, so no password is asked; the rights of
    the chosen user still limit what is shown. Raises NotAuthenticated or ConfigurationError.
    """
    chosen = user or application.settings.user
    with application.database.unit_of_work() as uow:
        if chosen is not None:
            return application.people.viewer_by_email(chosen, uow=uow)
        admins = application.people.viewers_with_role(Role.ADMIN, uow=uow)
    if len(admins) == 1:
        return admins[0]
    if not admins:
        raise NotAuthenticated(
            "There is no user yet.", hint="Run `sales-copilot demo`, or `sales-copilot users add` first."
        )
    raise ConfigurationError("Several users could be meant.", hint="Say --user EMAIL or set COPILOT_USER.")


@contextmanager
def reported_errors() -> Iterator[None]:
    """Turn a typed error into a message and exit code 1 (2 for wrong input)."""
    try:
        yield
    except CopilotError as error:
        fail(error)


def fail(error: CopilotError) -> NoReturn:
    """Print the error for a person and leave."""
    error_console.print(f"[bold red]Error[/] [dim]({error.code})[/]: {escape(error.message)}", highlight=False)
    if error.hint:
        error_console.print(error.hint, highlight=False, markup=False)
    raise typer.Exit(2 if error.code.startswith("bad_") or error.code == "unreadable_file" else 1)
