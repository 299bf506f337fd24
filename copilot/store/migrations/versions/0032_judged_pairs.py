"""Of each check of a model, how many of the built-in pairs of question and source it judged right: none, so far."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_COLUMNS = ("judged_right", "judged_of")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("model_checks", sa.Column(name, sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
