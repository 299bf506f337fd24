"""`sales-copilot audit`: checking, exporting and signing the audit chain, and replaying one item.

Invariant: what is checked offline is believed only as far as files and keys prove it, and the output says how far.
"""

from pathlib import Path
from typing import Annotated

import typer

from copilot.approvals.audit import LogCheck, check_database, check_export, export_events
from copilot.approvals.checkpoints import read_key
from copilot.bootstrap import Application
from copilot.cli.audit_replay_view import print_replay
from copilot.cli.audit_view import both, say
from copilot.cli.context import UserOption, acting_viewer, console, fail, open_application, reported_errors
from copilot.domain.access import Role, Viewer
from copilot.errors import NotAllowed

audit_app = typer.Typer(help="Check, export and sign the audit chain.", no_args_is_help=True)

KeyOption = Annotated[
    list[str] | None,
    typer.Option("--key", help="Public key that you noted (`ed25519:...`), or a file with it. Repeatable."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(audit_app, name="audit")


@audit_app.command("verify")
def verify_audit(
    export: Annotated[Path | None, typer.Option(help="Check this export, offline, instead of the database.")] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="Checkpoints of the export: a file, or the folder of copies.")
    ] = None,
    key: KeyOption = None,
    must_contain: Annotated[
        str | None, typer.Option("--must-contain", help="Hash noted earlier; finds a log that was cut off since.")
    ] = None,
) -> None:
    """Check that no event of the audit chain was changed, removed, added or moved."""
    with reported_errors():
        trusted = tuple(read_key(item) for item in key or ())
        if export is not None:
            found = check_export(export, checkpoints=checkpoints, trusted=trusted, must_contain=must_contain)
        else:
            application = open_application()
            copies = application.checkpoints.outside()
            with application.database.unit_of_work() as uow:
                known = trusted or application.checkpoints.trusted(uow=uow)
                found = check_database(uow=uow, trusted=known, outside=copies, must_contain=must_contain)
    _report(found)
    if not found.intact:
        raise typer.Exit(1)


@audit_app.command("export")
def export_audit(file: Path, user: UserOption = None) -> None:
    """Write the audit chain to a file, one event a line, and its checkpoints to a file beside it."""
    with reported_errors():
        application, viewer = _as_admin(user)
        with application.database.unit_of_work() as uow:
            count = export_events(file, uow=uow)
    console.print(say("exported", viewer, count=count, file=file.name), highlight=False)


@audit_app.command("checkpoint")
def make_checkpoint(user: UserOption = None) -> None:
    """Sign a checkpoint over everything that has happened, now."""
    with reported_errors():
        application, viewer = _as_admin(user)
        with application.database.unit_of_work() as uow:
            made = application.checkpoints.make(uow=uow)
        with application.database.unit_of_work() as uow:
            application.checkpoints.copy_outside(uow=uow)
    if not made:
        console.print(say("nothing_new", viewer), highlight=False)
        return
    last = made[-1]
    console.print(
        say("checkpoint", viewer, number=last.number, sequence=last.sequence, hash=last.hash),
        highlight=False,
        soft_wrap=True,
    )


@audit_app.command("key")
def show_key() -> None:
    """Print the public key that checkpoints are verified with, and those before it. Note it somewhere else."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            keys = application.checkpoints.keys(uow=uow)
    for line in keys:
        shown = line.public or both("key_not_named", id=line.id)
        if line.current:
            typer.echo(shown)
        else:
            console.print(both("old_key", key=shown, first=line.first, last=line.last), highlight=False, soft_wrap=True)


@audit_app.command("rotate-key")
def rotate_key(
    *,
    lost: Annotated[
        bool, typer.Option("--lost", help="The key before is lost: begin anew; verifying then needs both keys.")
    ] = False,
    user: UserOption = None,
) -> None:
    """Let a new key sign from now on. The key before signs that it hands over, and is then deleted."""
    with reported_errors():
        application, viewer = _as_admin(user)
        new = application.checkpoints.rotate(application.database, viewer=viewer, lost=lost)
    console.print(say("rotated_lost" if lost else "rotated", viewer), highlight=False)
    typer.echo(new.text)


@audit_app.command("replay")
def replay_audit(
    item: Annotated[str, typer.Argument(help="Id of the queue item; its first characters are enough.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    user: UserOption = None,
) -> None:
    """Show what produced one item: who, from which sources, decided by whom, and what in the chain proves it."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        with application.database.unit_of_work() as uow:
            found = application.approvals.resolve(item, viewer=viewer, uow=uow)
            replay = application.replay(found, viewer=viewer, uow=uow)
    print_replay(replay, viewer=viewer, as_json=as_json)


def _as_admin(user: str | None) -> tuple[Application, Viewer]:
    application = open_application()
    viewer = acting_viewer(application, user=user)
    if viewer.role is not Role.ADMIN:
        fail(NotAllowed(say("admin", viewer)))
    return application, viewer


def _report(found: LogCheck) -> None:
    """What was found, in both languages: whoever checks an export has no account here."""
    if found.checkpoints.fault is not None:
        reason = both(f"checkpoint_{found.checkpoints.fault.value}")
        _print(both("bad_checkpoint", number=found.checkpoints.bad_number or 0, reason=reason))
    events = found.events
    if events.fault is not None:
        reason = both(f"event_{events.fault.value}")
        _print(both("bad_event", sequence=events.bad_sequence or 0, place=events.bad_place or 0, reason=reason))
    if found.intact:
        _print(both("good", count=events.events, hash=events.last_hash))
    last = found.checkpoints.last
    if last is None:
        _print(both("no_checkpoint"))
        return
    text = "covered" if found.trusted else "covered_unsigned"
    made = f"{last.made_at:%Y-%m-%d %H:%M} UTC"
    _print(both(text, sequence=last.sequence, made=made, left=max(0, events.events - last.sequence)))


def _print(line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True, markup=False)
