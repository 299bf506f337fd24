"""`sales-copilot webhooks`: receivers of events, their secrets, and the log of what was delivered.

Invariant: a secret is printed when it is made, and never again.
"""

from typing import Annotated

import typer

from copilot.cli.acting import Acting, JsonOption, acting
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.queue_view import moment, print_json, print_line
from copilot.cli.table_words import say
from copilot.cli.tables import print_rows
from copilot.domain.notifications import WEBHOOK_EVENTS
from copilot.notifications.webhooks import NewSecret
from copilot.store.webhooks import Delivery, Webhook

webhooks_app = typer.Typer(help="Tell other programs what happens in the queue.", no_args_is_help=True)

WebhookArgument = Annotated[str, typer.Argument(help="Id of the webhook.")]
EventOption = Annotated[
    list[str] | None, typer.Option("--event", help="Event to tell, see `webhooks events`. Repeatable. Default: all.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(webhooks_app, name="webhooks")


@webhooks_app.command("events")
def events() -> None:
    """What a receiver can be told about."""
    for name, meaning in WEBHOOK_EVENTS.items():
        typer.echo(f"{name:28} {meaning}")


@webhooks_app.command("list")
def list_webhooks(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """All receivers."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            found = person.application.notifications.webhooks.every(viewer=person.viewer, uow=uow)
    if as_json:
        print_json([_as_json(webhook) for webhook in found])
        return
    print_rows("webhook_columns", (_cells(webhook, person) for webhook in found), viewer=person.viewer)


@webhooks_app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where events go; begins with https.")],
    *,
    event: EventOption = None,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Tell an address about events from now on; prints the secret that signs."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            made = person.application.notifications.webhooks.register(
                url, events=event or list(WEBHOOK_EVENTS), viewer=person.viewer, uow=uow
            )
    _print_secret(made, person, as_json=as_json)


@webhooks_app.command("change")
def change(
    webhook: WebhookArgument,
    *,
    url: Annotated[str | None, typer.Option(help="Another address.")] = None,
    event: EventOption = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off.")] = None,
    user: UserOption = None,
) -> None:
    """Change address or events, switch on or off; what is left out stays."""
    with reported_errors():
        person = acting(user)
        webhooks = person.application.notifications.webhooks
        with person.application.database.unit_of_work() as uow:
            now = webhooks.get(webhook, viewer=person.viewer, uow=uow)
            webhooks.change(
                webhook,
                url=url or now.url,
                events=event or now.events,
                active=now.active if on is None else on,
                viewer=person.viewer,
                uow=uow,
            )
    print_line(say("changed", person.viewer))


@webhooks_app.command("rotate")
def rotate(webhook: WebhookArgument, *, as_json: JsonOption = False, user: UserOption = None) -> None:
    """A new secret; the one before signs too for a while."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            made = person.application.notifications.webhooks.rotate(webhook, viewer=person.viewer, uow=uow)
    _print_secret(made, person, as_json=as_json)


@webhooks_app.command("remove")
def remove(webhook: WebhookArgument, *, user: UserOption = None) -> None:
    """Forget a receiver and its log."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            person.application.notifications.webhooks.remove(webhook, viewer=person.viewer, uow=uow)
    print_line(say("removed", person.viewer))


@webhooks_app.command("ping")
def ping(webhook: WebhookArgument, *, user: UserOption = None) -> None:
    """Send a test message now, and say how that went."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            queued = person.application.notifications.webhooks.ping(webhook, viewer=person.viewer, uow=uow)
        _deliver_now(person, queued)


@webhooks_app.command("redeliver")
def redeliver(
    webhook: WebhookArgument,
    delivery: Annotated[str, typer.Argument(help="Id of the delivery, see `webhooks log`.")],
    *,
    user: UserOption = None,
) -> None:
    """Make a delivery again now, and say how that went."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            queued = person.application.notifications.webhooks.redeliver(
                webhook, delivery, viewer=person.viewer, uow=uow
            )
        _deliver_now(person, queued)


@webhooks_app.command("log")
def log(
    webhook: WebhookArgument,
    *,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """What was delivered to a receiver, newest first."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            page = person.application.notifications.webhooks.deliveries(
                webhook, viewer=person.viewer, uow=uow, limit=limit
            )
    if as_json:
        print_json([_delivery_as_json(line) for line in page.deliveries])
        return
    rows = (
        (line.id, line.event, line.state.value, str(line.attempts), _answer(line), moment(line.created_at))
        for line in page.deliveries
    )
    print_rows("delivery_columns", rows, viewer=person.viewer)


def _deliver_now(person: Acting, queued: Delivery) -> None:
    """Deliver what is due. Leaves with 1 if this delivery did not arrive."""
    person.application.notifications.sender.run_due()
    with person.application.database.unit_of_work() as uow:
        done = person.application.notifications.webhooks.delivery(
            queued.webhook_id, queued.id, viewer=person.viewer, uow=uow
        )
    print_line(say("pinged", person.viewer, state=done.state.value, code=_answer(done)))
    if done.error_code is not None:
        raise typer.Exit(1)


def _print_secret(made: NewSecret, person: Acting, *, as_json: bool) -> None:
    if as_json:
        print_json({**_as_json(made.webhook), "secret": made.secret})
        return
    print_line(made.webhook.id)
    print_line(say("secret", person.viewer))
    console.print(made.secret, highlight=False, soft_wrap=True)


def _cells(webhook: Webhook, person: Acting) -> tuple[str, ...]:
    failing = "-" if webhook.failing_since is None else moment(webhook.failing_since)
    on = say("yes" if webhook.active else "no", person.viewer)
    return webhook.id, webhook.url, ", ".join(webhook.events), on, failing


def _answer(line: Delivery) -> str:
    return " ".join(str(part) for part in (line.status_code, line.error_code) if part is not None) or "-"


def _as_json(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "active": webhook.active,
        "failing_since": webhook.failing_since.isoformat() if webhook.failing_since else None,
    }


def _delivery_as_json(line: Delivery) -> dict[str, object]:
    return {
        "id": line.id,
        "event": line.event,
        "state": line.state.value,
        "attempts": line.attempts,
        "status_code": line.status_code,
        "error_code": line.error_code,
        "created_at": line.created_at.isoformat(),
    }
