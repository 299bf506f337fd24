"""Erasures of persons, keyed hashes that keep them out, and when a draft's version was overwritten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft_versions", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_erasures_actor_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("erasure_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name=op.f("fk_suppressions_erasure_id_erasures"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        # The account is null where a hash counts everywhere; two such rows are the same.
        sa.UniqueConstraint(
            "digest", "account_id", name=op.f("uq_suppressions_digest"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index(op.f("ix_suppressions_account_id"), "suppressions", ["account_id"])
    op.create_index(op.f("ix_suppressions_erasure_id"), "suppressions", ["erasure_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
