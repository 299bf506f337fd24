"""Erasures of persons, and the keyed hashes by which a later import knows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class ErasureRow(Base):
    """One erasure: when, by whom, why and how much; never who."""

    __tablename__ = "erasures"

    id: Mapped[str] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]
    counts: Mapped[dict[str, Any]]


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
