"""Keep what sums over a portfolio need of every account in one narrow row: what its record says, which triggers copy,
and what its scores say on a day and a week before, which the computing of scores writes. A row of no day yet says
nothing about scores, see `copilot.store.standing`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_COPIED = ("segment", "lifecycle", "arr", "currency", "customer_since", "renewal_date", "churned_on")


def upgrade() -> None:
    op.create_table(
        "account_standing",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("lifecycle", sa.String(), nullable=True),
        sa.Column("arr", sa.Numeric(18, 2), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("customer_since", sa.Date(), nullable=True),
        sa.Column("renewal_date", sa.Date(), nullable=True),
        sa.Column("churned_on", sa.Date(), nullable=True),
        sa.Column("day", sa.Date(), server_default=sa.text("'0001-01-01'"), nullable=False),
        sa.Column("health", sa.Float(), nullable=True),
        sa.Column("health_band", sa.String(), nullable=True),
        sa.Column("compared", sa.SmallInteger(), nullable=True),
        sa.Column("steps", sa.SmallInteger(), nullable=True),
        sa.Column("change", sa.Float(), nullable=True),
        *(
            column
            for kind in ("churn_30", "churn_90", "churn_180")
            for column in (
                sa.Column(kind, sa.Float(), nullable=True),
                sa.Column(f"{kind}_before", sa.Float(), nullable=True),
                sa.Column(f"{kind}_before_by", sa.String(), nullable=True),
            )
        ),
        sa.Column("expansion", sa.Float(), nullable=True),
        sa.Column("expansion_band", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_standing_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_standing")),
    )
    for name in ("day", "customer_since", "churned_on", "renewal_date", "health"):
        op.create_index(op.f(f"ix_account_standing_{name}"), "account_standing", [name])
    op.create_index("ix_account_standing_moves", "account_standing", [sa.text("steps desc"), "change"])
    op.create_index(
        "ix_opportunities_open_closing",
        "opportunities",
        ["close_date", "name", "id"],
        postgresql_where=sa.text("status = 'open'"),
    )
    _copy_from("accounts")
    _triggers()


def _copy_from(source: str) -> None:
    columns = ", ".join(_COPIED)
    op.execute(
        f"insert into account_standing (account_id, owner, {columns}) "  # noqa: S608 - constants of this module
        f"select id, lower(owner_email), {columns} from {source}"
    )


def _triggers() -> None:
    columns = ", ".join(_COPIED)
    op.execute(
        f"""
        create function copy_new_standing() returns trigger language plpgsql as $$ begin
            insert into public.account_standing (account_id, owner, {columns})
            select id, lower(owner_email), {columns} from added;
            return null;
        end $$
        """  # noqa: S608 - constants of this module
    )
    op.execute(
        "create trigger accounts_standing_insert after insert on accounts referencing new table as added "
        "for each statement execute function copy_new_standing()"
    )
    copied = ", ".join(f"{name} = new.{name}" for name in _COPIED)
    op.execute(
        f"""
        create function copy_standing() returns trigger language plpgsql as $$ begin
            update public.account_standing set owner = lower(new.owner_email), {copied}, day = '0001-01-01'
            where account_id = new.id;
            return null;
        end $$
        """  # noqa: S608 - constants of this module
    )
    old, new = (", ".join(f"{row}.{name}" for name in ("owner_email", *_COPIED)) for row in ("old", "new"))
    op.execute(
        "create trigger accounts_standing_update after update on accounts for each row "
        f"when (({old}) is distinct from ({new})) execute function copy_standing()"
    )


def downgrade() -> None:
    op.execute("drop trigger accounts_standing_update on accounts")
    op.execute("drop trigger accounts_standing_insert on accounts")
    op.execute("drop function copy_standing()")
    op.execute("drop function copy_new_standing()")
    op.drop_index("ix_opportunities_open_closing", table_name="opportunities")
    op.drop_table("account_standing")
