"""Drafts, review items, releases and the audit chain."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base

RISK_ORDER = "case risk when 'critical' then 0 when 'high' then 1 when 'medium' then 2 else 3 end"
VALUE_ORDER = "coalesce(-value_at_stake, 'Infinity'::numeric)"


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
        # One order each, per state: the queue is read as an ordered walk, see `copilot.store.queue_pages`.
        Index("ix_review_items_queue", "state", "due_at", "id"),
        Index("ix_review_items_by_risk", "state", "risk_order", "due_at", "id"),
        Index("ix_review_items_by_value", "state", "value_order", "due_at", "id"),
        Index("ix_review_items_account", "account_id", "state", "due_at", "id"),
        Index("ix_review_items_requester", "requester_id", "state", "due_at", "id"),
        # What is counted by the week in which it was filed, or decided.
        Index("ix_review_items_filed", "submitted_at", postgresql_where=text("version = 1")),
        Index("ix_review_items_decided", "decided_at", postgresql_where=text("decided_at is not null")),
        Index(
            "ix_review_items_of_team",
            "team_id",
            "state",
            "due_at",
            "id",
            postgresql_where=text("account_id is null and team_id is not null"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    draft_id: Mapped[str]
    version: Mapped[int]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    kind: Mapped[str]
    title: Mapped[str]
    language: Mapped[str]
    audience: Mapped[str]
    visibility: Mapped[str] = mapped_column(server_default="staff")
    """Highest class of shared knowledge that it cites; who may not read that class does not see the item."""
    digest: Mapped[str]
    state: Mapped[str]
    state_reason: Mapped[str | None]
    risk: Mapped[str]
    value_at_stake: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    """What the account is worth in the workspace's currency; null: not known."""
    risk_order: Mapped[int] = mapped_column(SmallInteger, Computed(RISK_ORDER, persisted=True))
    """0 for critical to 3 for low, so that ascending is the riskiest first."""
    value_order: Mapped[Decimal] = mapped_column(Numeric, Computed(VALUE_ORDER, persisted=True))
    """The value negated, infinite if it is not known, so that ascending is the largest first and the unknown last."""
    rules: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    """Rules of the findings of this version, and their families."""
    requester_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    """Of an item without an account: the team whose managers see all that it was written from, see
    `copilot.store.review_entries.item_is_visible`."""
    requirement: Mapped[dict[str, Any]]
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    is_test: Mapped[bool] = mapped_column(server_default="false")
    """Made from a decided item with a fault planted in it; a trigger refuses any release of it."""
    revision: Mapped[int] = mapped_column(server_default="0")
    """Every change names the revision it starts from."""
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    claimed_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    comment: Mapped[str | None]
    accepted_segments: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")


class ReviewVoteRow(Base):
    """What one person said about one version. Never changed but for being voided."""

    __tablename__ = "review_votes"
    __table_args__ = (
        Index(
            "uq_review_votes_live",
            "review_item_id",
            "voter_id",
            unique=True,
            postgresql_where=text("voided_at is null"),
        ),
        CheckConstraint("on_behalf_of is null or on_behalf_of <> voter_id", name="somebody_else"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"))
    voter_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    on_behalf_of: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    step: Mapped[int]
    verdict: Mapped[str]
    digest: Mapped[str]
    terms: Mapped[str]
    """SHA-256 of the requirement it was given under."""
    comment: Mapped[str | None]
    accepted_segments: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    cast_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]


class ReviewCommentRow(Base):
    """What people say about a draft, across its versions."""

    __tablename__ = "review_comments"

    id: Mapped[str] = mapped_column(primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"))
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    """comment / change_request / rejection"""
    text: Mapped[str]
    created_at: Mapped[datetime]


class DelegationRow(Base):
    """One person's right to approve, lent to another until a date. It lends no right to see anything."""

    __tablename__ = "delegations"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("delegator_id <> delegate_id", name="somebody_else"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    delegator_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    delegate_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ReleaseRow(Base):
    """One delivery through one sink. The review item's id is the idempotency key: one approval, one release."""

    __tablename__ = "releases"

    review_item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id"), primary_key=True)
    sink: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    """queued / sending / released / failed / parked / recalled"""
    digest: Mapped[str]
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """End of the time in which it can be recalled; null: it may leave at once."""
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    receipt: Mapped[dict[str, Any] | None]
    error_code: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    """How often a delivery was begun."""
    attempt_id: Mapped[str | None]
    """Of the delivery begun last. Whoever records its end names it."""
    tries: Mapped[int] = mapped_column(server_default="0")
    """How often the other side said to come back later since it was queued."""
    channel: Mapped[str | None]
    """What the delivery that was begun last went through, e.g. `smtp`."""
    waits_for: Mapped[str | None]
    """Code of what it waits for: a rule of contact, or the other side."""
    waits_until: Mapped[datetime | None]
    """When it is looked at again."""
    resolved_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    """Who said what became of a delivery whose outcome was unknown."""
    resolved_at: Mapped[datetime | None]
    resolution_note: Mapped[str | None]


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
