"""What a follow-up can follow: calls, meetings and emails in which the customer took part.

Invariant: a text that the customer did not write, say, hear or receive is never a source: no note of ours, no internal
email, no call among ourselves. Everything is what the viewer may see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind, StoredDocument, StoredDocumentHead
from copilot.domain.language import Language
from copilot.domain.records import Activity, ActivityKind, Contact, Direction
from copilot.errors import InputError
from copilot.workflows.follow_up.choices import FollowUpRequest
from copilot.workflows.follow_up.texts import failure
from copilot.workflows.reading.names import same_person, words
from copilot.workflows.reading.sentences import day_of
from copilot.workflows.reading.text import stems
from copilot.workflows.reading.types import Reading, Side

_LISTED = 20
_SPOKEN = frozenset({ActivityKind.CALL, ActivityKind.MEETING})
_OUTSIDE = frozenset({Direction.INBOUND.value, Direction.OUTBOUND.value})
_SAME_TALK = timedelta(days=1)
"""How far the record of a call can lie from its transcript."""
_CALL_WORDS = frozenset({"llamada", "reunion", "videollamada", "call", "meeting", "phone"})
_MAIL_WORDS = frozenset({"correo", "email", "mail", "mensaje", "message"})


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """One conversation to choose from, newest first in a list."""

    document_id: str
    title: str
    day: date
    kind: DocumentKind
    people: tuple[str, ...]
    """Names of the customer's people who took part."""
    activity_id: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The text that is followed up, and the thread around it."""

    main: StoredDocument
    thread: tuple[StoredDocument, ...]
    """Oldest first, `main` among them; of a call only itself. See `known_to` for what its readers had."""
    contacts: tuple[Contact, ...]
    """Contacts of the account who took part, the one who wrote or spoke most first."""

    @property
    def is_email(self) -> bool:
        return self.main.kind is DocumentKind.EMAIL

    def known_to(self, readers: Sequence[Contact]) -> "Conversation":
        """With only those messages around the main one that every reader had."""
        addresses = {contact.email.lower() for contact in readers if contact.email}
        kept = [
            item
            for item in self.thread
            if item is self.main or addresses <= {entry.lower() for entry in item.participants}
        ]
        return replace(self, thread=tuple(kept))

    @property
    def document_ids(self) -> frozenset[str]:
        return frozenset(item.id for item in self.thread)


def customer_facing(documents: Sequence[StoredDocument], reading: Reading) -> tuple[StoredDocument, ...]:
    """The texts with the customer, newest first."""
    heard = {item.document_id for item in reading.sentences if item.side is Side.CUSTOMER}
    kept = [
        item
        for item in documents
        if (item.kind is DocumentKind.TRANSCRIPT and item.id in heard)
        or (item.kind is DocumentKind.EMAIL and item.direction in _OUTSIDE)
    ]
    return tuple(sorted(kept, key=lambda item: (day_of(item), item.authored_at or item.imported_at, item.id))[::-1])


def may_be_followed_up(document: StoredDocumentHead, facts: AccountFacts) -> bool:
    """Whether a text looks like one with the customer, by what is known of it without reading it."""
    if document.kind is DocumentKind.EMAIL:
        return document.direction in _OUTSIDE
    names = [entry for entry in document.participants if "@" not in entry]
    customers = [item.name for item in facts.contacts]
    return document.kind is DocumentKind.TRANSCRIPT and any(
        _could_be(entry, name) for entry in names for name in customers
    )


def _could_be(entry: str, name: str) -> bool:
    """A full name, or the first name that transcripts often have."""
    return same_person(entry, name) or words(entry) == words(name)[:1]


def choices(facts: AccountFacts, documents: Sequence[StoredDocument], reading: Reading) -> tuple[SourceChoice, ...]:
    """What can be chosen, newest first, at most twenty."""
    found = [item for item in customer_facing(documents, reading) if day_of(item) <= facts.today][:_LISTED]
    return tuple(
        SourceChoice(
            document_id=item.id,
            title=item.title,
            day=day_of(item),
            kind=item.kind,
            people=tuple(contact.name for contact in taking_part(item, facts.contacts, reading)),
            activity_id=next((act.id for act in facts.activities if _is_of(act, item)), None),
        )
        for item in found
    )


def conversation(
    facts: AccountFacts,
    documents: Sequence[StoredDocument],
    reading: Reading,
    *,
    wanted: FollowUpRequest,
    viewer: Viewer,
) -> Conversation:
    """The conversation asked for, else the latest one that the request speaks of. Raises InputError."""
    known = tuple(item for item in customer_facing(documents, reading) if day_of(item) <= facts.today)
    if not known:
        raise failure(InputError, "no_source", viewer)
    main = _asked_for(known, facts, reading, wanted, viewer)
    contacts = taking_part(main, facts.contacts, reading)
    return Conversation(main=main, thread=_thread(main, known), contacts=contacts)


def _asked_for(
    known: Sequence[StoredDocument], facts: AccountFacts, reading: Reading, wanted: FollowUpRequest, viewer: Viewer
) -> StoredDocument:
    if wanted.document_id is not None:
        chosen = next((item for item in known if item.id == wanted.document_id), None)
    elif wanted.activity_id is not None:
        activity = next((item for item in facts.activities if item.id == wanted.activity_id), None)
        chosen = next((item for item in known if activity is not None and _is_of(activity, item)), None)
    else:
        return _best(known, facts, reading, wanted)
    if chosen is None:
        raise failure(InputError, "unknown_source", viewer)
    return chosen


def _best(
    known: Sequence[StoredDocument], facts: AccountFacts, reading: Reading, wanted: FollowUpRequest
) -> StoredDocument:
    """The latest; with a request, the one with most of its words in title and kind, the people asked for first."""
    people = [contact for contact in facts.contacts if contact.id in wanted.recipient_contact_ids]

    def worth(document: StoredDocument) -> tuple[int, int]:
        there = sum(contact in taking_part(document, facts.contacts, reading) for contact in people)
        return there, _words_shared(wanted.request, document, account_name=facts.account.name)

    # `known` is newest first, and of equals the first is taken.
    return max(known, key=worth)


def _words_shared(request: str, document: StoredDocument, *, account_name: str) -> int:
    """The account's own name chooses nothing: each of its texts may bear it."""
    named = {word for language in Language for word in stems(account_name, language)}
    said = {word for language in Language for word in stems(request, language)} - named
    titled = {word for language in Language for word in stems(document.title, language)}
    plain = frozenset(request.lower().replace("ó", "o").split())
    right_kind = (document.kind is DocumentKind.TRANSCRIPT and bool(plain & _CALL_WORDS)) or (
        document.kind is DocumentKind.EMAIL and bool(plain & _MAIL_WORDS)
    )
    return 2 * len(said & titled) + int(right_kind)


def _is_of(activity: Activity, document: StoredDocument) -> bool:
    """Whether a record of the CRM is of this text: the same kind, the same day, and a shared subject or person."""
    spoken = document.kind is DocumentKind.TRANSCRIPT
    if (activity.kind in _SPOKEN) is not spoken or (activity.kind is ActivityKind.EMAIL) is spoken:
        return False
    if abs(activity.occurred_at.date() - day_of(document)) > _SAME_TALK:
        return False
    if spoken:
        return True
    shared = stems(activity.subject or "", Language.EN) & stems(document.title, Language.EN)
    return bool(shared)


def taking_part(document: StoredDocument, contacts: Sequence[Contact], reading: Reading) -> tuple[Contact, ...]:
    """Contacts who wrote, spoke, or stand in the headers; who says most comes first, then in order of the headers."""
    said: dict[str, int] = {}
    for item in reading.sentences:
        if item.document_id == document.id and item.speaker:
            said[item.speaker] = said.get(item.speaker, 0) + len(item.text)
    places = {entry.lower(): place for place, entry in enumerate(document.participants)}

    def rank(contact: Contact) -> tuple[int, int]:
        spoken = sum(length for name, length in said.items() if same_person(name, contact.name))
        return -spoken, min(_places(contact, places), default=len(places))

    there = [item for item in contacts if rank(item)[0] < 0 or list(_places(item, places))]
    return tuple(sorted(there, key=rank))


def _places(contact: Contact, places: dict[str, int]) -> Iterator[int]:
    for entry, place in places.items():
        address = contact.email is not None and entry == contact.email.lower()
        if address or ("@" not in entry and same_person(entry, contact.name)):
            yield place


def _thread(main: StoredDocument, known: Sequence[StoredDocument]) -> tuple[StoredDocument, ...]:
    """Messages that answer each other around `main`, oldest first."""
    if main.kind is not DocumentKind.EMAIL or not main.message_id:
        return (main,)
    by_id = {item.message_id: item for item in known if item.message_id}
    root = main
    seen = {main.message_id}
    while root.in_reply_to in by_id and root.in_reply_to not in seen:
        seen.add(root.in_reply_to)
        root = by_id[root.in_reply_to]
    found = [root]
    for item in sorted(by_id.values(), key=lambda one: (one.authored_at or one.imported_at, one.id)):
        if item is not root and item.in_reply_to in {one.message_id for one in found}:
            found.append(item)
    return tuple(found)
