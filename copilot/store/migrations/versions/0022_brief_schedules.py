"""When briefs are made by themselves; saved views of the portfolio beside those of the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _schedules()
    _occasions()
    _bases()
    _owner_changes()
    _views()


def _key(column: str, target: str, table: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _schedules() -> None:
    table = "brief_schedules"
    op.create_table(
        table,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("hours_before", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("from_change", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("counts_from", _MOMENT, nullable=False),
        sa.CheckConstraint("occasion in ('meeting','weekly','owner_change','once')", name=op.f(f"ck_{table}_occasion")),
        sa.CheckConstraint(
            "occasion <> 'meeting' or hours_before between 1 and 168", name=op.f(f"ck_{table}_hours_before")
        ),
        sa.CheckConstraint(
            "occasion <> 'weekly' or (weekday between 0 and 6 and hour between 0 and 23)",
            name=op.f(f"ck_{table}_weekday_and_hour"),
        ),
        _key("owner_id", "users", table),
        _key("account_id", "accounts", table),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])
    op.create_index(
        f"uq_{table}_wish", table, ["owner_id", sa.text("coalesce(account_id, '')"), "occasion"], unique=True
    )


def _occasions() -> None:
    table = "brief_occasions"
    op.create_table(
        table,
        sa.Column("schedule_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("review_item_id", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("happened_at", _MOMENT, nullable=False),
        sa.CheckConstraint("outcome in ('made','unchanged','failed')", name=op.f(f"ck_{table}_outcome")),
        _key("schedule_id", "brief_schedules", table),
        _key("account_id", "accounts", table),
        _key("review_item_id", "review_items", table, ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("schedule_id", "account_id", "key", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])
    op.create_index(op.f(f"ix_{table}_review_item_id"), table, ["review_item_id"])
    op.create_index(f"ix_{table}_schedule_id", table, ["schedule_id", "happened_at"])


def _bases() -> None:
    op.create_table(
        "brief_bases",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        _key("draft_id", "drafts", "brief_bases"),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_brief_bases")),
    )


def _owner_changes() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("owner_change_numbers")))
    op.create_table(
        "owner_changes",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _key("account_id", "accounts", "owner_changes"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_owner_changes")),
    )
    op.create_index(op.f("ix_owner_changes_number"), "owner_changes", ["number"])
    op.execute("""
        create function note_owner_change() returns trigger language plpgsql as $$ begin
            insert into owner_changes (account_id, number) values (new.id, nextval('owner_change_numbers'))
            on conflict (account_id) do update set number = excluded.number;
            return null;
        end $$
    """)
    op.execute("""
        create trigger accounts_owner_change after update of owner_email on accounts for each row
        when (lower(old.owner_email) is distinct from lower(new.owner_email)) execute function note_owner_change()
    """)


def _views() -> None:
    for table in ("saved_views", "default_views"):
        op.add_column(table, sa.Column("page", sa.String(), server_default="queue", nullable=False))
        op.create_check_constraint(op.f(f"ck_{table}_page"), table, "page in ('queue','portfolio')")
    op.drop_constraint(op.f("uq_saved_views_owner_id"), "saved_views")
    op.create_unique_constraint(op.f("uq_saved_views_owner_id"), "saved_views", ["owner_id", "page", "name"])
    op.drop_constraint(op.f("pk_default_views"), "default_views")
    op.create_primary_key(op.f("pk_default_views"), "default_views", ["user_id", "page"])


def downgrade() -> None:
    op.execute("delete from saved_views where page <> 'queue'")
    op.drop_constraint(op.f("pk_default_views"), "default_views")
    op.create_primary_key(op.f("pk_default_views"), "default_views", ["user_id"])
    op.drop_constraint(op.f("uq_saved_views_owner_id"), "saved_views")
    op.create_unique_constraint(op.f("uq_saved_views_owner_id"), "saved_views", ["owner_id", "name"])
    for table in ("saved_views", "default_views"):
        op.drop_constraint(op.f(f"ck_{table}_page"), table)
        op.drop_column(table, "page")
    op.execute("drop trigger accounts_owner_change on accounts")
    op.execute("drop function note_owner_change()")
    for table in ("owner_changes", "brief_bases", "brief_occasions", "brief_schedules"):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("owner_change_numbers")))
