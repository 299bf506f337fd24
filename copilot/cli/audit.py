"""`sales-copilot audit`: checking and exporting the audit chain at the command line.

Invariant: what is checked offline is believed only as far as the files prove it.
"""

from pathlib import Path
from typing import Annotated

import typer

from copilot.approvals.audit import export_events, verify_database, verify_export
from copilot.cli.context import UserOption, acting_viewer, console, fail, open_application, reported_errors
from copilot.cli.queue_view import say
from copilot.domain.access import Role
from copilot.errors import NotAllowed

audit_app = typer.Typer(help="Check and export the audit chain.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(audit_app, name="audit")


@audit_app.command("verify")
def verify_audit(
    export: Annotated[Path | None, typer.Option(help="Check this export, offline, instead of the database.")] = None,
    must_contain: Annotated[
        str | None, typer.Option("--must-contain", help="Hash noted earlier; finds a log that was cut off since.")
    ] = None,
) -> None:
    """Check that no event of the audit chain was changed, removed, added or moved."""
    with reported_errors():
        if export is not None:
            found = verify_export(export, must_contain=must_contain)
        else:
            application = open_application()
            with application.database.unit_of_work() as uow:
                found = verify_database(uow=uow, must_contain=must_contain)
    if not found.intact:
        bad = {"sequence": found.bad_sequence or 0, "place": found.bad_place or 0}
        console.print(say("audit_bad", None, **bad), highlight=False)
        raise typer.Exit(1)
    console.print(say("audit_good", None, count=found.events, hash=found.last_hash), highlight=False, soft_wrap=True)


@audit_app.command("export")
def export_audit(file: Path, user: UserOption = None) -> None:
    """Write the audit chain to a file, one event a line."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        if viewer.role is not Role.ADMIN:
            fail(NotAllowed(say("audit_admin", viewer)))
        with application.database.unit_of_work() as uow:
            count = export_events(file, uow=uow)
    console.print(say("audit_exported", viewer, count=count, file=file.name), highlight=False)
