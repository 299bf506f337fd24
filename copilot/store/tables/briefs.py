"""When briefs are made by themselves, and what came of each occasion."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base

CHANGE_NUMBERS = Sequence("owner_change_numbers", metadata=Base.metadata)


class BriefScheduleRow(Base):
    """A person's wish: on which occasions a brief is made for them, of one account or of all of theirs."""

    __tablename__ = "brief_schedules"
    __table_args__ = (
        CheckConstraint("occasion in ('meeting','weekly','owner_change','once')", name="occasion"),
        CheckConstraint("occasion <> 'meeting' or hours_before between 1 and 168", name="hours_before"),
        CheckConstraint(
            "occasion <> 'weekly' or (weekday between 0 and 6 and hour between 0 and 23)", name="weekday_and_hour"
        ),
        # One wish for each occasion: another one changes it.
        Index("uq_brief_schedules_wish", "owner_id", text("coalesce(account_id, '')"), "occasion", unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    """None: every account that is the person's own."""
    occasion: Mapped[str]
    hours_before: Mapped[int | None]
    weekday: Mapped[int | None]
    """0 is Monday."""
    hour: Mapped[int | None]
    """On the person's clock."""
    language: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default="true")
    from_change: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Changes of owner up to this number were before its time."""
    created_at: Mapped[datetime]
    counts_from: Mapped[datetime]
    """When it was made, changed or switched on last: what was due before is not made up for."""


class BriefOccasionRow(Base):
    """One occasion for one account, once: what was made of it."""

    __tablename__ = "brief_occasions"
    __table_args__ = (
        CheckConstraint("outcome in ('made','unchanged','failed')", name="outcome"),
        Index("ix_brief_occasions_schedule_id", "schedule_id", "happened_at"),
    )

    schedule_id: Mapped[str] = mapped_column(ForeignKey("brief_schedules.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """What makes the occasion this one: `meeting:<activity>`, `week:2026-W47`, `owner:<number>`."""
    outcome: Mapped[str]
    review_item_id: Mapped[str | None] = mapped_column(ForeignKey("review_items.id", ondelete="SET NULL"), index=True)
    """The brief that was made, or the last one, of which everything still holds."""
    error_code: Mapped[str | None]
    """Of one that failed; `begun` while somebody is at it, and after they were cut off."""
    attempts: Mapped[int] = mapped_column(server_default="1")
    happened_at: Mapped[datetime]


class BriefBasisRow(Base):
    """What there was to know of the account when a brief was written, as a digest: equal means nothing changed."""

    __tablename__ = "brief_bases"

    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str]


class OwnerChangeRow(Base):
    """The latest change of an account's owner, numbered by a trigger in the order of changes."""

    __tablename__ = "owner_changes"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, index=True)
