"""Webhooks over HTTP. The secret appears in the answer that makes it, and nowhere else."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from copilot.notifications.webhooks import NewSecret
from copilot.store.webhooks import Delivery, DeliveryState, Webhook

_URL = "https://hooks.company.example/copilot"


class WebhookRequest(BaseModel):
    """Where events go, and which ones."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": _URL, "events": ["review.approved", "release.released"]}]},
    )

    url: str = Field(max_length=2_000)
    """Begins with https (http only for localhost)."""
    events: list[str] = Field(min_length=1, max_length=100)
    """See `GET /api/v1/webhooks/events`."""


class WebhookChange(WebhookRequest):
    """The whole receiver as it should be."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": _URL, "events": ["release.parked"], "active": True}]},
    )

    active: bool
    """False: nothing is delivered. True after a time off: events of that time are not delivered."""


class WebhookOut(BaseModel):
    """A receiver of events."""

    id: str
    url: str
    events: list[str]
    active: bool
    created_at: datetime
    failing_since: datetime | None
    """Since when no delivery succeeded."""
    switched_off_at: datetime | None
    """When it was switched off for failing too long."""
    secrets: int
    """How many secrets sign now: two while a replaced one still does."""

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookOut":
        """A receiver as stored, without its secrets."""
        return cls(
            id=webhook.id,
            url=webhook.url,
            events=list(webhook.events),
            active=webhook.active,
            created_at=webhook.created_at,
            failing_since=webhook.failing_since,
            switched_off_at=webhook.switched_off_at,
            secrets=len(webhook.secrets),
        )


class WebhookSecret(BaseModel):
    """A receiver with its new secret, which is not shown again."""

    webhook: WebhookOut
    secret: str = Field(examples=["whsec_c2hvd24gb25jZQ=="])
    """For verifying signatures as in Standard Webhooks."""

    @classmethod
    def of(cls, made: NewSecret) -> "WebhookSecret":
        """What was just made."""
        return cls(webhook=WebhookOut.of(made.webhook), secret=made.secret)


class DeliveryOut(BaseModel):
    """One event for one receiver, and how that went."""

    id: str
    """The `webhook-id` header of every attempt."""
    event: str
    payload: dict[str, Any]
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    """Null: it is settled."""
    last_attempt_at: datetime | None
    status_code: int | None
    error_code: str | None
    """refused, timeout, unreachable, tls, broken_answer, address_refused or dry_run."""

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        """A line of the log."""
        pending = delivery.state is DeliveryState.PENDING
        return cls(
            id=delivery.id,
            event=delivery.event,
            payload=delivery.payload,
            state=delivery.state,
            attempts=delivery.attempts,
            created_at=delivery.created_at,
            next_attempt_at=delivery.next_attempt_at if pending else None,
            last_attempt_at=delivery.last_attempt_at,
            status_code=delivery.status_code,
            error_code=delivery.error_code,
        )


class DeliveryList(BaseModel):
    """A page of a receiver's log, newest first. `next_cursor` is null on the last page."""

    deliveries: list[DeliveryOut]
    next_cursor: str | None


class EventType(BaseModel):
    """Something that can be told."""

    name: str
    meaning: str
