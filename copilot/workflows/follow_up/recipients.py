"""To whom a follow-up goes.

Invariant: recipients are contacts of the account, chosen by code or named by a person, and addresses are those of
their records; nothing that stands in a text can add one. Who must not be contacted, left, or has no address is never
one. The release gate asks the rules of contact again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.domain.access import Viewer
from copilot.domain.contact_rules import Channel, Wish, wish_that_holds
from copilot.domain.destinations import Mailbox
from copilot.domain.folding import fold
from copilot.domain.records import Contact
from copilot.errors import InputError
from copilot.store.contact_preferences import ContactPreferenceRepository
from copilot.store.database import UnitOfWork
from copilot.workflows.follow_up.sources import Conversation
from copilot.workflows.follow_up.texts import failure
from copilot.workflows.reading.names import same_person, words


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who gets it, and why it is they: `named`, `wrote`, `spoke` or `received`."""

    to: tuple[Contact, ...]
    cc: tuple[Contact, ...] = ()
    why: str = "named"

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(item.id for item in (*self.to, *self.cc))

    @property
    def main(self) -> Contact:
        """By whom language and form of address are chosen."""
        return self.to[0]


def may_be_written_to(contact: Contact, *, today: date, uow: UnitOfWork) -> bool:
    """Whether the contact has an address, is still there and did not ask to be left alone."""
    if not contact.email or contact.do_not_contact:
        return False
    if contact.left_on is not None and contact.left_on <= today:
        return False
    stated = ContactPreferenceRepository(uow).stated(contact_id=contact.id, email=contact.email)
    wish = wish_that_holds(stated, channel=Channel.EMAIL)
    return wish is None or wish.wish is not Wish.OPTED_OUT


def choose(
    talk: Conversation,
    contacts: Sequence[Contact],
    *,
    named: Sequence[str],
    today: date,
    viewer: Viewer,
    uow: UnitOfWork,
) -> Recipients:
    """The people of the conversation, or those named by contact id. Raises InputError with candidates in words."""
    open_to = [item for item in contacts if may_be_written_to(item, today=today, uow=uow)]
    if not open_to:
        raise failure(InputError, "nobody_to_write_to", viewer)
    if named:
        return Recipients(to=_named(named, contacts, open_to, viewer))
    there = [item for item in talk.contacts if item in open_to]
    if not there:
        raise failure(InputError, "no_recipient", viewer, names=[item.name for item in open_to])
    if not talk.is_email:
        return Recipients(to=tuple(there), why="spoke")
    if talk.main.direction == "inbound":
        wrote = [item for item in there if same_person(item.name, talk.main.author or "")] or _by_address(talk, there)
        if not wrote:
            # Whoever wrote is no contact: to answer only those in copy would be to choose for them.
            raise failure(InputError, "no_recipient", viewer, names=[item.name for item in open_to])
        return Recipients(to=tuple(wrote), cc=tuple(item for item in there if item not in wrote), why="wrote")
    first = _first_receiver(talk, contacts)
    if first is None or first not in there:
        raise failure(InputError, "no_recipient", viewer, names=[item.name for item in open_to])
    return Recipients(to=(first,), cc=tuple(item for item in there if item is not first), why="received")


def _first_receiver(talk: Conversation, contacts: Sequence[Contact]) -> Contact | None:
    """The contact to whom our message was addressed first, whether or not they may be written to now."""
    known = {item.email.lower(): item for item in contacts if item.email}
    return next((known[entry.lower()] for entry in talk.main.participants if entry.lower() in known), None)


def _by_address(talk: Conversation, there: Iterable[Contact]) -> list[Contact]:
    sender = talk.main.participants[0].lower() if talk.main.participants else ""
    return [item for item in there if item.email and item.email.lower() == sender]


def _named(
    named: Sequence[str], contacts: Sequence[Contact], open_to: Sequence[Contact], viewer: Viewer
) -> tuple[Contact, ...]:
    by_id = {item.id: item for item in contacts}
    chosen = []
    for contact_id in dict.fromkeys(named):
        contact = by_id.get(contact_id)
        if contact is None:
            raise failure(InputError, "unknown_contact", viewer, names=[item.name for item in open_to])
        if contact not in open_to:
            names = [item.name for item in open_to]
            raise failure(InputError, "not_to_be_written_to", viewer, names=names, who=contact.name)
        chosen.append(contact)
    return tuple(chosen)


def contacts_called(text: str, contacts: Sequence[Contact]) -> tuple[Contact, ...]:
    """Contacts whom a person names in their own words: by full name, or by a first or family name nobody shares."""
    said = set(words(text))
    capitals = {fold(word.strip(".,;:!?¡¿()")) for word in text.split() if word[:1].isupper()}
    found = []
    for contact in contacts:
        name = words(contact.name)
        whole = len(name) > 1 and set(name[:2]) <= said
        others = {word for item in contacts if item is not contact for word in words(item.name)}
        single = any(word in capitals and word not in others and len(word) > 2 for word in name)
        if whole or single:
            found.append(contact)
    return tuple(found)


def mailbox(contact: Contact) -> Mailbox:
    """The contact as an addressee."""
    return Mailbox(address=contact.email or "", name=contact.name, contact_id=contact.id)
