"""What stood for whom in conversations with models, and how often anything was masked."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class PseudonymVaultRow(Base):
    """One conversation. Holds no personal data, and stays when its entries are purged."""

    __tablename__ = "pseudonym_vaults"

    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    last_number: Mapped[int]
    masked: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sql_text("'{}'"))
    """Class of data -> how many times it was masked or removed."""


class PseudonymEntryRow(Base):
    """One placeholder and the value behind it."""

    __tablename__ = "pseudonym_entries"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("pseudonym_vaults.conversation_id", ondelete="CASCADE"), primary_key=True
    )
    placeholder: Mapped[str] = mapped_column(primary_key=True)
    data_class: Mapped[str | None]
    """None: text that only looked like a placeholder."""
    value: Mapped[str]
    value_key: Mapped[str] = mapped_column(index=True)
    """`copilot.domain.pseudonyms.value_key`, to find every spelling that must be forgotten."""
    sources: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=sql_text("'{}'"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
