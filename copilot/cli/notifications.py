"""`sales-copilot notifications`: when one is written to about the queue.

Invariant: everybody chooses for themselves only.
"""

from typing import Annotated

import typer
from pydantic import ValidationError

from copilot.cli.acting import Acting, JsonOption, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import print_json, print_line
from copilot.cli.table_words import say
from copilot.domain.notifications import MailMode, NotificationKind, Preferences
from copilot.errors import InputError
from copilot.notifications.texts import error

notifications_app = typer.Typer(help="When you are written to about the queue.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(notifications_app, name="notifications")


@notifications_app.command("show")
def show(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """What you have chosen."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            found = person.application.notifications.preferences.of(person.viewer, uow=uow)
    _print(found, person, as_json=as_json)


@notifications_app.command("set")
def choose(
    *,
    mode: Annotated[MailMode | None, typer.Option(help="None, at once, or one digest a day.")] = None,
    hour: Annotated[int | None, typer.Option(min=0, max=23, help="Local hour of the digest.")] = None,
    zone: Annotated[str | None, typer.Option(help="Your time zone, e.g. Europe/Madrid.")] = None,
    mute: Annotated[list[NotificationKind] | None, typer.Option(help="What not to write about. Repeatable.")] = None,
    unmute_all: Annotated[bool, typer.Option("--unmute-all", help="Write about everything again.")] = False,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Choose when you are written to; what is left out stays."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            preferences = person.application.notifications.preferences
            now = preferences.of(person.viewer, uow=uow)
            wanted = {
                "mode": mode or now.mode,
                "digest_hour": now.digest_hour if hour is None else hour,
                "time_zone": zone or now.time_zone,
                "muted": () if unmute_all else tuple(mute or now.muted),
            }
            chosen = preferences.choose(_checked(wanted, person), viewer=person.viewer, uow=uow)
    _print(chosen, person, as_json=as_json)


def _checked(wanted: dict[str, object], person: Acting) -> Preferences:
    try:
        return Preferences.model_validate(wanted)
    except ValidationError as invalid:
        raise error(InputError, "unknown_zone", language=person.viewer.language) from invalid


def _print(found: Preferences, person: Acting, *, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    mode = say(f"mode.{found.mode.value}", person.viewer, hour=found.digest_hour)
    muted = ", ".join(kind.value for kind in found.muted) or "-"
    print_line(say("wishes", person.viewer, mode=mode, zone=found.time_zone, muted=muted))
    if not person.application.notifications.sends_mail:
        print_line(say("no_mail", person.viewer), style="yellow")
