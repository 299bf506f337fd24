"""People of an identity provider, links to choose a password, and what sessions and tokens tell about themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("way", sa.String(), server_default="password", nullable=False))
    op.add_column("sessions", sa.Column("browser", sa.String(), nullable=True))
    op.add_column("sessions", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_tokens", sa.Column("read_only", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("api_tokens", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "password_links",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_password_links_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_password_links")),
        sa.UniqueConstraint("user_id", name=op.f("uq_password_links_user_id")),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("by_groups", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_identities_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identities_user_id")),
    )
    op.create_table(
        "sign_on_flows",
        sa.Column("state_sha256", sa.String(), nullable=False),
        sa.Column("browser_sha256", sa.String(), nullable=False),
        sa.Column("origin_sha256", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("following", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_sha256", name=op.f("pk_sign_on_flows")),
    )
    op.create_index(op.f("ix_sign_on_flows_origin_sha256"), "sign_on_flows", ["origin_sha256"])
    op.create_index(op.f("ix_sign_on_flows_expires_at"), "sign_on_flows", ["expires_at"])


def downgrade() -> None:
    for table in ("sign_on_flows", "identities", "password_links"):
        op.drop_table(table)
    for column in ("last_used_at", "read_only"):
        op.drop_column("api_tokens", column)
    for column in ("last_used_at", "browser", "way"):
        op.drop_column("sessions", column)
