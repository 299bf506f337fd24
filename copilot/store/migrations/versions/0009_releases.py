"""What a release waits for, how often it was begun and through what, and who settled an unknown outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempt_id", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("waits_for", sa.String(), nullable=True),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution_note", sa.String(), nullable=True),
    ):
        op.add_column("releases", column)
    op.create_foreign_key(op.f("fk_releases_resolved_by_users"), "releases", "users", ["resolved_by"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
