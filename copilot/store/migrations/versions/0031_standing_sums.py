"""Keep sums over what is kept of every account, and over open deals: triggers write down what every statement changed.

Also kept: of each account how many expansions are open, where it stands on its day (`copilot.store.standing`), and the
name that it is sorted by. Rows have no day any more, and the next computing of scores writes them all.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_EVENTS = {
    "insert": ("new table as added", "select 1 as n, added.* from added"),
    "delete": ("old table as gone", "select -1 as n, gone.* from gone"),
    "update": (
        "old table as gone new table as added",
        "select 1 as n, added.* from added union all select -1, gone.* from gone",
    ),
}
"""What a statement's rows add and take away."""
_STANDING = ("segment", "lifecycle", "arr", "currency", "customer_since", "renewal_date", "churned_on")
_REVENUE = "sum(case when in_currency is not null then n * arr else 0 end)"
_SUM_STANDING = f"""
insert into public.standing_sums (
    about, day, segment, is_customer, owner, is_prospect, is_unclear, health_band, currency, in_currency, compared, way,
    leaves, told_30, told_90, told_180, expansion_band, is_ranked, has_open, place, accounts, revenue
)
select
    case
        when grouping(owner) = 0 then 'parts' when grouping(place) = 0 then 'calendar'
        when grouping(is_ranked) = 0 then 'growth' else 'health'
    end,
    day, segment, is_customer, owner, is_prospect, is_unclear, health_band, currency, in_currency, compared, way,
    leaves, told_30, told_90, told_180, expansion_band, is_ranked, has_open, place, sum(n),
    case when grouping(in_currency) = 0 then {_REVENUE} else 0 end
from (
    select
        n, day, segment, owner, is_customer, is_prospect, lifecycle is null as is_unclear, health_band, currency,
        in_currency, arr, compared, sign(coalesce(steps, 0)) as way, leaves, churn_30 is not null as told_30,
        churn_90 is not null as told_90, churn_180 is not null as told_180, expansion_band,
        expansion is not null as is_ranked, open_expansions > 0 as has_open, place
    from ({{changed}}) changed where day <> '0001-01-01'
) standing
group by grouping sets (
    (day, segment, is_customer, owner, is_prospect, is_unclear),
    (day, segment, is_customer, health_band, currency, in_currency, compared, way, leaves, told_30, told_90, told_180),
    (day, segment, is_customer, health_band, in_currency, expansion_band, is_ranked, has_open),
    (day, segment, is_customer, health_band, in_currency, leaves, place)
)
having (grouping(owner) = 0 or is_customer) and (sum(n) <> 0 or grouping(in_currency) = 0 and {_REVENUE} <> 0)
"""  # noqa: S608 - constants of this module
# Days as numbers: how a session writes a date must not change what a deal is named.
_DAY = "({0} - date '2000-01-01')"
_OPEN = f"row(id, kind, stage, amount, currency, {_DAY.format('created_on')})"
_HISTORY = f"row(id, kind, status, stage, {_DAY.format('created_on')}, {_DAY.format('close_date')})"
_STAGES = f"row(opportunity_id, {_DAY.format('since')}, stage)"


def _hashes(row: str) -> tuple[str, str]:
    first, second = (f"sum(n * hashtextextended(cast({row} as text), {seed})::numeric)" for seed in (0, 1))
    return first, second


def _open_deals() -> str:
    first, second = _hashes(_OPEN)
    return f"""
insert into public.deal_sums (
    about, kind, currency, close_date, has_start, has_amount, has_probability, deals, amount, stated, hash_0, hash_1
)
select
    'open', kind, currency, close_date, created_on is not null as has_start, amount is not null as has_amount,
    probability is not null as has_probability, sum(n), coalesce(sum(n * amount), 0),
    coalesce(sum(n * amount * probability), 0), {first}, {second}
from ({{changed}}) changed
where status = 'open' and account_id is not null
group by kind, currency, close_date, has_start, has_amount, has_probability
having sum(n) <> 0 or {first} <> 0 or {second} <> 0
    or coalesce(sum(n * amount), 0) <> 0 or coalesce(sum(n * amount * probability), 0) <> 0
"""  # noqa: S608 - constants of this module


def _named(about: str, row: str) -> str:
    first, second = _hashes(row)
    return f"""
insert into public.deal_sums (about, deals, hash_0, hash_1)
select '{about}', sum(n), {first}, {second} from ({{changed}}) changed
having sum(n) <> 0 or {first} <> 0 or {second} <> 0
"""  # noqa: S608 - constants of this module


# In the order of the accounts, so that two imports do not wait for each other crosswise.
_EXPANSIONS = """
with opened as (
    select account_id, sum(n) as n from ({changed}) changed
    where account_id is not null and status = 'open' and kind = 'expansion'
    group by account_id having sum(n) <> 0
), held as (
    select standing.account_id from public.account_standing standing
    where standing.account_id in (select account_id from opened) order by standing.account_id for update
)
update public.account_standing standing set open_expansions = standing.open_expansions + opened.n
from opened, held where standing.account_id = opened.account_id and held.account_id = opened.account_id
"""
_SUMMED = {
    "account_standing": ("sum_standing", (_SUM_STANDING,)),
    "opportunities": ("sum_deals", (_open_deals(), _named("history", _HISTORY), _EXPANSIONS)),
    "deal_stages": ("sum_stages", (_named("stages", _STAGES),)),
}


def upgrade() -> None:
    _tables()
    _columns()
    op.execute("update account_standing set day = '0001-01-01'")
    op.execute("delete from workspace where key in ('scores.progress', 'scores.deals')")
    for table, (name, statements) in _SUMMED.items():
        # Triggers first: whoever writes waits from here on, so that nothing is missed and nothing counted twice.
        for event, (rows, changed) in _EVENTS.items():
            body = ";\n".join(statement.format(changed=changed) for statement in statements)
            op.execute(
                f"create function {name}_{event}() returns trigger language plpgsql as $$ begin {body}; "
                "return null; end $$"
            )
            op.execute(
                f"create trigger {table}_summed_{event} after {event} on {table} referencing {rows} "
                f"for each statement execute function {name}_{event}()"
            )
    for statement in (_open_deals(), _named("history", _HISTORY), _EXPANSIONS):
        op.execute(statement.format(changed="select 1 as n, o.* from opportunities o"))
    op.execute(_named("stages", _STAGES).format(changed="select 1 as n, s.* from deal_stages s"))
    _names()


def _tables() -> None:
    text, flag, small = sa.String(), sa.Boolean(), sa.SmallInteger()
    op.create_table(
        "standing_sums",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("about", text, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("segment", text, nullable=True),
        sa.Column("is_customer", flag, nullable=True),
        sa.Column("owner", text, nullable=True),
        sa.Column("is_prospect", flag, nullable=True),
        sa.Column("is_unclear", flag, nullable=True),
        sa.Column("health_band", text, nullable=True),
        sa.Column("currency", text, nullable=True),
        sa.Column("in_currency", text, nullable=True),
        sa.Column("compared", small, nullable=True),
        sa.Column("way", small, nullable=True),
        sa.Column("leaves", small, nullable=True),
        sa.Column("told_30", flag, nullable=True),
        sa.Column("told_90", flag, nullable=True),
        sa.Column("told_180", flag, nullable=True),
        sa.Column("expansion_band", text, nullable=True),
        sa.Column("is_ranked", flag, nullable=True),
        sa.Column("has_open", flag, nullable=True),
        sa.Column("place", small, nullable=True),
        sa.Column("accounts", sa.BigInteger(), nullable=False),
        sa.Column("revenue", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_sums")),
    )
    op.create_table(
        "deal_sums",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("about", text, nullable=False),
        sa.Column("kind", text, nullable=True),
        sa.Column("currency", text, nullable=True),
        sa.Column("close_date", sa.Date(), nullable=True),
        sa.Column("has_start", flag, nullable=True),
        sa.Column("has_amount", flag, nullable=True),
        sa.Column("has_probability", flag, nullable=True),
        sa.Column("deals", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Numeric(), server_default="0", nullable=False)
            for name in ("amount", "stated", "hash_0", "hash_1")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_sums")),
    )


def _columns() -> None:
    for name, of in (
        ("is_customer", sa.Boolean()),
        ("is_prospect", sa.Boolean()),
        ("in_currency", sa.String()),
        ("leaves", sa.SmallInteger()),
        ("place", sa.SmallInteger()),
        ("name_key", sa.String(collation="C")),
    ):
        op.add_column("account_standing", sa.Column(name, of, nullable=True))
    op.add_column("account_standing", sa.Column("open_expansions", sa.Integer(), server_default="0", nullable=False))
    op.create_index(op.f("ix_account_standing_owner"), "account_standing", ["owner"])
    op.create_index("ix_account_standing_names", "account_standing", ["name_key", "account_id"])
    op.create_index(
        "ix_account_standing_strays",
        "account_standing",
        ["account_id"],
        postgresql_where=sa.text("open_expansions > 0 and is_customer is not true"),
    )


def _names() -> None:
    """A name that changed is none to sort by until it is written anew."""
    op.execute("drop trigger accounts_standing_update on accounts")
    copied = ", ".join(f"{name} = new.{name}" for name in _STANDING)
    op.execute(
        f"""
        create or replace function copy_standing() returns trigger language plpgsql as $$ begin
            update public.account_standing set owner = lower(new.owner_email), {copied}, day = '0001-01-01',
                name_key = case when old.name = new.name then name_key end
            where account_id = new.id;
            return null;
        end $$
        """  # noqa: S608 - constants of this module
    )
    _follow(("name", "owner_email", *_STANDING))


def _follow(columns: tuple[str, ...]) -> None:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("old", "new"))
    op.execute(
        "create trigger accounts_standing_update after update on accounts for each row "
        f"when (({old}) is distinct from ({new})) execute function copy_standing()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
