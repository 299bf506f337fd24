"""`sales-copilot releases`: what waits to leave, what nobody knows the outcome of, the text to copy.

Invariant: whether a parked delivery happened is said by a person, with how they found out.
"""

from typing import Annotated

import typer

from copilot.approvals import clipboard, releases
from copilot.approvals.release_texts import waiting_for
from copilot.cli.acting import ItemArgument, JsonOption, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import moment, print_json, print_line, short
from copilot.cli.queue_words import word
from copilot.cli.table_words import say
from copilot.cli.tables import print_rows
from copilot.domain.access import Viewer
from copilot.store.releases import Release

releases_app = typer.Typer(help="What waits to leave, and what nobody knows the outcome of.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(releases_app, name="releases")


@releases_app.command("waiting")
def waiting(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """Approved deliveries that have not begun."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            found = releases.waiting(viewer=person.viewer, uow=uow)
    _print(found, viewer=person.viewer, as_json=as_json)


@releases_app.command("parked")
def parked(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """Deliveries whose outcome nobody knows: somebody has to look."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            found = releases.parked(viewer=person.viewer, uow=uow)
    _print(found, viewer=person.viewer, as_json=as_json)


@releases_app.command("resolve")
def resolve(
    item: ItemArgument,
    *,
    sent: Annotated[bool, typer.Option("--sent/--not-sent", help="What you found out.")],
    note: Annotated[str, typer.Option(help="How you found out; for the record.")],
    user: UserOption = None,
) -> None:
    """Say whether a parked delivery happened. If not, it is delivered again."""
    with reported_errors():
        person = acting(user)
        item_id = person.view(item).item.id
        with person.application.database.unit_of_work() as uow:
            releases.resolve_parked(item_id, sent=sent, note=note, viewer=person.viewer, uow=uow)
        if not sent:
            person.application.release_due()
    print_line(say("resolved_sent" if sent else "resolved_unsent", person.viewer))


@releases_app.command("copy")
def copy(item: ItemArgument, *, user: UserOption = None) -> None:
    """Print the approved text without citations; recorded in the audit chain."""
    with reported_errors():
        person = acting(user)
        item_id = person.view(item).item.id
        with person.application.database.unit_of_work() as uow:
            text = clipboard.copied(item_id, viewer=person.viewer, uow=uow)
    typer.echo(text)


def _print(found: tuple[Release, ...], *, viewer: Viewer, as_json: bool) -> None:
    if as_json:
        print_json([_as_json(release) for release in found])
        return
    rows = ((short(release.review_item_id), *_cells(release, viewer)) for release in found)
    print_rows("release_columns", rows, viewer=viewer)


def _cells(release: Release, viewer: Viewer) -> tuple[str, ...]:
    until = release.waits_until or release.not_before
    waiting_words = waiting_for(release.waits_for or "", language=viewer.language)
    waits = ", ".join(part for part in (waiting_words, moment(until) if until else "") if part)
    look_for = ", ".join(f"{name}={value}" for name, value in release.receipt.items())
    destination, state = word("destination", release.sink, viewer), word("release", release.state.value, viewer)
    return destination, state, moment(release.queued_at), waits or "-", look_for or "-"


def _as_json(release: Release) -> dict[str, object]:
    return {
        "item_id": release.review_item_id,
        "sink": release.sink,
        "state": release.state.value,
        "queued_at": release.queued_at.isoformat(),
        "not_before": release.not_before.isoformat() if release.not_before else None,
        "waits_for": release.waits_for,
        "error_code": release.error_code,
        "receipt": release.receipt,
    }
