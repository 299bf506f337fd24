"""How far each person came with the first steps, and conversations that can be brought back for a while."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "first_steps",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("done", postgresql.ARRAY(sa.TEXT()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_first_steps_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_first_steps")),
    )
    op.add_column("chat_threads", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_chat_threads_deleted_at",
        "chat_threads",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at is not null"),
    )


def downgrade() -> None:
    op.execute("delete from chat_threads where deleted_at is not null")
    op.drop_index("ix_chat_threads_deleted_at", "chat_threads")
    op.drop_column("chat_threads", "deleted_at")
    op.drop_table("first_steps")
