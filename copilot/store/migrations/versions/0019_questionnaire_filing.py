"""Answers that wait to be filed in the background; questions that were included together."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    included = sa.Column("included", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    op.add_column("rfp_projects", included)
    op.add_column("rfp_questions", sa.Column("to_file", sa.String(), nullable=True))
    op.add_column("rfp_questions", sa.Column("to_file_by", sa.String(), nullable=True))
    op.add_column("rfp_questions", sa.Column("to_file_version", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_rfp_questions_to_file_by_users"), "rfp_questions", "users", ["to_file_by"], ["id"])
    op.create_index(
        "ix_rfp_questions_to_file",
        "rfp_questions",
        ["project_id"],
        postgresql_where=sa.text("to_file is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_rfp_questions_to_file", table_name="rfp_questions")
    op.drop_constraint(op.f("fk_rfp_questions_to_file_by_users"), "rfp_questions", type_="foreignkey")
    for column in ("to_file_version", "to_file_by", "to_file"):
        op.drop_column("rfp_questions", column)
    op.drop_column("rfp_projects", "included")
