"""Drafts, review items, releases and the audit chain."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class DraftRow(Base):
    """A proposal; its versions hold the content."""

    __tablename__ = "drafts"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    requester_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    latest_version: Mapped[int]


class DraftVersionRow(Base):
    """One immutable version: the draft as JSON, the exact bytes that may be released, their digest."""

    __tablename__ = "draft_versions"

    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(index=True)
    content: Mapped[dict[str, Any]]
    language: Mapped[str]
    as_of: Mapped[date]
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    """Who wrote this version: the requester, or the reviewer who edited."""
    created_at: Mapped[datetime]
    findings: Mapped[list[Any]] = mapped_column(JSONB)
    erased_at: Mapped[datetime | None]
    """When personal data in it was overwritten. The digest stays that of what was written, as in the audit chain."""


class DeliverableRow(Base):
    """The bytes of one file of a draft version, as they would be released."""

    __tablename__ = "deliverables"
    __table_args__ = (
        ForeignKeyConstraint(
            ["draft_id", "version"], ["draft_versions.draft_id", "draft_versions.version"], ondelete="CASCADE"
        ),
    )

    draft_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DraftEvidenceRow(Base):
    """Which evidence a version cites, to find drafts that go stale when a source changes."""

    __tablename__ = "draft_evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["draft_id", "version"], ["draft_versions.draft_id", "draft_versions.version"], ondelete="CASCADE"
        ),
    )

    draft_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    content_hash: Mapped[str]


class ReviewItemRow(Base):
    """The queue entry of one draft version."""

    __tablename__ = "review_items"
    __table_args__ = (
        ForeignKeyConstraint(["draft_id", "version"], ["draft_versions.draft_id", "draft_versions.version"]),
        UniqueConstraint("draft_id", "version"),
        Index("ix_review_items_queue", "state", "due_at", "id"),
        Index("ix_review_items_rules", "rules", postgresql_using="gin"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    draft_id: Mapped[str]
    version: Mapped[int]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    language: Mapped[str]
    audience: Mapped[str]
    visibility: Mapped[str] = mapped_column(server_default="staff")
    """Highest class of shared knowledge that it cites; who may not read that class does not see the item."""
    digest: Mapped[str]
    state: Mapped[str]
    risk: Mapped[str]
    rules: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    """Rules of the findings of this version, and their families."""
    requester_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    requirement: Mapped[dict[str, Any]]
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    comment: Mapped[str | None]
    accepted_segments: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")


class ReleaseRow(Base):
    """One delivery through one sink. The review item's id is the idempotency key: one approval, one release."""

    __tablename__ = "releases"

    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id"), primary_key=True)
    sink: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    """queued / sending / released / failed / parked"""
    digest: Mapped[str]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    receipt: Mapped[dict[str, Any] | None]
    error_code: Mapped[str | None]


class AuditEventRow(Base):
    """Append-only; a trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "audit_events"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    happened_at: Mapped[datetime]
    actor_id: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
