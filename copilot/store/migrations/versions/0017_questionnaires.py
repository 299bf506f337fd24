"""Projects of questionnaires, their questions, and the answer library; notices about assigned questions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_SEARCH = (
    "to_tsvector(case language when 'es' then 'spanish'::regconfig else 'english'::regconfig end, "
    "translate(lower(question), 'áéíóúüñ', 'aeiouun'))"
)


def upgrade() -> None:
    _library_entries()
    _library_versions()
    _rfp_projects()
    _library_changes()
    _rfp_files()
    _rfp_questions()
    _notices()


def _library_entries() -> None:
    op.create_table(
        "library_entries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("sources", _JSON, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("translation_of", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(_SEARCH, persisted=True), nullable=False),
        sa.CheckConstraint("state in ('proposed','approved','retired')", name=op.f("ck_library_entries_state")),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_library_entries_approved_by_users")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_library_entries_created_by_users")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_library_entries_owner_id_users")),
        sa.ForeignKeyConstraint(
            ["translation_of"],
            ["library_entries.id"],
            name=op.f("fk_library_entries_translation_of_library_entries"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_entries")),
    )
    op.create_index(op.f("ix_library_entries_owner_id"), "library_entries", ["owner_id"])
    op.create_index("ix_library_entries_search", "library_entries", ["search"], postgresql_using="gin")


def _library_versions() -> None:
    op.create_table(
        "library_versions",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=True),
        sa.Column("sources", _JSON, nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_library_versions_approved_by_users")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["library_entries.id"],
            name=op.f("fk_library_versions_entry_id_library_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_library_versions_written_by_users")),
        sa.PrimaryKeyConstraint("entry_id", "version", name=op.f("pk_library_versions")),
    )


def _rfp_projects() -> None:
    op.create_table(
        "rfp_projects",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("deadline_text", sa.String(), nullable=False),
        sa.Column("instructions", _JSON, nullable=False),
        sa.Column("warnings", _JSON, nullable=False),
        sa.Column("skipped", _JSON, nullable=False),
        sa.Column("checklist", _JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_by", sa.String(), nullable=True),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('preview','answering','stopped','review','declined')", name=op.f("ck_rfp_projects_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_rfp_projects_account_id_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_rfp_projects_draft_id_drafts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_rfp_projects_owner_id_users")),
        sa.ForeignKeyConstraint(["run_by"], ["users.id"], name=op.f("fk_rfp_projects_run_by_users")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_rfp_projects_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rfp_projects")),
    )
    op.create_index(op.f("ix_rfp_projects_account_id"), "rfp_projects", ["account_id"])
    op.create_index(
        "ix_rfp_projects_answering", "rfp_projects", ["updated_at"], postgresql_where=sa.text("state = 'answering'")
    )
    op.create_index(op.f("ix_rfp_projects_draft_id"), "rfp_projects", ["draft_id"])
    op.create_index(op.f("ix_rfp_projects_owner_id"), "rfp_projects", ["owner_id"])
    op.create_index(op.f("ix_rfp_projects_team_id"), "rfp_projects", ["team_id"])


def _library_changes() -> None:
    op.create_table(
        "library_changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=True),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("sources", _JSON, nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("project_id", sa.String(), nullable=True),
        sa.Column("question_id", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('open','approved','rejected')", name=op.f("ck_library_changes_state")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_library_changes_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["library_entries.id"],
            name=op.f("fk_library_changes_entry_id_library_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_library_changes_owner_id_users")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["rfp_projects.id"],
            name=op.f("fk_library_changes_project_id_rfp_projects"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_library_changes_proposed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_changes")),
    )
    op.create_index(op.f("ix_library_changes_entry_id"), "library_changes", ["entry_id"])
    op.create_index(op.f("ix_library_changes_owner_id"), "library_changes", ["owner_id"])
    op.create_index(op.f("ix_library_changes_project_id"), "library_changes", ["project_id"])


def _rfp_files() -> None:
    op.create_table(
        "rfp_files",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["rfp_projects.id"], name=op.f("fk_rfp_files_project_id_rfp_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_rfp_files")),
    )


def _rfp_questions() -> None:
    op.create_table(
        "rfp_questions",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question", _JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", _JSON, nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("assigned_to", sa.String(), nullable=True),
        sa.Column("assigned_by", sa.String(), nullable=True),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("filed_version", sa.Integer(), nullable=True),
        sa.Column("filed_draft_version", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state in ('waiting','excluded','not_asked','answered','no_source','failed')",
            name=op.f("ck_rfp_questions_state"),
        ),
        sa.ForeignKeyConstraint(["assigned_by"], ["users.id"], name=op.f("fk_rfp_questions_assigned_by_users")),
        sa.ForeignKeyConstraint(["assigned_to"], ["users.id"], name=op.f("fk_rfp_questions_assigned_to_users")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_rfp_questions_draft_id_drafts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["rfp_projects.id"],
            name=op.f("fk_rfp_questions_project_id_rfp_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "question_id", name=op.f("pk_rfp_questions")),
    )
    op.create_index(op.f("ix_rfp_questions_assigned_to"), "rfp_questions", ["assigned_to"])
    op.create_index(op.f("ix_rfp_questions_draft_id"), "rfp_questions", ["draft_id"])
    op.create_index("ix_rfp_questions_position", "rfp_questions", ["project_id", "position"])


def _notices() -> None:
    op.add_column("notifications", sa.Column("rfp_project_id", sa.String(), nullable=True))
    op.create_index(op.f("ix_notifications_rfp_project_id"), "notifications", ["rfp_project_id"])
    op.create_foreign_key(
        op.f("fk_notifications_rfp_project_id_rfp_projects"),
        "notifications",
        "rfp_projects",
        ["rfp_project_id"],
        ["id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
