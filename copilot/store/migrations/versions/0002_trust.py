"""Class of the knowledge an item cites; audit events that the database itself refuses to change."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review_items", sa.Column("visibility", sa.String(), server_default="staff", nullable=False))
    op.execute(
        """
        create function audit_events_are_append_only() returns trigger language plpgsql as $$
        begin
            raise exception 'audit events are append-only' using errcode = 'insufficient_privilege';
        end $$
        """
    )
    op.execute(
        "create trigger audit_events_no_change before update or delete on audit_events "
        "for each row execute function audit_events_are_append_only()"
    )
    op.execute(
        "create trigger audit_events_no_truncate before truncate on audit_events "
        "for each statement execute function audit_events_are_append_only()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
