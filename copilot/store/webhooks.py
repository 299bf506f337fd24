"""Receivers of events and what is delivered to them.

Invariant: one delivery for one event and receiver; every attempt is claimed by one conditional UPDATE, so that two
workers never make it together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from copilot.store.database import UnitOfWork
from copilot.store.tables.notifications import WebhookDeliveryRow, WebhookRow
from copilot.store.tables.work import AuditEventRow


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Every attempt failed; it can be asked for again."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver. `secrets` are those that sign now, the newest first."""

    id: str
    url: str
    events: tuple[str, ...]
    secrets: tuple[str, ...]
    active: bool
    created_at: datetime
    failing_since: datetime | None
    switched_off_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one receiver."""

    id: str
    webhook_id: str
    sequence: int | None
    event: str
    payload: dict[str, Any]
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    last_attempt_at: datetime | None
    status_code: int | None
    error_code: str | None


class WebhookRepository:
    """Reads and writes within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._clock = uow.clock

    def add(self, url: str, *, events: Sequence[str], secret: str, created_by: str) -> str:
        """Register a receiver of what happens from now on; returns its id."""
        latest = self._session.scalar(select(func.coalesce(func.max(AuditEventRow.sequence), 0))) or 0
        row = WebhookRow(
            id=f"webhook_{self._clock.new_id().hex}",
            url=url,
            events=list(events),
            secret=secret,
            active=True,
            from_sequence=latest,
            created_by=created_by,
            created_at=self._clock.now(),
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def get(self, webhook_id: str) -> Webhook | None:
        """The receiver as it is now."""
        row = self._session.get(WebhookRow, webhook_id, populate_existing=True)
        return None if row is None else self._to_webhook(row)

    def every(self) -> tuple[Webhook, ...]:
        """All receivers, oldest first."""
        rows = self._session.scalars(select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id))
        return tuple(self._to_webhook(row) for row in rows)

    def listening(self, event: str, *, sequence: int) -> tuple[str, ...]:
        """Ids of the receivers that are on, want this event and were there before it."""
        return tuple(
            self._session.scalars(
                select(WebhookRow.id).where(
                    WebhookRow.active, WebhookRow.events.contains([event]), WebhookRow.from_sequence < sequence
                )
            )
        )

    def change(self, webhook_id: str, *, url: str, events: Sequence[str], active: bool) -> bool:
        """Replace address, events and whether it is on; a receiver that is switched on starts afresh."""
        latest = self._session.scalar(select(func.coalesce(func.max(AuditEventRow.sequence), 0))) or 0
        row = self._session.get(WebhookRow, webhook_id, with_for_update=True)
        if row is None:
            return False
        if active and not row.active:
            row.from_sequence, row.failing_since, row.switched_off_at = latest, None, None
        row.url, row.events, row.active = url, list(events), active
        self._session.flush()
        return True

    def rotate(self, webhook_id: str, *, secret: str, until: datetime) -> bool:
        """Sign with a new secret, and with the one before as well `until` then."""
        row = self._session.get(WebhookRow, webhook_id, with_for_update=True)
        if row is None:
            return False
        row.previous_secret, row.previous_until, row.secret = row.secret, until, secret
        self._session.flush()
        return True

    def remove(self, webhook_id: str) -> bool:
        """Forget a receiver and its log."""
        removed = self._session.scalar(delete(WebhookRow).where(WebhookRow.id == webhook_id).returning(WebhookRow.id))
        return removed is not None

    def queue(self, webhook_id: str, *, event: str, payload: dict[str, Any], sequence: int | None = None) -> str:
        """A delivery to be made at once; returns its id."""
        now = self._clock.now()
        row = WebhookDeliveryRow(
            id=f"msg_{self._clock.new_id().hex}",
            webhook_id=webhook_id,
            sequence=sequence,
            event=event,
            payload=payload,
            state=DeliveryState.PENDING.value,
            attempts=0,
            created_at=now,
            next_attempt_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def claim_due(self, *, until: datetime, limit: int) -> tuple[tuple[Delivery, Webhook], ...]:
        """Take what is due; nobody else takes it before `until`, when it counts as cut off and is due again."""
        now = self._clock.now()
        due = (
            select(WebhookDeliveryRow.id)
            .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
            .where(
                WebhookDeliveryRow.state == DeliveryState.PENDING.value,
                WebhookDeliveryRow.next_attempt_at <= now,
                WebhookRow.active,
            )
            .order_by(WebhookDeliveryRow.next_attempt_at, WebhookDeliveryRow.id)
            .limit(limit)
            .with_for_update(of=WebhookDeliveryRow, skip_locked=True)
        )
        rows = self._session.scalars(
            update(WebhookDeliveryRow)
            .where(WebhookDeliveryRow.id.in_(due))
            .values(next_attempt_at=until, last_attempt_at=now, attempts=WebhookDeliveryRow.attempts + 1)
            .returning(WebhookDeliveryRow)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).all()
        receivers = {webhook.id: webhook for webhook in self.every()}
        return tuple((_to_delivery(row), receivers[row.webhook_id]) for row in sorted(rows, key=lambda row: row.id))

    def settle(
        self,
        delivery_id: str,
        *,
        attempts: int,
        state: DeliveryState,
        status_code: int | None,
        error_code: str | None,
        next_attempt_at: datetime,
    ) -> bool:
        """Record how an attempt went. False: another one has begun since."""
        settled = self._session.scalar(
            update(WebhookDeliveryRow)
            .where(
                WebhookDeliveryRow.id == delivery_id,
                WebhookDeliveryRow.attempts == attempts,
                WebhookDeliveryRow.state == DeliveryState.PENDING.value,
            )
            .values(state=state.value, status_code=status_code, error_code=error_code, next_attempt_at=next_attempt_at)
            .returning(WebhookDeliveryRow.id)
        )
        return settled is not None

    def delivery(self, delivery_id: str, *, webhook_id: str) -> Delivery | None:
        """One delivery of a receiver as it is now."""
        row = self._session.get(WebhookDeliveryRow, delivery_id, populate_existing=True)
        return _to_delivery(row) if row is not None and row.webhook_id == webhook_id else None

    def redeliver(self, delivery_id: str, *, webhook_id: str) -> bool:
        """Make a delivery again, with all its attempts before it. False: there is no such delivery."""
        now = self._clock.now()
        again = self._session.scalar(
            update(WebhookDeliveryRow)
            .where(WebhookDeliveryRow.id == delivery_id, WebhookDeliveryRow.webhook_id == webhook_id)
            .values(state=DeliveryState.PENDING.value, attempts=0, next_attempt_at=now, error_code=None)
            .returning(WebhookDeliveryRow.id)
        )
        return again is not None

    def succeeded(self, webhook_id: str) -> None:
        """A delivery arrived: the receiver is well."""
        self._session.execute(update(WebhookRow).where(WebhookRow.id == webhook_id).values(failing_since=None))

    def failed(self, webhook_id: str, *, off_before: datetime) -> bool:
        """A delivery failed. True: it has failed since before `off_before`, and was switched off with this."""
        now = self._clock.now()
        self._session.execute(
            update(WebhookRow)
            .where(WebhookRow.id == webhook_id, WebhookRow.failing_since.is_(None))
            .values(failing_since=now)
        )
        off = self._session.scalar(
            update(WebhookRow)
            .where(WebhookRow.id == webhook_id, WebhookRow.active, WebhookRow.failing_since <= off_before)
            .values(active=False, switched_off_at=now)
            .returning(WebhookRow.id)
        )
        return off is not None

    def deliveries(self, webhook_id: str, *, before: tuple[datetime, str] | None, limit: int) -> tuple[Delivery, ...]:
        """The log of one receiver, newest first, from before (time, id)."""
        query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
        if before is not None:
            query = query.where(
                or_(
                    WebhookDeliveryRow.created_at < before[0],
                    (WebhookDeliveryRow.created_at == before[0]) & (WebhookDeliveryRow.id < before[1]),
                )
            )
        rows = self._session.scalars(
            query.order_by(WebhookDeliveryRow.created_at.desc(), WebhookDeliveryRow.id.desc())
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return tuple(_to_delivery(row) for row in rows)

    def forget_deliveries(self, *, before: datetime) -> int:
        """Drop what was settled before then; returns how many."""
        forgotten = self._session.scalars(
            delete(WebhookDeliveryRow)
            .where(WebhookDeliveryRow.created_at < before, WebhookDeliveryRow.state != DeliveryState.PENDING.value)
            .returning(WebhookDeliveryRow.id)
        )
        return len(forgotten.all())

    def _to_webhook(self, row: WebhookRow) -> Webhook:
        overlaps = row.previous_until is not None and row.previous_until > self._clock.now()
        older = (row.previous_secret,) if overlaps and row.previous_secret else ()
        return Webhook(
            id=row.id,
            url=row.url,
            events=tuple(row.events),
            secrets=(row.secret, *older),
            active=row.active,
            created_at=row.created_at,
            failing_since=row.failing_since,
            switched_off_at=row.switched_off_at,
        )


def _to_delivery(row: WebhookDeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        sequence=row.sequence,
        event=row.event,
        payload=row.payload,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        last_attempt_at=row.last_attempt_at,
        status_code=row.status_code,
        error_code=row.error_code,
    )
