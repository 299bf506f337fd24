"""Sentences are compared after their headings: vectors of sentences by themselves are made again, in the background."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("update passage_words set sentences = null")


def downgrade() -> None:
    op.execute("update passage_words set sentences = null")
