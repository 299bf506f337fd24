"""`sales-copilot contacts`: record that somebody wants to be left alone, or agrees to be written to."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import typer

from copilot.approvals.contact_preferences import consent, opt_out, record_wish
from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.domain.contact_rules import Channel, StatedWish, WishSource
from copilot.domain.language import Language

contacts_app = typer.Typer(help="Record what contacts wish about being written to.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(help="Email address of the person, or the id of a contact without one.")]
ChannelOption = Annotated[Channel, typer.Option(help="What the wish is about.")]
SourceOption = Annotated[WishSource, typer.Option(help="How the person said it.")]
DayOption = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day on which they said it (default: today).")
]
_SAID = {
    Language.ES: ("Registrado: no se le contactará por ese medio.", "Registrado: ha aceptado que le contactemos."),
    Language.EN: ("Recorded: they will not be contacted that way.", "Recorded: they agreed to be contacted."),
}


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(contacts_app, name="contacts")


@contacts_app.command("opt-out")
def record_opt_out(
    who: Who,
    channel: ChannelOption = Channel.ANY,
    source: SourceOption = WishSource.OTHER,
    on: DayOption = None,
    user: UserOption = None,
) -> None:
    """Record that a person does not want to be contacted. Drafts to them are blocked from now on."""
    with reported_errors():
        _record(who, lambda day: opt_out(channel, on=day, source=source), on=on, user=user, which=0)


@contacts_app.command("consent")
def record_consent(
    who: Who,
    channel: ChannelOption = Channel.ANY,
    source: SourceOption = WishSource.OTHER,
    on: DayOption = None,
    user: UserOption = None,
) -> None:
    """Record that a person agreed to be contacted. Over an opt-out only a manager can do it."""
    with reported_errors():
        _record(who, lambda day: consent(channel, on=day, source=source), on=on, user=user, which=1)


def _record(
    who: str, stated: Callable[[date], StatedWish], *, on: datetime | None, user: str | None, which: int
) -> None:
    application = open_application()
    viewer = acting_viewer(application, user=user)
    day = on.date() if on is not None else application.clock.today()
    with application.database.unit_of_work() as uow:
        record_wish(who, stated(day), viewer=viewer, uow=uow)
    console.print(_SAID[Language.ES if viewer.language == "es" else Language.EN][which])
