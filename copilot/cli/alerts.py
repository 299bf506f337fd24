"""`sales-copilot alerts`: what changed for accounts, what to do, and what came of it.

Invariant: a person sees and changes alerts of accounts that they may see; every change can be taken back.
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from copilot.cli.acting import Acting, JsonOption, acting
from copilot.cli.alert_view import print_alert, print_alerts, print_quality
from copilot.cli.alert_words import say
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import print_json, print_line
from copilot.domain.alert_acts import Act, ActKind
from copilot.domain.alerts import Alert, AlertKind, AlertState, Outcome
from copilot.domain.language import Language
from copilot.store.alerts import AlertFilters, AlertRepository
from copilot.store.database import UnitOfWork
from copilot.workflows.alerts.playbooks import DEFAULT_PLAYBOOKS, load_playbooks

alerts_app = typer.Typer(help="Alerts about accounts: what changed, what to do, what came of it.", no_args_is_help=True)
AlertArgument = Annotated[str, typer.Argument(help="Id of the alert; its first characters are enough.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(alerts_app, name="alerts")


@alerts_app.command("list")
def list_alerts(
    *,
    state: Annotated[list[AlertState] | None, typer.Option(help="May be repeated (default: open).")] = None,
    kind: Annotated[AlertKind | None, typer.Option(help="Only these.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that you own.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 50,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Alerts of the accounts that you may see, the newest first."""
    with reported_errors():
        person = acting(user)
        alerts, viewer = person.application.alerts, person.viewer
        owner = viewer.user_id if mine else ""
        filters = AlertFilters(states=tuple(state or (AlertState.OPEN,)), kind=kind, owner_id=owner)
        with person.application.database.unit_of_work() as uow:
            page = alerts.page(filters, viewer=viewer, uow=uow, limit=limit)
            waiting = AlertRepository(uow).held(viewer.user_id, day=uow.clock.today())
    if as_json:
        print_json([item.alert.model_dump(mode="json") | {"account_name": item.account_name} for item in page.alerts])
        return
    print_alerts(page, viewer=viewer)
    if waiting:
        print_line(say("waiting", viewer, number=waiting, most=alerts.rules.most_a_day))


@alerts_app.command("show")
def show(alert: AlertArgument, *, as_json: JsonOption = False, user: UserOption = None) -> None:
    """One alert: what changed, why with its sources, what to do, what was done."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            alert_id = person.application.alerts.resolve(alert, viewer=person.viewer, uow=uow)
            view = person.application.alerts.get(alert_id, viewer=person.viewer, uow=uow)
    if as_json:
        print_json(view.alert.model_dump(mode="json") | {"account_name": view.listed.account_name})
        return
    print_alert(view, viewer=person.viewer)


@alerts_app.command("snooze")
def snooze(
    alert: AlertArgument,
    *,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="When it comes back.")],
    user: UserOption = None,
) -> None:
    """Put it off until a day, or until the account gets a lot worse."""
    _act(alert, Act(ActKind.SNOOZE, until=_day(until)), user)


@alerts_app.command("dismiss")
def dismiss(
    alert: AlertArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why it is of no use.")],
    user: UserOption = None,
) -> None:
    """Set it aside, saying why; it counts neither as right nor as wrong."""
    _act(alert, Act(ActKind.DISMISS, reason=reason), user)


@alerts_app.command("close")
def close(
    alert: AlertArgument,
    *,
    outcome: Annotated[Outcome, typer.Option(help="What came of it.")],
    note: Annotated[str, typer.Option(help="What is known of it.")] = "",
    user: UserOption = None,
) -> None:
    """Say what came of it; that counts in how good alerts are."""
    _act(alert, Act(ActKind.CLOSE, outcome=outcome, reason=note), user)


@alerts_app.command("reopen")
def reopen(alert: AlertArgument, *, user: UserOption = None) -> None:
    """Take back what was done: it is open again."""
    _act(alert, Act(ActKind.REOPEN), user)


@alerts_app.command("step")
def step(
    alert: AlertArgument,
    key: Annotated[str, typer.Argument(help="The step, as `show` names it.")],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="It is not done after all.")] = False,
    user: UserOption = None,
) -> None:
    """Tick a step of the playbook off."""

    def tick(person: Acting, alert_id: str, uow: UnitOfWork) -> str:
        person.application.alerts.tick(alert_id, key, done=not undo, viewer=person.viewer, uow=uow)
        return say("ticked", person.viewer)

    _do(alert, user, tick)


@alerts_app.command("note")
def note(
    alert: AlertArgument,
    *,
    language: Annotated[Language | None, typer.Option(help="Language of the note (default: yours).")] = None,
    user: UserOption = None,
) -> None:
    """Draft what changed, why and what to do, and put it in the queue."""

    def draft(person: Acting, alert_id: str, uow: UnitOfWork) -> str:
        wanted = language or Language(person.viewer.language)
        made = person.application.alert_drafts.note(alert_id, viewer=person.viewer, language=wanted, uow=uow)
        return say("drafted" if made.is_new else "noted_before", person.viewer, item=made.item_id)

    _do(alert, user, draft)


@alerts_app.command("outreach")
def outreach(
    alert: AlertArgument,
    *,
    request: Annotated[str, typer.Option(help="What to write about, in your own words.")] = "",
    language: Annotated[Language | None, typer.Option(help="Language of the email (default: the customer's).")] = None,
    user: UserOption = None,
) -> None:
    """Draft an email to the customer and put it in the queue. Nothing is sent."""

    def draft(person: Acting, alert_id: str, uow: UnitOfWork) -> str:
        made = person.application.alert_drafts.reach_out(
            alert_id,
            by=person.application.follow_ups,
            request=request,
            language=language,
            viewer=person.viewer,
            uow=uow,
        )
        return say("drafted", person.viewer, item=made.item.id)

    _do(alert, user, draft)


@alerts_app.command("quality")
def quality(*, user: UserOption = None) -> None:
    """How often alerts told of something real, by cause. For managers and administrators."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            causes = person.application.alerts.quality(viewer=person.viewer, uow=uow)
    print_quality(causes, viewer=person.viewer)


@alerts_app.command("playbooks")
def playbooks(
    *,
    check: Annotated[Path | None, typer.Option(help="Read this file instead, and say what is wrong with it.")] = None,
    user: UserOption = None,
) -> None:
    """Where the playbooks are, and whether they can be used."""
    with reported_errors():
        person = acting(user)
        path = check or person.application.settings.playbooks_file
        found = load_playbooks(path)
    print_line(say("checked", person.viewer, number=len(found.by_key), path=path or DEFAULT_PLAYBOOKS))
    if check is None:
        print_line(say("how", person.viewer))


def _act(alert: str, act: Act, user: str | None) -> None:
    def change(person: Acting, alert_id: str, uow: UnitOfWork) -> str:
        done: Alert = person.application.alerts.act(alert_id, act, version=None, viewer=person.viewer, uow=uow)
        if done.state is AlertState.OPEN:
            return say("reopened", person.viewer)
        return say("done", person.viewer, state=say(done.state, person.viewer))

    _do(alert, user, change)


def _do(alert: str, user: str | None, act: Callable[[Acting, str, UnitOfWork], str]) -> None:
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            alert_id = person.application.alerts.resolve(alert, viewer=person.viewer, uow=uow)
            told = act(person, alert_id, uow)
    print_line(told)


def _day(value: datetime) -> date:
    return value.date()
