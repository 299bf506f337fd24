"""Feedback of reviewers by reference, versions of styles, proposals of improvements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _feedback()
    _styles()
    _proposals()


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("review_item_id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.String(), nullable=True),
        sa.Column("section_key", sa.String(), nullable=True),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("draft_kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("topics", postgresql.ARRAY(sa.TEXT()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('edit','removal','rejection','change_request')", name=op.f("ck_feedback_kind")),
        sa.ForeignKeyConstraint(
            ["review_item_id"], ["review_items.id"], name=op.f("fk_feedback_review_item_id_review_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_feedback_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_feedback_author_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint(
            "review_item_id", "kind", "segment_id", name=op.f("uq_feedback_review_item_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_feedback_draft_id"), "feedback", ["draft_id"])
    op.create_index(
        "ix_feedback_learning", "feedback", ["author_id", "language"], postgresql_where=sa.text("kind = 'edit'")
    )
    op.create_table(
        "feedback_scans",
        sa.Column("review_item_id", sa.String(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_item_id"], ["review_items.id"], name=op.f("fk_feedback_scans_review_item_id_review_items"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("review_item_id", name=op.f("pk_feedback_scans")),
    )  # fmt: skip


def _styles() -> None:
    op.create_table(
        "style_versions",
        sa.Column("scope_kind", sa.String(), nullable=False),
        sa.Column("scope_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("preferences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("scope_kind in ('person','team')", name=op.f("ck_style_versions_scope_kind")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_style_versions_made_by_users")),
        sa.PrimaryKeyConstraint("scope_kind", "scope_id", "language", "version", name=op.f("pk_style_versions")),
    )


def _proposals() -> None:
    op.create_table(
        "improvement_proposals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("draft_kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("state in ('open','accepted','declined')", name=op.f("ck_improvement_proposals_state")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_improvement_proposals_decided_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_proposals")),
    )
    op.create_index(
        "uq_improvement_proposals_open",
        "improvement_proposals",
        ["target", "about", "draft_kind", "language"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
