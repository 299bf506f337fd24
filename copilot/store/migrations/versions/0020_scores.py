"""Invoices, the day an account left, and what is computed of accounts by day: signals, scores, models, alerts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_MONEY = sa.Numeric(18, 2)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("churned_on", sa.Date(), nullable=True))
    op.add_column("accounts", sa.Column("churn_recorded_on", sa.Date(), nullable=True))
    _invoices()
    _signals()
    _scores()
    _alerts()
    _deals()
    op.add_column("passage_words", sa.Column("sentences", sa.LargeBinary(), nullable=True))
    op.execute("alter table passage_words alter column sentences set storage external")  # no bits to be saved there


def _account(table: str, *, nullable: bool = False) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts"), ondelete="CASCADE"
    )
    return sa.Column("account_id", sa.String(), nullable=nullable), key


def _invoices() -> None:
    account, key = _account("invoices", nullable=True)
    op.create_table(
        "invoices",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("amount", _MONEY, nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("status", sa.String(), server_default="open", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source_system", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("source_file_id", sa.String(), nullable=True),
        sa.Column("account_source_id", sa.String(), nullable=True),
        account,
        key,
        sa.ForeignKeyConstraint(
            ["source_file_id"],
            ["source_files.id"],
            name=op.f("fk_invoices_source_file_id_source_files"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
    )
    op.create_index(op.f("ix_invoices_account_id"), "invoices", ["account_id"])
    op.create_index(op.f("ix_invoices_source_file_id"), "invoices", ["source_file_id"])


def _signals() -> None:
    op.create_index("ix_contacts_left_on", "contacts", ["left_on"], postgresql_where=sa.text("left_on is not null"))
    account, key = _account("text_signals")
    op.create_table(
        "text_signals",
        account,
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("evidence_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        key,
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_text_signals_document_id_documents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "evidence_id", name=op.f("pk_text_signals")),
    )
    op.create_index(op.f("ix_text_signals_document_id"), "text_signals", ["document_id"])
    op.create_index("ix_text_signals_account_id_day", "text_signals", ["account_id", "day"])
    account, key = _account("texts_read")
    op.create_table(
        "texts_read",
        account,
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        key,
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_texts_read")),
    )
    account, key = _account("signal_snapshots")
    op.create_table(
        "signal_snapshots",
        account,
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("values", _JSON, nullable=False),
        key,
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_signal_snapshots")),
    )


def _scores() -> None:
    op.create_table(
        "score_models",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trained_on", sa.Date(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("model", _JSON, nullable=True),
        sa.Column("report", _JSON, nullable=False),
        sa.Column("used_from", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_models")),
    )
    op.create_index("ix_score_models_kind_trained_at", "score_models", ["kind", "trained_at"])
    account, key = _account("account_scores")
    op.create_table(
        "account_scores",
        account,
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("missing", sa.String(), nullable=True),
        sa.Column("base", sa.Float(), nullable=False),
        sa.Column("parts", _JSON, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        key,
        sa.PrimaryKeyConstraint("account_id", "kind", "day", name=op.f("pk_account_scores")),
    )
    op.create_index(op.f("ix_account_scores_written_at"), "account_scores", ["written_at"])
    op.create_index("ix_account_scores_latest", "account_scores", ["kind", "account_id", sa.text("day desc")])
    account, key = _account("scores_due")
    op.create_table(
        "scores_due",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        account,
        key,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores_due")),
    )
    op.create_index(op.f("ix_scores_due_account_id"), "scores_due", ["account_id"])
    _noted()


_OF_ACCOUNT = (
    "contacts", "opportunities", "activities", "tickets", "usage_points", "surveys", "invoices", "documents",
)  # fmt: skip
_SAYS_NOTHING = "array['as_of', 'source_file_id', 'content_hash']"
"""Columns that move with every import."""


def _noted() -> None:
    """Whatever changes an account's records notes that its scores are due. A row each time: nobody waits for a lock.

    An account that goes takes its records along, and then there is nothing to score.
    """
    op.execute(
        """
        create function note_scores_due() returns trigger language plpgsql as $$ begin
            insert into public.scores_due (account_id)
            select a.id from public.accounts a where a.id in (select c.account_id from changed c);
            return null;
        end $$
        """
    )
    op.execute(
        """
        create function note_score_due() returns trigger language plpgsql as $$ begin
            insert into public.scores_due (account_id)
            select a.id from public.accounts a where a.id in (old.account_id, new.account_id);
            return null;
        end $$
        """
    )
    op.execute(
        """
        create function note_account_due() returns trigger language plpgsql as $$ begin
            insert into public.scores_due (account_id) values (new.id);
            return null;
        end $$
        """
    )
    for table in _OF_ACCOUNT:
        for event, rows in (("insert", "new"), ("delete", "old")):
            op.execute(
                f"create trigger {table}_score_{event} after {event} on {table} "
                f"referencing {rows} table as changed for each statement execute function note_scores_due()"
            )
        _on_update(table, "note_score_due")
    op.execute(
        "create trigger accounts_score_insert after insert on accounts for each row execute function note_account_due()"
    )
    _on_update("accounts", "note_account_due")


def _on_update(table: str, function: str) -> None:
    changed = f"(to_jsonb(old) - {_SAYS_NOTHING}) is distinct from (to_jsonb(new) - {_SAYS_NOTHING})"
    op.execute(
        f"create trigger {table}_score_update after update on {table} for each row when ({changed}) "
        f"execute function {function}()"
    )


def _alerts() -> None:
    account, key = _account("alerts")
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(), nullable=False),
        account,
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("score_kind", sa.String(), nullable=False),
        sa.Column("before", sa.Float(), nullable=True),
        sa.Column("before_day", sa.Date(), nullable=True),
        sa.Column("now", sa.Float(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("moved", _JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("steps_done", postgresql.ARRAY(sa.TEXT()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("item_id", sa.String(), nullable=True),
        sa.Column("outreach_item_id", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        key,
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_alerts_owner_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_owner_id"), "alerts", ["owner_id"])
    op.create_index("ix_alerts_account_id", "alerts", ["account_id", "kind", "opened_at"])
    op.create_index(
        "uq_alerts_one_open",
        "alerts",
        ["account_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state in ('open', 'snoozed')"),
    )
    op.create_table(
        "alerts_held",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "owner_id", name=op.f("pk_alerts_held")),
    )


def _deals() -> None:
    op.create_table(
        "deal_stages",
        sa.Column("opportunity_id", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunities.id"],
            name=op.f("fk_deal_stages_opportunity_id_opportunities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("opportunity_id", "since", name=op.f("pk_deal_stages")),
    )


def downgrade() -> None:
    op.drop_column("passage_words", "sentences")
    for table in (*_OF_ACCOUNT, "accounts"):
        for event in ("insert", "update", "delete"):
            op.execute(f"drop trigger if exists {table}_score_{event} on {table}")
    for function in ("note_scores_due", "note_score_due", "note_account_due"):
        op.execute(f"drop function {function}()")
    for table in (
        "deal_stages", "alerts_held", "alerts", "scores_due", "account_scores", "score_models", "signal_snapshots", "texts_read", "text_signals",
        "invoices",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_contacts_left_on", "contacts")
    op.drop_column("accounts", "churn_recorded_on")
    op.drop_column("accounts", "churned_on")
