"""What edits and refusals teach: where it was said, the versions of styles, and proposals for people to decide on."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class FeedbackRow(Base):
    """One correction or refusal, by reference: its words stay in the versions and comments, and go with them."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("kind in ('edit','removal','rejection','change_request')", name="kind"),
        UniqueConstraint("review_item_id", "kind", "segment_id", postgresql_nulls_not_distinct=True),
        Index("ix_feedback_learning", "author_id", "language", postgresql_where=text("kind = 'edit'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"))
    """Of the version that the edit made, or that was sent back."""
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    segment_id: Mapped[str | None]
    section_key: Mapped[str | None]
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    draft_kind: Mapped[str]
    language: Mapped[str]
    topics: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    """Families of the findings on the sentence, or of the reasons given."""
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    """When a version with this edit in it was first found approved."""


class FeedbackScanRow(Base):
    """An item that was looked at for edits."""

    __tablename__ = "feedback_scans"

    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True)
    scanned_at: Mapped[datetime]


class StyleVersionRow(Base):
    """One version of the style of a person or a team in one language."""

    __tablename__ = "style_versions"
    __table_args__ = (CheckConstraint("scope_kind in ('person','team')", name="scope_kind"),)

    scope_kind: Mapped[str] = mapped_column(primary_key=True)
    scope_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    preferences: Mapped[list[Any]] = mapped_column(JSONB)
    change: Mapped[str]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class ProposalRow(Base):
    """A change of a prompt or of the knowledge that repeated corrections ask for."""

    __tablename__ = "improvement_proposals"
    __table_args__ = (
        CheckConstraint("state in ('open','accepted','declined')", name="state"),
        Index(
            "uq_improvement_proposals_open",
            "target",
            "about",
            "draft_kind",
            "language",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str]
    """prompt / knowledge"""
    about: Mapped[str]
    """`section:<key>`, `finding:<family>` or `reason:<family>`."""
    draft_kind: Mapped[str]
    language: Mapped[str]
    items: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    people: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None]
