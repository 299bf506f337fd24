"""Webhooks and what is delivered to them; notifications and how each person wants them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class EventCursorRow(Base):
    """How far a reader of the audit chain has come."""

    __tablename__ = "event_cursors"

    name: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]


class WebhookRow(Base):
    """A receiver of events. The secret is kept as it is: each delivery is signed with it."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    secret: Mapped[str]
    previous_secret: Mapped[str | None]
    previous_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    from_sequence: Mapped[int]
    """Events up to this one were before its time."""
    created_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    """Since when no delivery succeeded."""
    switched_off_at: Mapped[datetime | None]
    """When it was switched off for failing; null: not, or by a person."""


class WebhookDeliveryRow(Base):
    """One event for one receiver: what is sent, and how that went."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "sequence"),
        CheckConstraint("state in ('pending','delivered','failed')", name="state"),
        Index("ix_webhook_deliveries_due", "next_attempt_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """The `webhook-id` of every attempt."""
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    sequence: Mapped[int | None]
    """Of the audit event; null: a ping."""
    event: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    last_attempt_at: Mapped[datetime | None]
    status_code: Mapped[int | None]
    error_code: Mapped[str | None]


class NotificationPreferenceRow(Base):
    """How a person wants to hear, and when they last did."""

    __tablename__ = "notification_preferences"
    __table_args__ = (CheckConstraint("mode in ('none','at_once','digest')", name="mode"),)

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    mode: Mapped[str]
    digest_hour: Mapped[int]
    time_zone: Mapped[str]
    muted: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    unsubscribe_token: Mapped[str] = mapped_column(unique=True)
    """Goes out with every mail; all it can do is to stop them."""
    last_mail_at: Mapped[datetime | None]


class NotificationRow(Base):
    """One thing to tell one person."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        CheckConstraint("state in ('pending','sending','sent','dropped')", name="state"),
        Index("ix_notifications_pending", "user_id", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    key: Mapped[str]
    """What it is about and why, so that nobody hears the same twice."""
    review_item_id: Mapped[str | None] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"), index=True)
    webhook_id: Mapped[str | None] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    rfp_project_id: Mapped[str | None] = mapped_column(ForeignKey("rfp_projects.id", ondelete="CASCADE"), index=True)
    state: Mapped[str]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    drop_reason: Mapped[str | None]
