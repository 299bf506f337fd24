"""Events of one account, from records and documents.

Invariant: an email, call or meeting that both the CRM and a document hold is one event; each event knows what it may
cite. Nothing later than the business date is among them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind, StoredDocumentHead
from copilot.domain.folding import fold
from copilot.domain.records import Activity, ActivityKind, Record, Survey, Ticket
from copilot.store.documents import DocumentRepository
from copilot.workflows.chat.contract import Scene
from copilot.workflows.reading.names import words
from copilot.workflows.reading.text import stems

MOST_DOCUMENTS = 400
_MOST_NAMES = 3
_SAME_SUBJECT = 0.5
_KINDS = {
    "email": ("correo", "email"),
    "call": ("llamada", "call"),
    "meeting": ("reunión", "meeting"),
    "note": ("nota", "note"),
    "ticket_opened": ("ticket abierto", "ticket opened"),
    "ticket_closed": ("ticket cerrado", "ticket closed"),
    "survey": ("encuesta", "survey"),
    "document": ("documento", "document"),
}
_OF_DOCUMENT = {DocumentKind.EMAIL: "email", DocumentKind.TRANSCRIPT: "call", DocumentKind.NOTE: "note"}
_SPOKEN = frozenset({"call", "meeting"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `moment` orders events of one day."""

    kind: str
    moment: datetime
    subject: str
    who: tuple[str, ...]
    document_id: str | None = None
    record: Record | None = None
    fields: tuple[str, ...] = ()
    """Of the record: what it cites, the one that is quoted first."""
    text: str = ""
    """What is quoted of the record."""

    @property
    def day(self) -> date:
        return self.moment.astimezone(UTC).date()

    def label(self, scene: Scene) -> str:
        """`llamada` / `call`."""
        es, en = _KINDS[self.kind]
        return scene.say(es=es, en=en)

    def mentions(self, topic: str, scene: Scene) -> bool:
        """Whether its words are about the topic."""
        wanted = stems(topic, scene.language)
        return bool(wanted) and wanted <= stems(f"{self.subject} {self.text}", scene.language)


def document_events(account_id: str, scene: Scene) -> Iterator[Event]:
    """Emails, calls, notes and other dated documents."""
    heads = DocumentRepository(scene.uow).of_account(account_id, viewer=scene.viewer, limit=MOST_DOCUMENTS)
    for head in heads:
        if head.authored_at is None or head.authored_at.date() > scene.today:
            continue
        yield Event(
            kind=_OF_DOCUMENT.get(head.kind, "document"),
            moment=head.authored_at,
            subject=head.title,
            who=_people(head),
            document_id=head.id,
        )


def _people(head: StoredDocumentHead) -> tuple[str, ...]:
    if head.kind is DocumentKind.TRANSCRIPT:
        return tuple(name for name in head.participants if "@" not in name)[:_MOST_NAMES]
    return (head.author,) if head.author and "@" not in head.author else ()


def record_events(facts: AccountFacts, scene: Scene) -> Iterator[Event]:
    """What the CRM logged: activities, tickets, surveys."""
    for activity in facts.activities:
        yield _of_activity(activity)
    for ticket in facts.tickets:
        yield from _of_ticket(ticket, scene)
    for survey in facts.surveys:
        yield _of_survey(survey)


def _of_activity(activity: Activity) -> Event:
    text = activity.body or activity.subject or ""
    field = "body" if activity.body else "subject"
    people = [activity.author, *activity.participants]
    return Event(
        kind=activity.kind.value if activity.kind is not ActivityKind.NOTE else "note",
        moment=activity.occurred_at,
        subject=activity.subject or "",
        who=tuple(dict.fromkeys(name for name in people if name and "@" not in name))[:_MOST_NAMES],
        record=activity,
        fields=(field, "occurred_at", "author", "participants", "kind"),
        text=text,
    )


def _of_ticket(ticket: Ticket, scene: Scene) -> Iterator[Event]:
    fields = ("subject", "opened_at", "priority")
    yield Event("ticket_opened", ticket.opened_at, ticket.subject, (), None, ticket, fields, ticket.subject)
    if ticket.closed_at is not None and ticket.closed_at.date() <= scene.today:
        fields = ("subject", "closed_at", "priority")
        yield Event("ticket_closed", ticket.closed_at, ticket.subject, (), None, ticket, fields, ticket.subject)


def _of_survey(survey: Survey) -> Event:
    moment = datetime.combine(survey.answered_on, datetime.min.time(), UTC)
    fields = ("comment", "kind", "score", "answered_on", "contact_name")
    who = (survey.contact_name,) if survey.contact_name else ()
    return Event("survey", moment, survey.kind.value, who, None, survey, fields, survey.comment or "")


def without_repeats(events: Iterable[Event]) -> list[Event]:
    """Newest first, each once: what the CRM logged beside the text itself gives way to the text."""
    kept: list[Event] = []
    for event in sorted(events, key=lambda item: (item.day, item.document_id is not None), reverse=True):
        if not any(_same(event, other) for other in kept):
            kept.append(event)
    return sorted(kept, key=lambda item: item.moment, reverse=True)


def _same(event: Event, other: Event) -> bool:
    if event.day != other.day or (event.document_id is None) == (other.document_id is None):
        return False
    if event.kind in _SPOKEN and other.kind in _SPOKEN:
        return _share_person(event.who, other.who)
    return event.kind == other.kind and (_alike(event.subject, other.subject) or event.kind == "email")


def _share_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a given name is in both; without names on one side a call of that day is that call."""
    first, second = ({words(name)[0] for name in names if words(name)} for names in (one, other))
    return not first or not second or bool(first & second)


def _alike(one: str, other: str) -> bool:
    first, second = ({word for word in fold(text).split() if len(word) > 3} for text in (one, other))
    return bool(first and second) and len(first & second) >= _SAME_SUBJECT * min(len(first), len(second))
