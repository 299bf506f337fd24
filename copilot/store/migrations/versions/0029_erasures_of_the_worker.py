"""An erasure is asked for, waits for the worker and is known by a keyed hash; whom it is about goes with its end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("erasures", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update erasures set asked_at = erased_at")
    op.alter_column("erasures", "asked_at", nullable=False)
    op.alter_column("erasures", "erased_at", nullable=True)
    op.add_column("erasures", sa.Column("subject", sa.String(), nullable=True))
    op.add_column("erasures", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("erasures", sa.Column("remove_files", sa.Boolean(), server_default="false", nullable=False))
    for name in ("begun", "step_done", "step_total"):
        op.add_column("erasures", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("erasures", sa.Column("step", sa.String(), nullable=True))
    op.add_column("erasures", sa.Column("problem", sa.String(), nullable=True))
    for name, default in (("problem_tables", "[]"), ("result", "{}")):
        op.add_column("erasures", sa.Column(name, json, server_default=default, nullable=False))
    op.create_index(
        "uq_erasures_open", "erasures", ["subject"], unique=True, postgresql_where=sa.text("erased_at is null")
    )
    op.create_table(
        "erasure_subjects",
        sa.Column("erasure_id", sa.String(), nullable=False),
        sa.Column("person", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name=op.f("fk_erasure_subjects_erasure_id_erasures"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("erasure_id", name=op.f("pk_erasure_subjects")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
