"""Conversations, the checkpointer's tables, and the team that an item was asked for in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_NO_LIST = sa.text("'[]'")
_EMPTY = sa.text("''")
_CHECKPOINTER_VERSION = 9
"""The last of the checkpointer's own migrations that `_checkpoints` stands for."""


def upgrade() -> None:
    _threads()
    _turns()
    _checkpoints()
    _team_of_items()


def _threads() -> None:
    op.create_table(
        "chat_threads",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("context", _JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_chat_threads_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_threads")),
    )
    op.create_index("ix_chat_threads_user_id", "chat_threads", ["user_id", "updated_at"])
    op.create_index(op.f("ix_chat_threads_updated_at"), "chat_threads", ["updated_at"])


def _turns() -> None:
    op.create_table(
        "chat_turns",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("alive_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan", _JSON, nullable=True),
        sa.Column("step_names", _JSON, server_default=_NO_LIST, nullable=False),
        sa.Column("filed", _JSON, server_default=_NO_LIST, nullable=False),
        sa.Column("draft", _JSON, nullable=True),
        sa.Column("item_id", sa.String(), nullable=True),
        sa.Column("clarification", _JSON, nullable=True),
        sa.Column("refusal", _JSON, nullable=True),
        sa.Column("suggestions", _JSON, server_default=_NO_LIST, nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state in ('running','answered','held','asked','refused','failed')", name=op.f("ck_chat_turns_state")
        ),
        sa.CheckConstraint(
            "verdict is null or verdict in ('accepted','corrected','reported')", name=op.f("ck_chat_turns_verdict")
        ),
        sa.CheckConstraint("(state = 'running') = (finished_at is null)", name=op.f("ck_chat_turns_finished_at")),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["chat_threads.id"], name=op.f("fk_chat_turns_thread_id_chat_threads"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_chat_turns_item_id_review_items"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_turns")),
        sa.UniqueConstraint("thread_id", "position", name=op.f("uq_chat_turns_thread_id")),
    )
    op.create_index(op.f("ix_chat_turns_item_id"), "chat_turns", ["item_id"])
    op.create_index(
        "uq_chat_turns_running",
        "chat_turns",
        ["thread_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )


def _checkpoints() -> None:
    """What the checkpointer's `setup` would make, which the application's role has no right to do; a test compares."""
    op.create_table(
        "checkpoint_migrations",
        sa.Column("v", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("v", name=op.f("pk_checkpoint_migrations")),
    )
    op.execute(f"insert into checkpoint_migrations (v) select generate_series(0, {_CHECKPOINTER_VERSION})")
    op.create_table(
        "checkpoints",
        *_of_turn(),
        sa.Column("checkpoint_id", sa.String(), nullable=False),
        sa.Column("parent_checkpoint_id", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("checkpoint", _JSON, nullable=False),
        sa.Column("metadata", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("thread_id", "checkpoint_ns", "checkpoint_id", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "checkpoint_blobs",
        *_of_turn(),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("thread_id", "checkpoint_ns", "channel", "version", name=op.f("pk_checkpoint_blobs")),
    )
    op.create_table(
        "checkpoint_writes",
        *_of_turn(),
        sa.Column("checkpoint_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("task_path", sa.String(), server_default=_EMPTY, nullable=False),
        sa.PrimaryKeyConstraint(
            "thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx", name=op.f("pk_checkpoint_writes")
        ),
    )
    for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
        op.create_index(op.f(f"ix_{table}_thread_id"), table, ["thread_id"])


def _of_turn() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("checkpoint_ns", sa.String(), server_default=_EMPTY, nullable=False),
    )


def _team_of_items() -> None:
    op.add_column("review_items", sa.Column("team_id", sa.String(), nullable=True))
    op.create_foreign_key(
        op.f("fk_review_items_team_id_teams"), "review_items", "teams", ["team_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_review_items_of_team",
        "review_items",
        ["team_id", "state", "due_at", "id"],
        postgresql_where=sa.text("account_id is null and team_id is not null"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
