"""Erasures of persons, and the keyed hashes by which a later import knows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class ErasureRow(Base):
    """One erasure: when, by whom, why and how much; never who."""

    __tablename__ = "erasures"
    __table_args__ = (Index("uq_erasures_open", "subject", unique=True, postgresql_where=text("erased_at is null")),)

    id: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """None: it is not done."""
    actor_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    """Who asked for it."""
    reason: Mapped[str]
    counts: Mapped[dict[str, Any]]
    subject: Mapped[str | None]
    """A keyed hash of the person, as in the audit chain: of one person one erasure is open at most."""
    failed_at: Mapped[datetime | None]
    """Not done, and not tried again before somebody asks for it."""
    remove_files: Mapped[bool] = mapped_column(server_default="false")
    """Released files that name the person go as well."""
    begun: Mapped[int] = mapped_column(server_default="0")
    """How often a worker began it."""
    step: Mapped[str | None]
    """What a worker is at; None once it has ended."""
    step_done: Mapped[int] = mapped_column(server_default="0")
    step_total: Mapped[int] = mapped_column(server_default="0")
    problem: Mapped[str | None]
    """A code: why the last attempt did not end well."""
    problem_tables: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    result: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """What else it did, in numbers, and the files that are left, by paths that name nobody."""


class ErasureSubjectRow(Base):
    """Whom an open erasure is about; deleted in the transaction that erases the person."""

    __tablename__ = "erasure_subjects"

    erasure_id: Mapped[str] = mapped_column(ForeignKey("erasures.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[dict[str, Any]]


class SuppressionRow(Base):
    """A trace of an erased person as a keyed hash, so that no import brings them back."""

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("digest", "account_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    digest: Mapped[str]
    """HMAC-SHA-256 of the trace's key."""
    account_id: Mapped[str | None] = mapped_column(index=True)
    """None: it counts everywhere. No foreign key: it must outlive an account that is imported again."""
    erasure_id: Mapped[str] = mapped_column(ForeignKey("erasures.id", ondelete="CASCADE"), index=True)
