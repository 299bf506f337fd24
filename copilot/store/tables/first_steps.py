"""How far people came with the first steps."""

from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class FirstStepsRow(Base):
    """One person's list of first steps."""

    __tablename__ = "first_steps"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    done: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    """Steps that were once seen done: they stay done when what was done is deleted."""
    hidden: Mapped[bool] = mapped_column(server_default="false")
