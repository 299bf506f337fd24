"""What makes the queue searchable, and the views that people keep of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class ReviewTextRow(Base):
    """The words of an item: its title, account, requester and draft. Kept by triggers, so they never lag behind.

    A table of its own because an item is updated often and its words hardly ever are.
    """

    __tablename__ = "review_texts"
    __table_args__ = (Index("ix_review_texts_words", "words", "rules", postgresql_using="gin"),)

    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True)
    words: Mapped[Any] = mapped_column(TSVECTOR)
    rules: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    """As in the item; found here because the item's own row moves with each change of state."""
    other_accounts: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    """Accounts besides its own that its draft cites: who may not see one of them does not search it."""


class WaitingTextRow(Base):
    """The same of undecided items only, so that searching what waits does not read what is decided."""

    __tablename__ = "waiting_texts"
    __table_args__ = (Index("ix_waiting_texts_words", "words", "rules", postgresql_using="gin"),)

    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True)
    words: Mapped[Any] = mapped_column(TSVECTOR)
    rules: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    other_accounts: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))


class SavedViewRow(Base):
    """A named set of filters and an order of a list, of one person, perhaps shown to their team."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("owner_id", "page", "name"),
        CheckConstraint("page in ('queue','portfolio')", name="page"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(server_default="queue")
    """Which list it is of."""
    name: Mapped[str]
    shared: Mapped[bool]
    """Whether the owner's team may use it."""
    position: Mapped[int]
    """Place among the owner's views, from 0."""
    filters: Mapped[dict[str, Any]]
    sort: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class DefaultViewRow(Base):
    """The view that a list opens with for one person: an own one or one of the team."""

    __tablename__ = "default_views"
    __table_args__ = (CheckConstraint("page in ('queue','portfolio')", name="page"),)

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    page: Mapped[str] = mapped_column(primary_key=True, server_default="queue")
    view_id: Mapped[str] = mapped_column(ForeignKey("saved_views.id", ondelete="CASCADE"), index=True)
