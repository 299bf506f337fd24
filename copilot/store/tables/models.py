"""Calls of models, what is spent by day, and what checks found models good for."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base

_MONEY = Numeric(16, 8)


class ModelCallRow(Base):
    """One call. Holds no text. The ids of user and team are no foreign keys: a call is recorded in a transaction of
    its own, which cannot see a user whom the caller's has just made, and outlives both."""

    __tablename__ = "model_calls"
    __table_args__ = (Index("ix_model_calls_called_at", "called_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    called_at: Mapped[datetime]
    role: Mapped[str]
    model: Mapped[str]
    endpoint: Mapped[str]
    outcome: Mapped[str]
    user_id: Mapped[str]
    team_id: Mapped[str | None]
    prompt_id: Mapped[str | None]
    prompt_version: Mapped[int | None]
    input_tokens: Mapped[int] = mapped_column(server_default="0")
    output_tokens: Mapped[int] = mapped_column(server_default="0")
    cached_tokens: Mapped[int] = mapped_column(server_default="0")
    cost_usd: Mapped[Decimal | None] = mapped_column(_MONEY)
    latency_ms: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    finish_reason: Mapped[str | None]
    reserved_tokens: Mapped[int]
    reserved_usd: Mapped[Decimal] = mapped_column(_MONEY)


class ModelSpendingRow(Base):
    """What one user, one team or the workspace spent in one day (UTC), what is set aside for running calls included."""

    __tablename__ = "model_spending"

    day: Mapped[date] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost_usd: Mapped[Decimal] = mapped_column(_MONEY)


class ModelCheckRow(Base):
    """The newest check of one model at one endpoint."""

    __tablename__ = "model_checks"

    model: Mapped[str] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(primary_key=True)
    fitness: Mapped[str]
    planned_right: Mapped[int]
    planned_right_offline: Mapped[int]
    planned_of: Mapped[int]
    checked_at: Mapped[datetime]
    judged_right: Mapped[int] = mapped_column(server_default="0")
    judged_of: Mapped[int] = mapped_column(server_default="0")
