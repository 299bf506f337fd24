"""Keep the signals that accounts are compared by, and note from which day on a changed record counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_DATED = {
    "opportunities": "{row}.created_on",
    "activities": "cast({row}.occurred_at at time zone 'UTC' as date)",
    "tickets": "cast({row}.opened_at at time zone 'UTC' as date)",
    "usage_points": "{row}.period_start",
    "surveys": "{row}.answered_on",
    "invoices": "coalesce({row}.issued_on, {row}.due_on)",
    "documents": "cast({row}.authored_at at time zone 'UTC' as date)",
}
"""Records that say nothing about a day before this one. Contacts and accounts do: they have no date."""
_FIRST = (
    ("ix_tickets_opened_at", "tickets", "opened_at", None),
    ("ix_activities_occurred_at", "activities", "occurred_at", None),
    ("ix_documents_of_accounts_authored_at", "documents", "authored_at", "account_id is not null"),
    ("ix_opportunities_created_on", "opportunities", "created_on", None),
)
"""When anything of a kind was recorded first is asked for every table of signals."""
_SAYS_NOTHING = "array['as_of', 'source_file_id', 'content_hash']"
"""As in migration 0020."""


def upgrade() -> None:
    op.create_table(
        "account_signals",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("values", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("industry", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("arr", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("recorded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_signals_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_account_signals")),
    )
    op.add_column("scores_due", sa.Column("since", sa.Date(), server_default=sa.text("'0001-01-01'"), nullable=False))
    for name, table, column, where in _FIRST:
        op.create_index(name, table, [column], postgresql_where=sa.text(where) if where else None)
    for table, dated in _DATED.items():
        _note_since(table, dated)
        _triggers(table, of_many=f"note_{table}_due", of_one=f"note_{table}_changed")


def _note_since(table: str, dated: str) -> None:
    """Both dates of a record that moved count: what it said before is no longer so."""
    of_many = f"min(coalesce({dated.format(row='c')}, '0001-01-01'))"
    op.execute(
        f"""
        create function note_{table}_due() returns trigger language plpgsql as $$ begin
            insert into public.scores_due (account_id, since)
            select a.id, {of_many} from changed c join public.accounts a on a.id = c.account_id group by a.id;
            return null;
        end $$
        """  # noqa: S608 - all parts are constants of this module
    )
    old, new = (f"coalesce({dated.format(row=row)}, '0001-01-01')" for row in ("old", "new"))
    op.execute(
        f"""
        create function note_{table}_changed() returns trigger language plpgsql as $$ begin
            insert into public.scores_due (account_id, since)
            select a.id, least({old}, {new}) from public.accounts a where a.id in (old.account_id, new.account_id);
            return null;
        end $$
        """  # noqa: S608 - all parts are constants of this module
    )


def _triggers(table: str, *, of_many: str, of_one: str) -> None:
    for event, rows in (("insert", "new"), ("delete", "old")):
        op.execute(f"drop trigger {table}_score_{event} on {table}")
        op.execute(
            f"create trigger {table}_score_{event} after {event} on {table} "
            f"referencing {rows} table as changed for each statement execute function {of_many}()"
        )
    changed = f"(to_jsonb(old) - {_SAYS_NOTHING}) is distinct from (to_jsonb(new) - {_SAYS_NOTHING})"
    op.execute(f"drop trigger {table}_score_update on {table}")
    op.execute(
        f"create trigger {table}_score_update after update on {table} for each row when ({changed}) "
        f"execute function {of_one}()"
    )


def downgrade() -> None:
    for table in _DATED:
        _triggers(table, of_many="note_scores_due", of_one="note_score_due")
        op.execute(f"drop function note_{table}_due()")
        op.execute(f"drop function note_{table}_changed()")
    for name, table, *_ in _FIRST:
        op.drop_index(name, table_name=table)
    op.drop_column("scores_due", "since")
    op.drop_table("account_signals")
