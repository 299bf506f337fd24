"""`sales-copilot delegations`: lend one's right to approve until a date.

Invariant: only one's own right can be lent.
"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import moment, print_json, print_line
from copilot.cli.table_words import say
from copilot.cli.tables import print_rows

delegations_app = typer.Typer(help="Lend your right to approve until a date.", no_args_is_help=True)
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(delegations_app, name="delegations")


@delegations_app.command("list")
def list_delegations(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """What you lend and what you are lent, past delegations too."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            own, now = person.application.delegations.of(person.viewer, uow), uow.clock.now()
    found = (*own.given, *own.received)
    if as_json:
        print_json(
            [
                {
                    "id": each.id,
                    "from": each.delegator_name,
                    "to": each.delegate_name,
                    "starts_at": each.starts_at.isoformat(),
                    "ends_at": each.ends_at.isoformat(),
                    "in_force": each.in_force(now),
                }
                for each in found
            ]
        )
        return
    rows = (
        (
            each.id,
            each.delegator_name,
            each.delegate_name,
            moment(each.starts_at),
            moment(each.ends_at),
            say("yes" if each.in_force(now) else "no", person.viewer),
        )
        for each in found
    )
    print_rows("delegation_columns", rows, viewer=person.viewer)


@delegations_app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="Who may approve for you.")],
    *,
    until: Annotated[datetime, typer.Option(formats=_FORMATS, help="Until when, in UTC.")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=_FORMATS, help="From when, in UTC (default: now).")
    ] = None,
    user: UserOption = None,
) -> None:
    """Let somebody approve for you until a date."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            starts = uow.clock.now() if since is None else since.replace(tzinfo=UTC)
            made = person.application.delegations.create(
                email, starts, until.replace(tzinfo=UTC), viewer=person.viewer, uow=uow
            )
    print_line(say("delegated", person.viewer, name=made.delegate_name, until=moment(made.ends_at)))


@delegations_app.command("revoke")
def revoke(
    delegation: Annotated[str, typer.Argument(help="Id of the delegation.")], *, user: UserOption = None
) -> None:
    """End a delegation at once."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            person.application.delegations.revoke(delegation, viewer=person.viewer, uow=uow)
    print_line(say("revoked", person.viewer))
