"""Which fields each record type takes from a table, and how their cells are read.

Invariant: every field of `copilot.domain.records` that a table can fill is listed; the helper fields below
exist only while a row is being read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from copilot.domain.records import (
    RECORD_TYPES,
    ActivityKind,
    Direction,
    InvoiceStatus,
    Lifecycle,
    OpportunityKind,
    OpportunityStatus,
    Priority,
    Record,
    Stance,
    SurveyKind,
    TicketStatus,
)


class ValueKind(StrEnum):
    """How the cells of a field are read."""

    TEXT = "text"
    IDENTIFIER = "identifier"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    COUNTRY = "country"
    LANGUAGE = "language"
    CURRENCY = "currency"
    EMAIL = "email"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """How one field is read. `past` marks dates that cannot lie after the data's own date."""

    kind: ValueKind
    choice: type[StrEnum] | None = None
    past: bool = False
    several: bool = False
    """Whether several columns may feed it."""


_T, _ID, _INT = Field(ValueKind.TEXT), Field(ValueKind.IDENTIFIER), Field(ValueKind.INTEGER)
_MONEY, _DATE, _PAST = Field(ValueKind.MONEY), Field(ValueKind.DATE), Field(ValueKind.DATE, past=True)
_CURRENCY, _BOOLEAN, _INSTANT = Field(ValueKind.CURRENCY), Field(ValueKind.BOOLEAN), Field(ValueKind.INSTANT, past=True)
_LANGUAGE, _EMAIL, _DETAILS = Field(ValueKind.LANGUAGE), Field(ValueKind.EMAIL), Field(ValueKind.TEXT, several=True)


def _choice(choice: type[StrEnum]) -> Field:
    return Field(ValueKind.CHOICE, choice=choice)


_ACCOUNT_REFERENCE = {"account_source_id": _ID, "account_name": _T}

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "account": {
        "source_id": _ID, "name": _T, "country": Field(ValueKind.COUNTRY), "industry": _T, "segment": _T, "website": _T,
        "language": _LANGUAGE, "owner_email": _EMAIL, "owner_name": _T, "lifecycle": _choice(Lifecycle),
        "employees": _INT, "annual_revenue": _MONEY, "arr": _MONEY, "currency": _CURRENCY, "seats_licensed": _INT,
        "customer_since": _PAST, "renewal_date": _DATE, "churned_on": _DATE, "parent_name": _T, "description": _T,
        "details": _DETAILS,
    },
    "contact": {
        "source_id": _ID, **_ACCOUNT_REFERENCE, "name": _T, "first_name": _T, "last_name": _T, "email": _EMAIL,
        "phone": _T, "title": _T, "stance": _choice(Stance), "language": _LANGUAGE, "left_on": _PAST,
        "do_not_contact": _BOOLEAN,
    },
    "opportunity": {
        "source_id": _ID, **_ACCOUNT_REFERENCE, "name": _T, "kind": _choice(OpportunityKind), "stage": _T,
        "status": _choice(OpportunityStatus), "amount": _MONEY, "currency": _CURRENCY,
        "probability": Field(ValueKind.PERCENT), "product_name": _T, "owner_name": _T, "created_on": _PAST,
        "close_date": _DATE, "stage_changed_on": _PAST, "next_step": _T, "next_step_on": _T, "lost_reason": _T,
        "is_won": _BOOLEAN, "is_closed": _BOOLEAN,
    },
    "activity": {
        "source_id": _ID, **_ACCOUNT_REFERENCE, "kind": _choice(ActivityKind), "occurred_at": _INSTANT,
        "direction": _choice(Direction), "subject": _T, "body": _T, "author": _T,
        "participants": Field(ValueKind.LIST, several=True), "counterpart": _T, "opportunity_source_id": _ID,
        "details": _DETAILS,
    },
    "ticket": {
        "source_id": _ID, **_ACCOUNT_REFERENCE, "subject": _T, "body": _T, "priority": _choice(Priority),
        "status": _choice(TicketStatus), "category": _T, "opened_at": _INSTANT, "closed_at": _INSTANT,
    },
    "usage_point": {
        "source_id": _ID, **_ACCOUNT_REFERENCE, "metric": _T, "period_start": _PAST, "value": Field(ValueKind.NUMBER),
        "metrics": Field(ValueKind.NUMBER, several=True),
    },
    "survey": {
        "source_id": _ID, **_ACCOUNT_REFERENCE, "contact_name": _T, "kind": _choice(SurveyKind),
        "score": Field(ValueKind.NUMBER), "comment": _T, "answered_on": _PAST,
    },
    "invoice": {
        "source_id": _ID, **_ACCOUNT_REFERENCE, "number": _ID, "amount": _MONEY, "currency": _CURRENCY,
        "status": _choice(InvoiceStatus), "issued_on": _PAST, "due_on": _DATE, "paid_on": _PAST, "balance": _MONEY,
    },
    "product": {
        "source_id": _ID, "name": _T, "family": _T, "list_price": _MONEY, "currency": _CURRENCY, "description": _T,
    },
    "price_book_entry": {
        "source_id": _ID, "product_name": _T, "price_book": _T, "unit": _T, "unit_price": _MONEY,
        "currency": _CURRENCY, "valid_from": _DATE, "valid_to": _DATE,
    },
}  # fmt: skip
"""Readable fields by record type. Not fields of a record: `account_name`, `owner_name` (account), `first_name`,
`last_name`, `is_won`, `is_closed`, `next_step_on`, `counterpart`, `balance` (what is left to pay), `details` (text
appended with its column's name) and `metrics` (columns that are each a metric of their own)."""

RECORD_CLASSES: Mapping[str, type[Record]] = {record.record_type: record for record in RECORD_TYPES}
IMPORT_ORDER: tuple[str, ...] = tuple(RECORD_CLASSES)

ESSENTIAL: Mapping[str, tuple[frozenset[str], ...]] = {
    "account": (frozenset({"name"}),),
    "contact": (frozenset({"name", "first_name", "last_name", "email"}),),
    "opportunity": (frozenset({"name", "product_name", "source_id"}), frozenset({"stage", "status", "amount"})),
    "activity": (frozenset({"occurred_at"}), frozenset({"subject", "body", "kind"})),
    "ticket": (frozenset({"subject"}), frozenset({"opened_at"})),
    "usage_point": (frozenset({"period_start"}), frozenset({"value", "metrics"})),
    "survey": (frozenset({"score"}), frozenset({"answered_on"})),
    "invoice": (frozenset({"number", "source_id"}), frozenset({"issued_on", "due_on", "paid_on"})),
    "product": (frozenset({"name"}), frozenset({"list_price", "family", "description", "source_id"})),
    "price_book_entry": (frozenset({"product_name"}), frozenset({"unit_price"})),
}
"""Of each set at least one field must be mapped, or no row of the table could become a record of the type."""
