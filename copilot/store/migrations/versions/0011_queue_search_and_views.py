"""Orders, words and saved views of the queue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RISK_ORDER = "case risk when 'critical' then 0 when 'high' then 1 when 'medium' then 2 else 3 end"
VALUE_ORDER = "coalesce(-value_at_stake, 'Infinity'::numeric)"
UNDECIDED = "('pending', 'in_review', 'changes_requested')"


def upgrade() -> None:
    _add_orders()
    _create_texts()
    _create_functions()
    _create_triggers()
    op.execute("select refresh_review_text(id) from review_items")
    _create_views()


def _add_orders() -> None:
    op.add_column(
        "review_items",
        sa.Column("risk_order", sa.SmallInteger(), sa.Computed(RISK_ORDER, persisted=True), nullable=False),
    )
    op.add_column(
        "review_items", sa.Column("value_order", sa.Numeric(), sa.Computed(VALUE_ORDER, persisted=True), nullable=False)
    )
    op.create_index("ix_review_items_by_risk", "review_items", ["state", "risk_order", "due_at", "id"])
    op.create_index("ix_review_items_by_value", "review_items", ["state", "value_order", "due_at", "id"])
    op.create_index("ix_review_items_account", "review_items", ["account_id", "state", "due_at", "id"])
    op.create_index("ix_review_items_requester", "review_items", ["requester_id", "state", "due_at", "id"])
    op.drop_index("ix_review_items_rules", "review_items")
    op.drop_index("ix_review_items_account_id", "review_items")
    op.drop_index("ix_review_items_requester_id", "review_items")


def _create_functions() -> None:
    # Accents go first: a database of the C locale lowers plain letters only. The Spanish stemmer knows `-cion` and
    # `-sion` by their accent, which folding took away. Cut: PostgreSQL takes no vector of more than a megabyte.
    op.execute(
        r"""
        create function folded_text(written text) returns text language sql immutable strict parallel safe as $$
            select regexp_replace(
                lower(regexp_replace(normalize(left(written, 150000), NFKD), '[\u0300-\u036f]', '', 'g')),
                '([cs])ion\M', '\1ión', 'g'
            )
        $$
        """
    )
    # Names are kept word by word too, so that one which means nothing in the language can be looked for.
    op.execute(
        """
        create function review_words(language text, names text, body text) returns tsvector
        language sql immutable parallel safe as $$
            select to_tsvector(
                    case language when 'es' then 'pg_catalog.spanish'::regconfig
                                  else 'pg_catalog.english'::regconfig end,
                    public.folded_text(coalesce(names, '') || ' . ' || coalesce(body, ''))
                ) || to_tsvector('pg_catalog.simple'::regconfig, public.folded_text(coalesce(names, '')))
        $$
        """
    )
    # Whole words of the question, in either language; a minus sign is a hyphen, not a negation.
    op.execute(
        """
        create function review_query(asked text) returns tsquery language sql immutable strict parallel safe as $$
            select websearch_to_tsquery('pg_catalog.spanish'::regconfig, said)
                || websearch_to_tsquery('pg_catalog.english'::regconfig, said)
                || websearch_to_tsquery('pg_catalog.simple'::regconfig, said)
            from (select replace(public.folded_text(asked), '-', ' ') as said) as plain
        $$
        """
    )
    op.execute(
        """
        create function refresh_review_text(item_id text) returns void language sql as $$
            with anew as (
                select i.id, i.state, i.rules,
                    public.review_words(
                        i.language,
                        concat_ws(' . ', i.title, a.name, u.name, v.content #>> '{email,subject}'),
                        (select string_agg(said #>> '{}', ' . ') from (
                            select jsonb_path_query(v.content, '$.sections[*].title') as said
                            union all select jsonb_path_query(v.content, '$.sections[*].segments[*].text')
                        ) as parts)
                    ) as words,
                    array(
                        select distinct cited #>> '{}'
                        from jsonb_path_query(v.content, '$.evidence[*].account_id') as cited
                        where cited #>> '{}' is not null and cited #>> '{}' is distinct from i.account_id
                    ) as other_accounts
                from public.review_items i
                join public.draft_versions v on v.draft_id = i.draft_id and v.version = i.version
                join public.users u on u.id = i.requester_id
                left join public.accounts a on a.id = i.account_id
                where i.id = item_id
            ), kept as (
                insert into public.review_texts (review_item_id, words, rules, other_accounts)
                select id, words, rules, other_accounts from anew
                on conflict (review_item_id) do update
                set words = excluded.words, rules = excluded.rules, other_accounts = excluded.other_accounts
            )
            insert into public.waiting_texts (review_item_id, words, rules, other_accounts)
            select id, words, rules, other_accounts from anew
            where state in ('pending', 'in_review', 'changes_requested')
            on conflict (review_item_id) do update
            set words = excluded.words, rules = excluded.rules, other_accounts = excluded.other_accounts
        $$
        """
    )


def _create_texts() -> None:
    for table in ("review_texts", "waiting_texts"):
        op.create_table(
            table,
            sa.Column("review_item_id", sa.String(), nullable=False),
            sa.Column("words", postgresql.TSVECTOR(), nullable=False),
            sa.Column("rules", postgresql.ARRAY(sa.TEXT()), nullable=False),
            sa.Column("other_accounts", postgresql.ARRAY(sa.TEXT()), server_default=sa.text("'{}'"), nullable=False),
            sa.ForeignKeyConstraint(
                ["review_item_id"],
                ["review_items.id"],
                name=op.f(f"fk_{table}_review_item_id_review_items"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("review_item_id", name=op.f(f"pk_{table}")),
        )
        op.create_index(f"ix_{table}_words", table, ["words", "rules"], postgresql_using="gin")


def _create_triggers() -> None:
    _trigger("review_items_words_new", "review_items", "after insert", "perform public.refresh_review_text(new.id);")
    _trigger(
        "review_items_words",
        "review_items",
        "after update of title, language, account_id, requester_id, rules",
        "perform public.refresh_review_text(new.id);",
    )
    _trigger(
        "review_items_decided",
        "review_items",
        "after update of state",
        "delete from public.waiting_texts where review_item_id = new.id;",
        when=f"old.state in {UNDECIDED} and new.state not in {UNDECIDED}",
    )
    _trigger(
        "review_items_undecided",
        "review_items",
        "after update of state",
        "perform public.refresh_review_text(new.id);",
        when=f"old.state not in {UNDECIDED} and new.state in {UNDECIDED}",
    )
    _trigger(
        "draft_versions_words",
        "draft_versions",
        "after update of content",
        "perform public.refresh_review_text(id) from public.review_items "
        "where draft_id = new.draft_id and version = new.version;",
    )
    _trigger(
        "accounts_words",
        "accounts",
        "after update of name",
        "perform public.refresh_review_text(id) from public.review_items where account_id = new.id;",
        when="old.name is distinct from new.name",
    )
    _trigger(
        "users_words",
        "users",
        "after update of name",
        "perform public.refresh_review_text(id) from public.review_items where requester_id = new.id;",
        when="old.name is distinct from new.name",
    )


def _trigger(name: str, table: str, event: str, body: str, *, when: str = "true") -> None:
    op.execute(f"create function {name}() returns trigger language plpgsql as $$ begin {body} return null; end $$")
    op.execute(f"create trigger {name} {event} on {table} for each row when ({when}) execute function {name}()")


def _create_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_saved_views_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_views_owner_id")),
    )
    op.create_table(
        "default_views",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("view_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_default_views_user_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_views.id"], name=op.f("fk_default_views_view_id_saved_views"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_default_views")),
    )
    op.create_index(op.f("ix_default_views_view_id"), "default_views", ["view_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
