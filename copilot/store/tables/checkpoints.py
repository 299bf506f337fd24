"""Signed checkpoints of the audit chain."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class AuditCheckpointRow(Base):
    """Append-only, like the events; a trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "audit_checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    hash: Mapped[str]
    marks: Mapped[str]
    made_at: Mapped[datetime]
    key_id: Mapped[str]
    previous: Mapped[str]
    next_key: Mapped[str | None]
    signature: Mapped[str]
