"""Find what was filed, or decided, in some weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_review_items_filed", "review_items", ["submitted_at"], postgresql_where=sa.text("version = 1")
    )
    op.create_index(
        "ix_review_items_decided", "review_items", ["decided_at"], postgresql_where=sa.text("decided_at is not null")
    )


def downgrade() -> None:
    op.drop_index("ix_review_items_decided", table_name="review_items")
    op.drop_index("ix_review_items_filed", table_name="review_items")
