"""What happened with an account, its people, its invoices, and what is wrong with its data, over HTTP."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from copilot.domain.data_issues import describe
from copilot.domain.language import Language
from copilot.domain.people_map import Department, Influence, PeopleMap, Person
from copilot.domain.records import Invoice, InvoiceStatus, Stance
from copilot.domain.source_systems import system_name
from copilot.domain.timeline import EntryType, Happening, TimelineEntry, TimelinePage
from copilot.store.account_issues import PlacedIssue


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TimelineEntryOut(_Read):
    """One thing that happened. `path` is the page of its evidence; `whole_day`: only the day is known."""

    type: EntryType
    happening: Happening
    at: datetime
    whole_day: bool
    subject_id: str
    title: str
    code: str | None
    detail: str | None
    who: str | None
    amount: Decimal | None
    currency: str | None
    path: str


class TimelineOut(BaseModel):
    """Entries, the newest first. `next_cursor` is null on the last page."""

    entries: list[TimelineEntryOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: TimelinePage) -> "TimelineOut":
        """A page as read."""
        return cls(
            entries=[_entry(entry) for entry in page.entries],
            next_cursor=page.next_cursor,
        )


def _entry(entry: TimelineEntry) -> TimelineEntryOut:
    return TimelineEntryOut.model_validate(entry)


class TieOut(_Read):
    """Somebody of ours who talks to them."""

    name: str
    count: int
    last: date
    path: str


class PersonOut(BaseModel):
    """A contact on the map. Department and influence are told from the job title's words."""

    contact_id: str
    name: str
    email: str | None
    title: str | None
    stance: Stance | None
    department: Department
    influence: Influence
    last: date | None
    last_path: str | None
    ties: list[TieOut]
    left_on: date | None
    may_be_contacted: bool

    @classmethod
    def of(cls, person: Person) -> "PersonOut":
        """As on the map."""
        contact = person.contact
        return cls(
            contact_id=contact.id,
            name=contact.name,
            email=contact.email,
            title=contact.title,
            stance=contact.stance,
            department=person.department,
            influence=person.influence,
            last=person.last,
            last_path=person.last_path,
            ties=[TieOut.model_validate(tie) for tie in person.ties],
            left_on=contact.left_on,
            may_be_contacted=person.may_be_contacted,
        )


def people_out(people: PeopleMap) -> list[PersonOut]:
    """By department, those who decide first; who left comes last."""
    return [PersonOut.of(person) for person in people.everybody]


class InvoiceOut(BaseModel):
    """An invoice. `overdue_days` is null unless it is open and past its day."""

    id: str
    number: str
    amount: Decimal | None
    currency: str | None
    status: InvoiceStatus
    issued_on: date | None
    due_on: date | None
    paid_on: date | None
    overdue_days: int | None

    @classmethod
    def of(cls, invoice: Invoice, *, today: date) -> "InvoiceOut":
        """As it stands today."""
        late = invoice.status is InvoiceStatus.OPEN and invoice.paid_on is None
        days = (today - invoice.due_on).days if late and invoice.due_on else 0
        return cls(
            **invoice.model_dump(include=set(cls.model_fields) - {"id", "overdue_days"}),
            id=invoice.id,
            overdue_days=days if days > 0 else None,
        )


class DataNote(BaseModel):
    """Something to correct: what it is, and where."""

    id: str
    code: str
    text: str
    record_type: str | None
    record_id: str | None
    system: str | None
    """Name of the system in which it is to be corrected."""
    source_id: str | None
    """Of the record, in that system."""
    file: str | None
    row: int | None

    @classmethod
    def of(cls, placed: PlacedIssue, *, language: Language) -> "DataNote":
        """In the reader's language."""
        issue = placed.issue
        return cls(
            id=issue.id,
            code=issue.code,
            text=describe(issue.code, issue.details, language=language),
            record_type=issue.record_type,
            record_id=issue.record_id,
            system=system_name(placed.source_system) if placed.source_system else None,
            source_id=placed.source_id,
            file=placed.file,
            row=placed.row,
        )
