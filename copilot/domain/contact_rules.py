"""Who may be written to or called: wishes, earlier touches, and which wish holds.

Invariant: an opt-out holds until the same person states a later consent that covers the channel; on the same day the
opt-out wins.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Channel(StrEnum):
    """How somebody is reached."""

    ANY = "any"
    EMAIL = "email"
    PHONE = "phone"


class Wish(StrEnum):
    OPTED_OUT = "opted_out"
    CONSENTED = "consented"


class WishSource(StrEnum):
    """How a wish was stated."""

    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"
    FORM = "form"
    LETTER = "letter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StatedWish:
    """What one person wanted on one day."""

    channel: Channel
    wish: Wish
    stated_on: date
    source: WishSource


class TouchState(StrEnum):
    """How certain it is that somebody was or will be reached."""

    DONE = "done"
    APPROVED = "approved"
    """A draft that is approved and not yet out."""
    PENDING = "pending"
    """A draft that waits for a decision."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One outgoing email or call, logged, imported or ours."""

    moment: datetime
    """When it happened; for a draft that is not out yet, when it was filed."""
    state: TouchState
    sender: str
    """Name of who wrote or called, as the source has it; empty if unknown."""
    contact_ids: frozenset[str]
    """Of the recipients asked about, those whom it reached."""
    of_account: bool = True
    """Whether it went to the draft's account; the same person can be a contact of another one too."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact to whom a draft is addressed. What is not known about it is None."""

    contact_id: str
    account_id: str | None = None
    """None: there is no such contact, or it belongs to no account."""
    name: str = ""
    email: str | None = None
    country: str | None = None
    """Of its account, ISO 3166-1 alpha-2."""
    left_on: date | None = None
    do_not_contact: bool = False
    """In any record of the same person."""
    wishes: tuple[StatedWish, ...] = ()
    inbound: tuple[tuple[date, str], ...] = ()
    """What the person wrote lately: day and text without quoted history."""


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything the rules of contact need to know about one draft."""

    now: datetime
    today: date
    sender: str
    """Name of the person on whose behalf the draft goes out."""
    recipients: tuple[Recipient, ...]
    touches: tuple[Touch, ...] = ()
    """Of the account and of the recipients, newest first."""


def wish_that_holds(wishes: Iterable[StatedWish], *, channel: Channel) -> StatedWish | None:
    """The latest wish about `channel`, or None if none was stated."""
    covering = [item for item in wishes if item.channel in {channel, Channel.ANY} or channel is Channel.ANY]
    return max(covering, key=lambda item: (item.stated_on, item.wish is Wish.OPTED_OUT), default=None)


def address_key(email: str) -> str:
    """SHA-256 (hex) of an address in lower case: what is kept of a person who must not be written to."""
    return hashlib.sha256(email.strip().lower().encode(errors="replace")).hexdigest()
