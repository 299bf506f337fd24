"""Recipients of drafts as people: all contacts with the same address, and what the person wishes.

Invariant: a wish and a ban on contact hold for the person, in whichever record and account they were noted; nobody may
write to somebody whose erasure was asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, or_, select

from copilot.domain.contact_rules import Channel, Recipient, StatedWish, Wish, WishSource, address_key
from copilot.domain.folding import fold
from copilot.store.database import UnitOfWork
from copilot.store.erasure_requests import IS_TO_BE_ERASED
from copilot.store.tables.contacts import ContactPreferenceRow
from copilot.store.tables.records import AccountRow, ContactRow


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient with everything that they are recognised by."""

    recipient: Recipient
    ids: frozenset[str]
    """Of all contacts with the same address, the one asked for included."""
    accounts: frozenset[str]
    known_as: frozenset[str]
    """Folded names and addresses."""

    @property
    def id(self) -> str:
        """Of the contact asked for."""
        return self.recipient.contact_id


def read_persons(uow: UnitOfWork, contact_ids: Sequence[str]) -> list[Person]:
    """In the order asked for; a contact that does not exist is a person of whom nothing is known."""
    asked = list(dict.fromkeys(contact_ids))
    # What is not plain text is no identifier of ours, and some of it the database would refuse.
    plain = [item for item in asked if item.isascii() and item.isprintable()]
    addresses = select(func.lower(ContactRow.email)).where(ContactRow.id.in_(plain), ContactRow.email.is_not(None))
    rows = uow.session.execute(
        select(
            ContactRow.id,
            ContactRow.name,
            ContactRow.email,
            ContactRow.account_id,
            ContactRow.left_on,
            or_(ContactRow.do_not_contact, IS_TO_BE_ERASED).label("do_not_contact"),
            AccountRow.country,
        )
        .outerjoin(AccountRow, AccountRow.id == ContactRow.account_id)
        .where(or_(ContactRow.id.in_(plain), func.lower(ContactRow.email).in_(addresses)))
        .order_by(ContactRow.id)
    ).all()
    return _with_wishes(uow, [_person(contact_id, rows) for contact_id in asked])


def reached(persons: Iterable[Person], named: Iterable[str]) -> frozenset[str]:
    """Ids of the persons whose name or address is among `named`."""
    folded = {fold(item) for item in named}
    return frozenset(person.id for person in persons if person.known_as & folded)


def _person(contact_id: str, rows: Sequence[Any]) -> Person:
    own = next((row for row in rows if row.id == contact_id), None)
    if own is None:
        return Person(Recipient(contact_id=contact_id), frozenset({contact_id}), frozenset(), frozenset())
    same = [row for row in rows if row.id == contact_id or _same(row.email, own.email)]
    recipient = Recipient(
        contact_id=contact_id,
        account_id=own.account_id,
        name=own.name,
        email=own.email,
        country=own.country,
        left_on=own.left_on,
        do_not_contact=any(row.do_not_contact for row in same),
    )
    return Person(
        recipient=recipient,
        ids=frozenset(row.id for row in same),
        accounts=frozenset(row.account_id for row in same if row.account_id),
        known_as=frozenset(fold(item) for row in same for item in (row.name, row.email) if item),
    )


def _same(address: str | None, other: str | None) -> bool:
    return bool(address and other) and str(address).lower() == str(other).lower()


def _with_wishes(uow: UnitOfWork, persons: list[Person]) -> list[Person]:
    owner: dict[str, set[str]] = defaultdict(set)
    for person in persons:
        keys = person.ids | ({address_key(person.recipient.email)} if person.recipient.email else set())
        for key in keys:
            owner[key].add(person.id)
    row = ContactPreferenceRow
    stated: dict[str, list[StatedWish]] = defaultdict(list)
    for item in uow.session.scalars(
        select(row).where(or_(row.contact_id.in_(owner), row.address_sha256.in_(owner))).order_by(row.recorded_at)
    ):
        wish = StatedWish(Channel(item.channel), Wish(item.wish), item.stated_on, WishSource(item.source))
        for person_id in {
            found for key in (item.contact_id, item.address_sha256) if key for found in owner.get(key, ())
        }:
            stated[person_id].append(wish)
    return [replace(person, recipient=replace(person.recipient, wishes=tuple(stated[person.id]))) for person in persons]
