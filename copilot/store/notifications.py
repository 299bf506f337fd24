"""What people are to be told, how they want it, and how far events were read.

Invariant: a person has at most one row for one thing (`key`), and a row is taken for sending by one conditional
UPDATE: nobody hears the same twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.notifications import MailMode, NotificationKind, Preferences
from copilot.store.database import UnitOfWork
from copilot.store.tables.notifications import (
    EventCursorRow,
    NotificationPreferenceRow,
    NotificationRow,
)

_CURSOR = "notifications"


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing to tell one person."""

    id: str
    user_id: str
    kind: NotificationKind
    review_item_id: str | None
    webhook_id: str | None
    rfp_project_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to hear, and when they last did."""

    preferences: Preferences
    unsubscribe_token: str
    last_mail_at: datetime | None


class NotificationRepository:
    """Reads and writes within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._clock = uow.clock

    def take_cursor(self) -> int:
        """Sequence of the last event read; whoever asks next waits for the end of this transaction."""
        self._session.execute(insert(EventCursorRow).values(name=_CURSOR, sequence=0).on_conflict_do_nothing())
        query = select(EventCursorRow.sequence).where(EventCursorRow.name == _CURSOR).with_for_update()
        return self._session.execute(query).scalar_one()

    def move_cursor(self, sequence: int) -> None:
        """Remember that events up to this one were read."""
        self._session.execute(update(EventCursorRow).where(EventCursorRow.name == _CURSOR).values(sequence=sequence))

    def add(
        self,
        user_id: str,
        *,
        kind: NotificationKind,
        key: str,
        review_item_id: str | None = None,
        webhook_id: str | None = None,
        rfp_project_id: str | None = None,
    ) -> bool:
        """Something to tell. False: the person has heard, or will hear, of it."""
        added = self._session.scalar(
            insert(NotificationRow)
            .values(
                id=f"notice_{self._clock.new_id().hex}",
                user_id=user_id,
                kind=kind.value,
                key=key,
                review_item_id=review_item_id,
                webhook_id=webhook_id,
                rfp_project_id=rfp_project_id,
                state="pending",
                created_at=self._clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(NotificationRow.id)
        )
        return added is not None

    def people_with_news(self) -> tuple[str, ...]:
        """Ids of the people for whom something waits."""
        query = select(NotificationRow.user_id).where(NotificationRow.state == "pending").distinct()
        return tuple(self._session.scalars(query.order_by(NotificationRow.user_id)))

    def take_news(self, user_id: str) -> tuple[Notification, ...]:
        """Everything that waits for a person, oldest first; another process that asks meanwhile gets nothing."""
        rows = self._session.scalars(
            select(NotificationRow)
            .where(NotificationRow.user_id == user_id, NotificationRow.state == "pending")
            .order_by(NotificationRow.created_at, NotificationRow.id)
            .with_for_update(skip_locked=True)
        )
        return tuple(_to_notification(row) for row in rows)

    def settle(self, ids: Collection[str], *, state: str, reason: str | None = None) -> None:
        """Move notifications on: to `sending`, `sent`, `dropped`, or back to `pending`."""
        self._session.execute(
            update(NotificationRow)
            .where(NotificationRow.id.in_(ids))
            .values(state=state, settled_at=self._clock.now(), drop_reason=reason)
            .execution_options(synchronize_session=False)
        )

    def drop_old(self, *, before: datetime) -> int:
        """Give up on what is no news any more; returns how many."""
        dropped = self._session.scalars(
            update(NotificationRow)
            .where(NotificationRow.state == "pending", NotificationRow.created_at < before)
            .values(state="dropped", settled_at=self._clock.now(), drop_reason="too_old")
            .returning(NotificationRow.id)
            .execution_options(synchronize_session=False)
        )
        return len(dropped.all())

    def wishes(self, user_id: str) -> Wishes:
        """How a person wants to hear; what nobody has chosen is the default."""
        default = Preferences()
        self._session.execute(
            insert(NotificationPreferenceRow)
            .values(
                user_id=user_id,
                mode=default.mode.value,
                digest_hour=default.digest_hour,
                time_zone=default.time_zone,
                muted=[],
                unsubscribe_token=self._clock.new_token(),
            )
            .on_conflict_do_nothing()
        )
        return _to_wishes(self._session.get_one(NotificationPreferenceRow, user_id, populate_existing=True))

    def set_preferences(self, user_id: str, preferences: Preferences) -> None:
        """Remember what a person has chosen."""
        self.wishes(user_id)
        self._session.execute(
            update(NotificationPreferenceRow)
            .where(NotificationPreferenceRow.user_id == user_id)
            .values(
                mode=preferences.mode.value,
                digest_hour=preferences.digest_hour,
                time_zone=preferences.time_zone,
                muted=[kind.value for kind in preferences.muted],
            )
        )

    def unsubscribe(self, token: str) -> bool:
        """Stop the mails of whoever got this token with one of them. False: nobody did."""
        stopped = self._session.scalar(
            update(NotificationPreferenceRow)
            .where(NotificationPreferenceRow.unsubscribe_token == token)
            .values(mode=MailMode.NONE.value)
            .returning(NotificationPreferenceRow.user_id)
        )
        return stopped is not None

    def claim_turn(self, user_id: str, *, last_mail_at: datetime | None) -> bool:
        """Take the right to write to a person now. False: another process has."""
        taken = self._session.scalar(
            update(NotificationPreferenceRow)
            .where(
                NotificationPreferenceRow.user_id == user_id,
                NotificationPreferenceRow.last_mail_at.is_not_distinct_from(last_mail_at),
            )
            .values(last_mail_at=self._clock.now())
            .returning(NotificationPreferenceRow.user_id)
        )
        return taken is not None

    def give_turn_back(self, user_id: str, *, last_mail_at: datetime | None) -> None:
        """The mail did not go: the person was last written to when they were."""
        self._session.execute(
            update(NotificationPreferenceRow)
            .where(NotificationPreferenceRow.user_id == user_id)
            .values(last_mail_at=last_mail_at)
        )


def _to_notification(row: NotificationRow) -> Notification:
    return Notification(
        id=row.id,
        user_id=row.user_id,
        kind=NotificationKind(row.kind),
        review_item_id=row.review_item_id,
        webhook_id=row.webhook_id,
        rfp_project_id=row.rfp_project_id,
        created_at=row.created_at,
    )


def _to_wishes(row: NotificationPreferenceRow) -> Wishes:
    return Wishes(
        preferences=Preferences(
            mode=MailMode(row.mode),
            digest_hour=row.digest_hour,
            time_zone=row.time_zone,
            muted=tuple(NotificationKind(kind) for kind in row.muted),
        ),
        unsubscribe_token=row.unsubscribe_token,
        last_mail_at=row.last_mail_at,
    )
