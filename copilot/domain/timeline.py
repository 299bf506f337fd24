"""Everything that happened with an account, in one order.

Invariant: an entry says where it comes from, and leads there; what is known only by its day says so instead of
pretending to a time.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class EntryType(StrEnum):
    """What a timeline can be narrowed to."""

    ACTIVITY = "activity"
    TICKET = "ticket"
    DEAL = "deal"
    SURVEY = "survey"
    INVOICE = "invoice"
    ALERT = "alert"
    DRAFT = "draft"
    DOCUMENT = "document"


class Happening(StrEnum):
    """What happened."""

    ACTIVITY = "activity"
    TICKET_OPENED = "ticket_opened"
    TICKET_CLOSED = "ticket_closed"
    DEAL_CREATED = "deal_created"
    DEAL_STAGE = "deal_stage"
    DEAL_WON = "deal_won"
    DEAL_LOST = "deal_lost"
    SURVEY = "survey"
    INVOICE_ISSUED = "invoice_issued"
    INVOICE_OVERDUE = "invoice_overdue"
    INVOICE_PAID = "invoice_paid"
    ALERT = "alert"
    DRAFT_FILED = "draft_filed"
    DRAFT_RELEASED = "draft_released"
    DOCUMENT = "document"


TYPE_OF: dict[Happening, EntryType] = {
    Happening.ACTIVITY: EntryType.ACTIVITY,
    Happening.TICKET_OPENED: EntryType.TICKET,
    Happening.TICKET_CLOSED: EntryType.TICKET,
    Happening.DEAL_CREATED: EntryType.DEAL,
    Happening.DEAL_STAGE: EntryType.DEAL,
    Happening.DEAL_WON: EntryType.DEAL,
    Happening.DEAL_LOST: EntryType.DEAL,
    Happening.SURVEY: EntryType.SURVEY,
    Happening.INVOICE_ISSUED: EntryType.INVOICE,
    Happening.INVOICE_OVERDUE: EntryType.INVOICE,
    Happening.INVOICE_PAID: EntryType.INVOICE,
    Happening.ALERT: EntryType.ALERT,
    Happening.DRAFT_FILED: EntryType.DRAFT,
    Happening.DRAFT_RELEASED: EntryType.DRAFT,
    Happening.DOCUMENT: EntryType.DOCUMENT,
}
_EVIDENCE_FIELD = {
    Happening.TICKET_OPENED: "subject",
    Happening.TICKET_CLOSED: "closed_at",
    Happening.DEAL_CREATED: "created_on",
    Happening.DEAL_STAGE: "stage",
    Happening.DEAL_WON: "status",
    Happening.DEAL_LOST: "status",
    Happening.SURVEY: "score",
    Happening.INVOICE_ISSUED: "issued_on",
    Happening.INVOICE_OVERDUE: "due_on",
    Happening.INVOICE_PAID: "paid_on",
}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened. `at` is midnight UTC where only the day is known (`whole_day`)."""

    account_id: str
    happening: Happening
    at: datetime
    whole_day: bool
    subject_id: str
    """Of the record, alert, queue entry or document."""
    title: str
    code: str | None = None
    """Which of its kind: the kind of an activity, draft or survey, the priority of a ticket, the cause of an alert."""
    detail: str | None = None
    """More words of the source: a body, a stage, a reason, a comment."""
    who: str | None = None
    amount: Decimal | None = None
    currency: str | None = None

    @property
    def type(self) -> EntryType:
        """What a timeline is narrowed by."""
        return TYPE_OF[self.happening]

    @property
    def path(self) -> str:
        """The page of its evidence."""
        match self.type:
            case EntryType.DOCUMENT:
                return f"/documents/{self.subject_id}"
            case EntryType.DRAFT:
                return f"/queue/{self.subject_id}"
            case EntryType.ALERT:
                return f"/alerts/{self.subject_id}"
            case _:
                return f"/accounts/{self.account_id}/evidence/record:{self.subject_id}:{self._field}"

    @property
    def _field(self) -> str:
        if self.happening is Happening.ACTIVITY:
            return "subject" if self.title else "body" if self.detail else "kind"
        return _EVIDENCE_FIELD[self.happening]


@dataclass(frozen=True, slots=True)
class TimelineFilters:
    """What of a timeline is looked at; nothing chosen is all of it. Days are included."""

    types: frozenset[EntryType] = frozenset()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries, the newest first, and where the next page begins."""

    entries: tuple[TimelineEntry, ...]
    next_cursor: str | None
