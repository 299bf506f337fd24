"""Keep what the page of data sources shows: how many records of a kind and a day came from each system, which triggers
write down statement by statement, and of each import what lists of imports say, beside its report.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_KINDS = {
    "accounts": "account",
    "contacts": "contact",
    "opportunities": "opportunity",
    "activities": "activity",
    "tickets": "ticket",
    "usage_points": "usage_point",
    "surveys": "survey",
    "invoices": "invoice",
    "products": "product",
    "price_book_entries": "price_book_entry",
}
_EVENTS = {
    "insert": ("new table as added", "select source_system, as_of, 1 as number from added"),
    "delete": ("old table as gone", "select source_system, as_of, -1 as number from gone"),
    "update": (
        "old table as gone new table as added",
        "select source_system, as_of, 1 as number from added union all select source_system, as_of, -1 from gone",
    ),
}
"""What a statement's rows add to each number and take away."""
_HEADS = {
    "totals": "jsonb generated always as (report -> 'totals') stored",
    "issues": "jsonb generated always as (report -> 'issues') stored",
    "systems": "jsonb generated always as "
    "(jsonb_path_query_array(report, '$.tables[*] ? (@.record_type != null).system')) stored",
    "documents_removed": "integer generated always as (cast(report ->> 'documents_removed' as integer)) stored",
    "files_removed": "integer generated always as (jsonb_array_length(report -> 'files_removed')) stored",
    "files_unreadable": "integer generated always as (jsonb_array_length(report -> 'unreadable')) stored",
    "tables_left_out": "integer generated always as "
    "(jsonb_array_length(jsonb_path_query_array(report, '$.tables[*] ? (@.left_out != null)'))) stored",
}
"""What is read of a report, of every run that is listed."""


def upgrade() -> None:
    op.create_table(
        "record_counts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_counts")),
    )
    for event, (_, changed) in _EVENTS.items():
        _function(event, changed)
    for table, kind in _KINDS.items():
        # Triggers first: whoever writes waits from here on, so that nothing is missed and nothing counted twice.
        for event, (rows, _) in _EVENTS.items():
            op.execute(
                f"create trigger {table}_counted_{event} after {event} on {table} referencing {rows} "
                f"for each statement execute function count_{event}('{kind}')"
            )
        op.execute(
            "insert into record_counts (record_type, system, as_of, number) "  # noqa: S608 - constants of this module
            f"select '{kind}', source_system, as_of, count(*) from {table} group by source_system, as_of"
        )

    # In one statement, because each would write every report anew.
    op.execute("alter table import_runs " + ", ".join(f"add column {name} {kept}" for name, kept in _HEADS.items()))


def _function(event: str, changed: str) -> None:
    op.execute(
        f"""
        create function count_{event}() returns trigger language plpgsql as $$ begin
            insert into public.record_counts (record_type, system, as_of, number)
            select tg_argv[0], source_system, as_of, sum(number) from ({changed}) changed
            group by source_system, as_of having sum(number) <> 0;
            return null;
        end $$
        """  # noqa: S608 - constants of this module
    )


def downgrade() -> None:
    for name in _HEADS:
        op.drop_column("import_runs", name)
    for event in _EVENTS:
        for table in _KINDS:
            op.execute(f"drop trigger {table}_counted_{event} on {table}")
        op.execute(f"drop function count_{event}()")
    op.drop_table("record_counts")
