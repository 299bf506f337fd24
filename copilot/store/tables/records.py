"""CRM records. Columns are those of `copilot.domain.records`, plus where they came from."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Identity, Index, Numeric, UniqueConstraint, text
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from copilot.store.tables.base import Base

MONEY = Numeric(18, 2)
_SYSTEMS = "jsonb_path_query_array(report, '$.tables[*] ? (@.record_type != null).system')"
_LEFT_OUT = "jsonb_array_length(jsonb_path_query_array(report, '$.tables[*] ? (@.left_out != null)'))"


class SourceFileRow(Base):
    """A file that was imported. Removing it from the source removes what came only from it."""

    __tablename__ = "source_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    root: Mapped[str] = mapped_column(index=True)
    """Name of the import root (folder), so that a second folder does not remove the first one's files."""
    path: Mapped[str]
    """Path below the root, POSIX."""
    sha256: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    imported_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("root", "path"),)


class ImportRunRow(Base):
    """One run of an import and its report, which may be long: what lists of runs show is kept beside it."""

    __tablename__ = "import_runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    root: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    actor_id: Mapped[str]
    report: Mapped[dict[str, Any]]
    totals: Mapped[dict[str, Any] | None] = mapped_column(Computed("report -> 'totals'", persisted=True))
    issues: Mapped[dict[str, Any] | None] = mapped_column(Computed("report -> 'issues'", persisted=True))
    """Findings by code."""
    systems: Mapped[list[Any] | None] = mapped_column(JSONB, Computed(_SYSTEMS, persisted=True))
    """Of tables that were understood, one for each."""
    documents_removed: Mapped[int | None] = mapped_column(
        Computed("cast(report ->> 'documents_removed' as integer)", persisted=True)
    )
    files_removed: Mapped[int | None] = mapped_column(
        Computed("jsonb_array_length(report -> 'files_removed')", persisted=True)
    )
    files_unreadable: Mapped[int | None] = mapped_column(
        Computed("jsonb_array_length(report -> 'unreadable')", persisted=True)
    )
    tables_left_out: Mapped[int | None] = mapped_column(Computed(_LEFT_OUT, persisted=True))


class DataIssueRow(Base):
    """Something about the data that a person should know: dirt, contradiction, gap. Never dropped silently."""

    __tablename__ = "data_issues"

    id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    """Dotted, e.g. `reference.unknown_product`; texts in both languages are kept by code."""
    record_type: Mapped[str | None]
    record_id: Mapped[str | None] = mapped_column(index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    source_file_id: Mapped[str | None] = mapped_column(ForeignKey("source_files.id", ondelete="CASCADE"), index=True)
    row_number: Mapped[int | None]
    details: Mapped[dict[str, Any]]


class RecordCountRow(Base):
    """How many records of a type, a system and a day there are: the sum over all rows that say so.

    Triggers write a row for what a statement changed, see migration 0030; `copilot.store.record_counts` reads them.
    """

    __tablename__ = "record_counts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_type: Mapped[str]
    system: Mapped[str]
    as_of: Mapped[date]
    number: Mapped[int] = mapped_column(BigInteger)
    """Negative where records went."""


class RecordColumns:
    """Columns that every record table has."""

    id: Mapped[str] = mapped_column(primary_key=True)
    source_system: Mapped[str]
    source_id: Mapped[str]
    as_of: Mapped[date]
    content_hash: Mapped[str]

    @declared_attr
    def source_file_id(cls) -> Mapped[str | None]:  # noqa: N805 - declared_attr is a class-level method
        return mapped_column(ForeignKey("source_files.id", ondelete="SET NULL"), index=True)


class AccountColumns:
    """Columns of records that belong to an account. `account_id` is None while the account is unknown."""

    account_source_id: Mapped[str | None]

    @declared_attr
    def account_id(cls) -> Mapped[str | None]:  # noqa: N805
        return mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)


class AccountRow(RecordColumns, Base):
    __tablename__ = "accounts"

    name: Mapped[str]
    country: Mapped[str | None]
    industry: Mapped[str | None]
    segment: Mapped[str | None]
    website: Mapped[str | None]
    language: Mapped[str | None]
    owner_email: Mapped[str | None] = mapped_column(index=True)
    lifecycle: Mapped[str | None]
    employees: Mapped[int | None]
    annual_revenue: Mapped[Decimal | None] = mapped_column(MONEY)
    arr: Mapped[Decimal | None] = mapped_column(MONEY)
    currency: Mapped[str | None]
    seats_licensed: Mapped[int | None]
    customer_since: Mapped[date | None]
    renewal_date: Mapped[date | None]
    churned_on: Mapped[date | None]
    churn_recorded_on: Mapped[date | None]
    """As of which import `churned_on` was first there; it never moves again, unlike `as_of`."""
    parent_name: Mapped[str | None]
    description: Mapped[str | None]
    search_key: Mapped[str]
    """Name and website, lower case, accents folded, for the account search box."""

    __table_args__ = (
        Index("ix_accounts_search_key", "search_key", postgresql_ops={"search_key": "text_pattern_ops"}),
        Index("ix_accounts_name", "name", "id"),
        Index("ix_accounts_owner_lower", sql_text("lower(owner_email)"), postgresql_include=["id", "owner_email"]),
        # Names and amounts of drafts are looked up across accounts, see `copilot.store.surroundings_elsewhere`.
        Index("ix_accounts_name_key", sql_text("name_key(name)")),
        Index("ix_accounts_host_start", sql_text('"left"(host_key(website), 6)')),
        Index("ix_accounts_arr", "arr"),
    )


class ContactRow(RecordColumns, AccountColumns, Base):
    __tablename__ = "contacts"

    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None]
    title: Mapped[str | None]
    stance: Mapped[str | None]
    language: Mapped[str | None]
    left_on: Mapped[date | None]
    do_not_contact: Mapped[bool] = mapped_column(server_default="false")

    __table_args__ = (
        Index("ix_contacts_person_key", sql_text("person_key(name)")),
        Index("ix_contacts_email_lower", sql_text("lower(email)")),
        Index("ix_contacts_phone_key", sql_text("phone_key(phone)")),
        Index("ix_contacts_left_on", "left_on", postgresql_where=sql_text("left_on is not null")),
    )


class OpportunityRow(RecordColumns, AccountColumns, Base):
    __tablename__ = "opportunities"

    name: Mapped[str]
    kind: Mapped[str | None]
    stage: Mapped[str | None]
    status: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(MONEY)
    currency: Mapped[str | None]
    probability: Mapped[int | None]
    product_name: Mapped[str | None]
    owner_name: Mapped[str | None]
    created_on: Mapped[date | None]
    close_date: Mapped[date | None]
    stage_changed_on: Mapped[date | None]
    next_step: Mapped[str | None]
    lost_reason: Mapped[str | None]

    __table_args__ = (
        Index("ix_opportunities_amount", "amount"),
        Index("ix_opportunities_created_on", "created_on"),
        Index(
            "ix_opportunities_open_closing", "close_date", "name", "id", postgresql_where=sql_text("status = 'open'")
        ),
    )


class ActivityRow(RecordColumns, AccountColumns, Base):
    __tablename__ = "activities"

    kind: Mapped[str]
    occurred_at: Mapped[datetime]
    direction: Mapped[str]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    author: Mapped[str | None]
    participants: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    opportunity_source_id: Mapped[str | None]

    __table_args__ = (
        Index("ix_activities_account_id_occurred_at", "account_id", "occurred_at"),
        Index("ix_activities_occurred_at", "occurred_at"),
    )


class TicketRow(RecordColumns, AccountColumns, Base):
    __tablename__ = "tickets"

    subject: Mapped[str]
    body: Mapped[str | None]
    priority: Mapped[str | None]
    status: Mapped[str]
    category: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]


class UsagePointRow(RecordColumns, AccountColumns, Base):
    __tablename__ = "usage_points"

    metric: Mapped[str]
    period_start: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Numeric(18, 4))

    __table_args__ = (Index("ix_usage_points_series", "account_id", "metric", "period_start"),)


class SurveyRow(RecordColumns, AccountColumns, Base):
    __tablename__ = "surveys"

    contact_name: Mapped[str | None]
    kind: Mapped[str]
    score: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    comment: Mapped[str | None]
    answered_on: Mapped[date]


class InvoiceRow(RecordColumns, AccountColumns, Base):
    __tablename__ = "invoices"

    number: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(MONEY)
    currency: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="open")
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    paid_on: Mapped[date | None]


class ProductRow(RecordColumns, Base):
    __tablename__ = "products"

    name: Mapped[str]
    family: Mapped[str | None]
    list_price: Mapped[Decimal | None] = mapped_column(MONEY)
    currency: Mapped[str | None]
    description: Mapped[str | None]


class PriceBookEntryRow(RecordColumns, Base):
    __tablename__ = "price_book_entries"

    product_name: Mapped[str]
    price_book: Mapped[str]
    unit: Mapped[str | None]
    unit_price: Mapped[Decimal] = mapped_column(MONEY)
    currency: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
