"""What stood for whom in conversations with models."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pseudonym_vaults",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("masked", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_pseudonym_vaults")),
    )
    op.create_table(
        "pseudonym_entries",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("placeholder", sa.String(), nullable=False),
        sa.Column("data_class", sa.String(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("value_key", sa.String(), nullable=False),
        sa.Column("sources", ARRAY(TEXT()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["pseudonym_vaults.conversation_id"],
            name=op.f("fk_pseudonym_entries_conversation_id_pseudonym_vaults"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "placeholder", name=op.f("pk_pseudonym_entries")),
    )
    op.create_index(op.f("ix_pseudonym_entries_value_key"), "pseudonym_entries", ["value_key"])
    op.create_index(op.f("ix_pseudonym_entries_expires_at"), "pseudonym_entries", ["expires_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
