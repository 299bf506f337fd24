"""Webhooks: receivers of events, their secrets, and the log of what was delivered. For administrators.

Invariant: a secret is in the answer of the call that makes it and in no other.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.webhooks import (
    DeliveryList,
    DeliveryOut,
    EventType,
    WebhookChange,
    WebhookOut,
    WebhookRequest,
    WebhookSecret,
)
from copilot.domain.notifications import WEBHOOK_EVENTS
from copilot.jobs import Task

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], responses=PROBLEMS)

WebhookId = Annotated[str, Path(max_length=64)]
DeliveryId = Annotated[str, Path(max_length=64)]


@router.get("/events")
def list_events(_viewer: ViewerDep) -> list[EventType]:
    """What a receiver can be told about."""
    return [EventType(name=name, meaning=meaning) for name, meaning in WEBHOOK_EVENTS.items()]


@router.get("")
def list_webhooks(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> list[WebhookOut]:
    """All receivers, oldest first."""
    return [WebhookOut.of(webhook) for webhook in application.notifications.webhooks.every(viewer=viewer, uow=uow)]


@router.post("", status_code=201, responses=CONFLICT)
def register(
    wanted: Annotated[WebhookRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> WebhookSecret:
    """Tell an address about events from now on. The answer has the secret that signs, once."""
    made = application.notifications.webhooks.register(wanted.url, events=wanted.events, viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/webhooks/{made.webhook.id}"
    return WebhookSecret.of(made)


@router.get("/{webhook_id}")
def read(webhook_id: WebhookId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> WebhookOut:
    """One receiver."""
    return WebhookOut.of(application.notifications.webhooks.get(webhook_id, viewer=viewer, uow=uow))


@router.put("/{webhook_id}")
def change(
    webhook_id: WebhookId,
    wanted: Annotated[WebhookChange, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> WebhookOut:
    """Replace address, events, and whether it is on."""
    changed = application.notifications.webhooks.change(
        webhook_id, url=wanted.url, events=wanted.events, active=wanted.active, viewer=viewer, uow=uow
    )
    return WebhookOut.of(changed)


@router.delete("/{webhook_id}", status_code=204)
def remove(webhook_id: WebhookId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> None:
    """Forget a receiver and its log."""
    application.notifications.webhooks.remove(webhook_id, viewer=viewer, uow=uow)


@router.post("/{webhook_id}/secrets", status_code=201)
def rotate(webhook_id: WebhookId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> WebhookSecret:
    """A new secret. The one before signs too for a day, so that the receiver can change over."""
    return WebhookSecret.of(application.notifications.webhooks.rotate(webhook_id, viewer=viewer, uow=uow))


@router.post("/{webhook_id}/pings", status_code=202, responses=CONFLICT)
def ping(webhook_id: WebhookId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> DeliveryOut:
    """Queue a test message; how it went is in the log."""
    queued = application.notifications.webhooks.ping(webhook_id, viewer=viewer, uow=uow)
    application.jobs.defer(Task.NOTIFY, uow=uow)
    return DeliveryOut.of(queued)


@router.get("/{webhook_id}/deliveries")
def list_deliveries(
    webhook_id: WebhookId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryList:
    """What was delivered to a receiver, newest first."""
    page = application.notifications.webhooks.deliveries(webhook_id, viewer=viewer, uow=uow, cursor=cursor, limit=limit)
    return DeliveryList(deliveries=[DeliveryOut.of(line) for line in page.deliveries], next_cursor=page.cursor)


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliveries", status_code=202, responses=CONFLICT)
def redeliver(
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> DeliveryOut:
    """Make a delivery again, with the same id and the same body."""
    queued = application.notifications.webhooks.redeliver(webhook_id, delivery_id, viewer=viewer, uow=uow)
    application.jobs.defer(Task.NOTIFY, uow=uow)
    return DeliveryOut.of(queued)
