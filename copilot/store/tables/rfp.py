"""Projects (questionnaires on their way from file to file) and the answer library.

Invariant: what the queue decided is not kept here: a question names the draft it was filed in, and its state is read
from there. A version of a library entry is written once and never changed.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base

_ACCENTED, _PLAIN = "áéíóúüñ", "aeiouun"
SEARCH = (
    "to_tsvector(case language when 'es' then 'spanish'::regconfig else 'english'::regconfig end, "
    f"translate(lower(question), '{_ACCENTED}', '{_PLAIN}'))"
)
"""Made by the server from the question, so that it never says what the question no longer does."""


class RfpProjectRow(Base):
    """One questionnaire and how far it has come."""

    __tablename__ = "rfp_projects"
    __table_args__ = (
        CheckConstraint("state in ('preview','answering','stopped','review','declined')", name="state"),
        Index("ix_rfp_projects_answering", "updated_at", postgresql_where=text("state = 'answering'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id"), index=True)
    """The owner's when it was made; null: they were an administrator, or in no team."""
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    title: Mapped[str]
    file_name: Mapped[str]
    format: Mapped[str]
    language: Mapped[str]
    deadline: Mapped[date | None]
    deadline_text: Mapped[str]
    instructions: Mapped[list[Any]]
    warnings: Mapped[list[Any]]
    skipped: Mapped[list[Any]]
    checklist: Mapped[list[Any]]
    state: Mapped[str]
    """Without what follows from the queue: `packaged` is read from the package's item."""
    failure: Mapped[str] = mapped_column(server_default=text("''"))
    run_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    """Who started the run: it reads what they may see."""
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("drafts.id", ondelete="SET NULL"), index=True)
    """Of the package."""
    included: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Questions that somebody included together last; null: nothing of it can be taken back."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RfpFileRow(Base):
    """The bytes of the questionnaire as it came in; empty: a person in it was erased."""

    __tablename__ = "rfp_files"

    project_id: Mapped[str] = mapped_column(ForeignKey("rfp_projects.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RfpQuestionRow(Base):
    """One question with its answer."""

    __tablename__ = "rfp_questions"
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting','excluded','not_asked','answered','no_source','failed')",
            name="state",
        ),
        Index("ix_rfp_questions_position", "project_id", "position"),
        Index("ix_rfp_questions_to_file", "project_id", postgresql_where=text("to_file is not null")),
    )

    project_id: Mapped[str] = mapped_column(ForeignKey("rfp_projects.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    question: Mapped[dict[str, Any]]
    """With the corrections that people made."""
    state: Mapped[str]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int] = mapped_column(server_default="0")
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    assigned_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("drafts.id", ondelete="SET NULL"), index=True)
    """What it was filed in last."""
    filed_version: Mapped[int | None]
    """The version of the answer that was filed; another one has not been."""
    filed_draft_version: Mapped[int | None]
    """The version of the draft that this made; later ones are edits in the queue."""
    failure: Mapped[str] = mapped_column(server_default=text("''"))
    attempts: Mapped[int] = mapped_column(server_default="0")
    """How many workers began with it and were never heard of again."""
    to_file: Mapped[str | None]
    """It waits to be filed, together with the questions that say the same here: per what, and the first of them."""
    to_file_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    to_file_version: Mapped[int | None]
    """Of the answer that somebody wanted to be filed."""


class LibraryEntryRow(Base):
    """An entry as its newest approved (or first) version has it."""

    __tablename__ = "library_entries"
    __table_args__ = (
        CheckConstraint("state in ('proposed','approved','retired')", name="state"),
        Index("ix_library_entries_search", "search", postgresql_using="gin"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    answer: Mapped[str]
    language: Mapped[str]
    short: Mapped[str | None]
    category: Mapped[str]
    state: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    review_by: Mapped[date | None]
    version: Mapped[int]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    visibility: Mapped[str]
    sources: Mapped[list[Any]]
    origin: Mapped[str]
    translation_of: Mapped[str | None] = mapped_column(ForeignKey("library_entries.id", ondelete="SET NULL"))
    created_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed(SEARCH, persisted=True))


class LibraryVersionRow(Base):
    """What an entry said, and rested on, in one of its versions."""

    __tablename__ = "library_versions"

    entry_id: Mapped[str] = mapped_column(ForeignKey("library_entries.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    answer: Mapped[str]
    short: Mapped[str | None]
    sources: Mapped[list[Any]]
    written_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class LibraryChangeRow(Base):
    """A proposed version of an entry, or a proposed entry."""

    __tablename__ = "library_changes"
    __table_args__ = (CheckConstraint("state in ('open','approved','rejected')", name="state"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("library_entries.id", ondelete="CASCADE"), index=True)
    based_on: Mapped[int | None]
    """The entry's version when it was proposed."""
    question: Mapped[str]
    answer: Mapped[str]
    short: Mapped[str | None]
    language: Mapped[str]
    category: Mapped[str]
    visibility: Mapped[str]
    sources: Mapped[list[Any]]
    proposed_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    project_id: Mapped[str | None] = mapped_column(ForeignKey("rfp_projects.id", ondelete="SET NULL"), index=True)
    question_id: Mapped[str | None]
    """Of the project."""
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[str]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
