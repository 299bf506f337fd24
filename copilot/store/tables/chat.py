"""Conversations, and the places that a running turn of one has reached.

Invariant: what a person said, and what was made of it, is in `chat_threads` and `chat_turns` only; the tables of the
checkpointer hold ids and names of nodes, and lose them when the turn ends.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class ChatThreadRow(Base):
    """One conversation of one person; nobody else reads it."""

    __tablename__ = "chat_threads"
    __table_args__ = (
        Index("ix_chat_threads_user_id", "user_id", "updated_at"),
        Index("ix_chat_threads_deleted_at", "deleted_at", postgresql_where=text("deleted_at is not null")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str]
    language: Mapped[str | None]
    context: Mapped[dict[str, Any]]
    """What earlier turns leave for the next plan, see `copilot.domain.plans.PlanningContext`."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    deleted_at: Mapped[datetime | None]
    """When its person deleted it. It can be brought back for a few minutes, then it goes for good."""


class ChatTurnRow(Base):
    """One question and what came of it."""

    __tablename__ = "chat_turns"
    __table_args__ = (
        UniqueConstraint("thread_id", "position"),
        CheckConstraint("state in ('running','answered','held','asked','refused','failed')", name="state"),
        CheckConstraint("verdict is null or verdict in ('accepted','corrected','reported')", name="verdict"),
        CheckConstraint("(state = 'running') = (finished_at is null)", name="finished_at"),
        Index("uq_chat_turns_running", "thread_id", unique=True, postgresql_where=text("state = 'running'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("chat_threads.id", ondelete="CASCADE"))
    position: Mapped[int]
    message: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[str]
    run_id: Mapped[str]
    """Who works on it: whoever takes an abandoned turn over draws another, and the one before can write no more."""
    alive_until: Mapped[datetime]
    """Until then whoever works on it is believed to be there."""
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    step_names: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """The plan in plain words, one line per step."""
    filed: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """What steps put into the queue: which step, what it filed, and what it says of it."""
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """An answer that a model wrote, until it is filed: writing it again would cost again."""
    item_id: Mapped[str | None] = mapped_column(ForeignKey("review_items.id", ondelete="SET NULL"), index=True)
    """Of the version that was filed last on the asker's behalf."""
    clarification: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    suggestions: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    verdict: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    """Code of the error that ended it."""


class CheckpointMigrationRow(Base):
    """Which of its own migrations the checkpointer finds applied."""

    __tablename__ = "checkpoint_migrations"

    v: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class CheckpointRow(Base):
    """A place that a turn has reached. Columns are the checkpointer's own."""

    __tablename__ = "checkpoints"

    thread_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    """The turn."""
    checkpoint_ns: Mapped[str] = mapped_column(primary_key=True, server_default=text("''"))
    checkpoint_id: Mapped[str] = mapped_column(primary_key=True)
    parent_checkpoint_id: Mapped[str | None]
    type: Mapped[str | None]
    checkpoint: Mapped[dict[str, Any]]
    details: Mapped[dict[str, Any]] = mapped_column("metadata", server_default=text("'{}'"))


class CheckpointBlobRow(Base):
    """A value of a checkpoint."""

    __tablename__ = "checkpoint_blobs"

    thread_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    checkpoint_ns: Mapped[str] = mapped_column(primary_key=True, server_default=text("''"))
    channel: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    blob: Mapped[bytes | None] = mapped_column(LargeBinary)


class CheckpointWriteRow(Base):
    """What a node handed on before the next checkpoint was there."""

    __tablename__ = "checkpoint_writes"

    thread_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    checkpoint_ns: Mapped[str] = mapped_column(primary_key=True, server_default=text("''"))
    checkpoint_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    idx: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str]
    type: Mapped[str | None]
    blob: Mapped[bytes] = mapped_column(LargeBinary)
    task_path: Mapped[str] = mapped_column(server_default=text("''"))
