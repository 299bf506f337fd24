"""Who chose by hand which model makes the scores, and when: retraining leaves such a choice alone. That role and team
of a person follow their groups is said of the person: it outlives a link to the identity provider that is undone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("score_models", sa.Column("chosen_by", sa.String(), nullable=True))
    op.add_column("score_models", sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("by_groups", sa.Boolean(), server_default="false", nullable=False))
    op.execute("update users set by_groups = true from identities where user_id = users.id and identities.by_groups")
    op.drop_column("identities", "by_groups")


def downgrade() -> None:
    op.add_column("identities", sa.Column("by_groups", sa.Boolean(), server_default="false", nullable=False))
    op.execute("update identities set by_groups = true from users where users.id = user_id and users.by_groups")
    op.drop_column("users", "by_groups")
    op.drop_column("score_models", "chosen_at")
    op.drop_column("score_models", "chosen_by")
