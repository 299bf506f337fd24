"""Rules of an item's findings beside the item, so that the queue can be searched by them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "review_items",
        sa.Column("rules", postgresql.ARRAY(sa.TEXT()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.execute(
        """
        update review_items set rules = found.rules
        from (
            select draft_id, version, array_agg(distinct name order by name) as rules
            from draft_versions,
                jsonb_path_query(findings, '$[*].rule') as stored(rule),
                unnest(array[rule #>> '{}', split_part(rule #>> '{}', '.', 1)]) as both_names(name)
            group by draft_id, version
        ) as found
        where found.draft_id = review_items.draft_id and found.version = review_items.version
        """
    )
    op.create_index("ix_review_items_rules", "review_items", ["rules"], postgresql_using="gin")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
