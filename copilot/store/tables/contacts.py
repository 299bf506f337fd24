"""What contacts wish about being written to or called.

Invariant: rows are only added. A row outlives the contact's record and holds no name and no address, so that a wish
is honoured after an erasure and after the next import.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class ContactPreferenceRow(Base):
    """One wish that somebody stated. Which one holds: see `copilot.domain.contact_rules`."""

    __tablename__ = "contact_preferences"
    __table_args__ = (
        CheckConstraint("contact_id is not null or address_sha256 is not null", name="somebody"),
        CheckConstraint("channel in ('any','email','phone')", name="channel"),
        CheckConstraint("wish in ('opted_out','consented')", name="wish"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[str | None] = mapped_column(index=True)
    """No foreign key: see the module docstring."""
    address_sha256: Mapped[str | None] = mapped_column(index=True)
    """SHA-256 of the email address in lower case: the same person in any other record of theirs."""
    channel: Mapped[str]
    wish: Mapped[str]
    stated_on: Mapped[date]
    source: Mapped[str]
    """How it was stated: `email`, `call`, `meeting`, `form`, `letter` or `other`."""
    recorded_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
