"""`sales-copilot delegations`: lend one's right to approve until a date.

Invariant: only one's own right can be lent.
"""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

import typer

from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import moment, print_json, print_line
from copilot.cli.table_words import say
from copilot.cli.tables import print_rows

delegations_app = typer.Typer(help="Lend your right to approve until a date.", no_args_is_help=True)
_DAY, _MINUTE = "%Y-%m-%d", "%Y-%m-%dT%H:%M"
_ONE_DAY = timedelta(days=1)


def _from(written: str) -> datetime:
    """A time in UTC; a plain date is its beginning. Raises typer.BadParameter."""
    for form in (_DAY, _MINUTE):
        with suppress(ValueError):
            return datetime.strptime(written, form).replace(tzinfo=UTC)
    raise typer.BadParameter(f"{written!r}: YYYY-MM-DD, YYYY-MM-DDTHH:MM")


def _until(written: str) -> datetime:
    """A time in UTC; a plain date is its end, as on the page. Raises typer.BadParameter."""
    at = _from(written)
    if "T" in written:
        return at
    try:
        return at + _ONE_DAY
    except OverflowError as error:
        raise typer.BadParameter(written) from error


def _last(ends_at: datetime) -> str:
    """The end as people say it: a day counts in full, so midnight is said as the last minute before it."""
    at = ends_at.astimezone(UTC)
    return moment(at - timedelta(minutes=1) if at.time() == time() else at)


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
            _last(each.ends_at),
            say("yes" if each.in_force(now) else "no", person.viewer),
        )
        for each in found
    )
    print_rows("delegation_columns", rows, viewer=person.viewer)


@delegations_app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="Who may approve for you.")],
    *,
    until: Annotated[
        datetime,
        typer.Option(parser=_until, metavar="DATE", help="Until when, in UTC; a plain date: to the end of that day."),
    ],
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            parser=_from,
            metavar="DATE",
            help="From when, in UTC (default: now); a plain date counts from the beginning of that day.",
        ),
    ] = None,
    user: UserOption = None,
) -> None:
    """Let somebody approve for you until a date."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            now = uow.clock.now()
            starts = now if since is None else max(since, now)
            made = person.application.delegations.create(email, starts, until, viewer=person.viewer, uow=uow)
    print_line(say("delegated", person.viewer, name=made.delegate_name, until=_last(made.ends_at)))


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
