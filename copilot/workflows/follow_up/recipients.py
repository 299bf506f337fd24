"""To whom a follow-up goes.

Invariant: recipients are contacts of the account, chosen by code or named by a person, and addresses are those of
their records; nothing that stands in a text can add one. Who must not be contacted, left, or has no address is never
one. The release gate asks the rules of contact again.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from copilot.domain.access import Viewer
from copilot.domain.contact_rules import Channel, Wish, wish_that_holds
from copilot.domain.destinations import Mailbox
from copilot.domain.folding import fold
from copilot.domain.records import Contact
from copilot.errors import InputError
from copilot.guardrails.personal_data.name_lists import WORDS
from copilot.store.contact_preferences import ContactPreferenceRepository
from copilot.store.database import UnitOfWork
from copilot.workflows.follow_up.sources import Conversation
from copilot.workflows.follow_up.texts import failure
from copilot.workflows.reading.names import same_person, words

_WORD = re.compile(r"[^\W_]+")
_SIGNS = ".,;:!?¡¿()«»\"' \n"


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


def contacts_called(text: str, contacts: Sequence[Contact], *, account_name: str = "") -> tuple[Contact, ...]:
    """Contacts whom a person names in their own words: by full name, or by a first or family name nobody shares.

    What names the account names nobody, and neither does an everyday word that opens a sentence.
    """
    text = _without_account(text, account_name, contacts)
    said = set(words(text))
    capitals = _written_as_names(text)
    found = []
    for contact in contacts:
        name = words(contact.name)
        whole = len(name) > 1 and set(name[:2]) <= said
        others = {word for item in contacts if item is not contact for word in words(item.name)}
        single = any(word in capitals and word not in others and len(word) > 2 for word in name)
        if whole or single:
            found.append(contact)
    return tuple(found)


def _without_account(text: str, account_name: str, contacts: Sequence[Contact]) -> str:
    """The text without the account's name, or two words of it together, unless just these are a contact's name."""
    wanted = words(account_name)
    spoken = list(_WORD.finditer(text))
    folded = [fold(match.group()) for match in spoken]
    people = [set(words(contact.name)) for contact in contacts]
    place = 0
    while place < len(spoken):
        length = max((_shared(folded[place:], wanted[start:]) for start in range(len(wanted))), default=0)
        run = set(folded[place : place + length])
        is_person = length > 1 and any(run <= person for person in people)
        if not is_person and (length > 1 or 0 < length == len(wanted)):
            start, end = spoken[place].start(), spoken[place + length - 1].end()
            text = text[:start] + " " * (end - start) + text[end:]
        place += max(length, 1)
    return text


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _written_as_names(text: str) -> set[str]:
    """Words with a capital, folded; of those that open a sentence, only what is no everyday word."""
    found = set()
    for line in text.splitlines():
        opens = True
        for word in line.split():
            bare = word.strip(_SIGNS)
            is_everyday = opens and bare != text.strip(_SIGNS) and fold(bare) in WORDS
            if bare[:1].isupper() and not is_everyday:
                found.add(fold(bare))
            opens = word.rstrip(")»\"'").endswith((".", "!", "?"))
    return found


def mailbox(contact: Contact) -> Mailbox:
    """The contact as an addressee."""
    return Mailbox(address=contact.email or "", name=contact.name, contact_id=contact.id)
