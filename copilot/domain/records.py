"""CRM records as they are after import.

Invariant: every record keeps the system it came from, its id there, and the date its data is as of.
Money is `Decimal` with its currency beside it; dates are dates; instants are UTC.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.identity import stable_id


class Lifecycle(StrEnum):
    PROSPECT = "prospect"
    CUSTOMER = "customer"
    CHURNED = "churned"


class Stance(StrEnum):
    """How a contact stands towards us, as the team recorded it."""

    CHAMPION = "champion"
    SUPPORTER = "supporter"
    NEUTRAL = "neutral"
    SCEPTIC = "sceptic"
    BLOCKER = "blocker"


class OpportunityKind(StrEnum):
    NEW_BUSINESS = "new_business"
    RENEWAL = "renewal"
    EXPANSION = "expansion"


class OpportunityStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ActivityKind(StrEnum):
    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"
    NOTE = "note"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Priority(StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class TicketStatus(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"


class SurveyKind(StrEnum):
    NPS = "NPS"
    CSAT = "CSAT"
    CES = "CES"


class InvoiceStatus(StrEnum):
    OPEN = "open"
    """Also when a part of it is paid."""
    PAID = "paid"
    VOID = "void"
    """Cancelled or credited: nobody owes it."""


class Record(BaseModel):
    """What all records share. `source_id` is unique per `source_system` and record type."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    record_type: ClassVar[str]

    source_system: str = Field(min_length=1)
    source_id: str = Field(min_length=1)
    as_of: date

    @property
    def id(self) -> str:
        """Stable identifier, see `identity.stable_id`."""
        return stable_id(self.record_type, self.source_system, self.source_id)


class Account(Record):
    """A company we sell to. `arr` is annual recurring revenue in `currency`."""

    record_type = "account"
    name: str = Field(min_length=1)
    country: str | None = None
    """ISO 3166-1 alpha-2 where it could be recognised, else the text of the export."""
    industry: str | None = None
    segment: str | None = None
    website: str | None = None
    language: str | None = None
    owner_email: str | None = None
    """Email of the AE or CSM who owns the account; matched to a user at read time."""
    lifecycle: Lifecycle | None = None
    employees: int | None = Field(default=None, ge=0)
    annual_revenue: Decimal | None = None
    arr: Decimal | None = None
    currency: str | None = None
    seats_licensed: int | None = Field(default=None, ge=0)
    customer_since: date | None = None
    renewal_date: date | None = None
    churned_on: date | None = None
    """Their last day as a customer; later than the data while only notice was given."""
    parent_name: str | None = None
    description: str | None = None


class Contact(Record):
    record_type = "contact"
    account_source_id: str | None = None
    name: str = Field(min_length=1)
    email: str | None = None
    phone: str | None = None
    title: str | None = None
    stance: Stance | None = None
    language: str | None = None
    left_on: date | None = None
    do_not_contact: bool = False


class Opportunity(Record):
    record_type = "opportunity"
    account_source_id: str | None = None
    name: str = Field(min_length=1)
    kind: OpportunityKind | None = None
    stage: str | None = None
    """The stage's name in the source system."""
    status: OpportunityStatus = OpportunityStatus.OPEN
    amount: Decimal | None = None
    currency: str | None = None
    probability: int | None = Field(default=None, ge=0, le=100)
    """Percent, as the source system states it."""
    product_name: str | None = None
    owner_name: str | None = None
    created_on: date | None = None
    close_date: date | None = None
    """Expected while open, actual once won or lost."""
    stage_changed_on: date | None = None
    next_step: str | None = None
    lost_reason: str | None = None


class Activity(Record):
    """An email, call, meeting or note. Long texts live in documents, `body` holds the note itself."""

    record_type = "activity"
    account_source_id: str | None = None
    kind: ActivityKind
    occurred_at: datetime
    direction: Direction = Direction.INTERNAL
    subject: str | None = None
    body: str | None = None
    author: str | None = None
    participants: tuple[str, ...] = ()
    opportunity_source_id: str | None = None


class Ticket(Record):
    record_type = "ticket"
    account_source_id: str | None = None
    subject: str = Field(min_length=1)
    body: str | None = None
    priority: Priority | None = None
    status: TicketStatus = TicketStatus.OPEN
    category: str | None = None
    opened_at: datetime
    closed_at: datetime | None = None


class UsagePoint(Record):
    """One measured value of one metric for the period that starts on `period_start`."""

    record_type = "usage_point"
    account_source_id: str | None = None
    metric: str = Field(min_length=1)
    period_start: date
    value: Decimal


class Survey(Record):
    """One answer. `score` is 0-10 for NPS, 1-5 for CSAT, 1-7 for CES."""

    record_type = "survey"
    account_source_id: str | None = None
    contact_name: str | None = None
    kind: SurveyKind
    score: Decimal
    comment: str | None = None
    answered_on: date


class Invoice(Record):
    """What we asked the account to pay. A credit note has a negative `amount`."""

    record_type = "invoice"
    account_source_id: str | None = None
    number: str = Field(min_length=1)
    amount: Decimal | None = None
    currency: str | None = None
    status: InvoiceStatus = InvoiceStatus.OPEN
    issued_on: date | None = None
    due_on: date | None = None
    paid_on: date | None = None
    """The day the last of it was paid; unknown although it is paid where an export says only that."""


class Product(Record):
    record_type = "product"
    name: str = Field(min_length=1)
    family: str | None = None
    list_price: Decimal | None = None
    currency: str | None = None
    description: str | None = None


class PriceBookEntry(Record):
    record_type = "price_book_entry"
    product_name: str = Field(min_length=1)
    price_book: str = "standard"
    unit: str | None = None
    unit_price: Decimal
    currency: str
    valid_from: date | None = None
    valid_to: date | None = None


RECORD_TYPES: tuple[type[Record], ...] = (
    Account,
    Contact,
    Opportunity,
    Activity,
    Ticket,
    UsagePoint,
    Survey,
    Invoice,
    Product,
    PriceBookEntry,
)
"""In import order: what others refer to comes first."""
