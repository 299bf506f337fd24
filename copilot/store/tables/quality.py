"""How carefully drafts are reviewed: items with a planted fault, and when an item was first opened."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class PlantedFaultRow(Base):
    """The fault in a test item. Holds no text of a draft: what was right is in the version it was made from."""

    __tablename__ = "planted_faults"
    __table_args__ = (
        Index("uq_planted_faults_source", "source_item_id", unique=True),
        CheckConstraint("outcome is null or outcome in ('caught','missed','lapsed')", name="outcome"),
    )

    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True)
    source_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"))
    """The decided item it was made from; one test item at most is made from each."""
    segment_id: Mapped[str]
    fault: Mapped[str]
    flagged: Mapped[bool]
    """Whether a guardrail saw something in the faulty sentence, so that the reviewer was told."""
    planted_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    outcome: Mapped[str | None]


class ReviewOpeningRow(Base):
    """When somebody first opened an item in full: where the time to decide begins."""

    __tablename__ = "review_openings"

    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True)
    viewer_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    opened_at: Mapped[datetime]
    words: Mapped[int]
    """Length of the draft, for how fast it was read."""
