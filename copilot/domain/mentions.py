"""Who and what a message names, among what its writer may see.

Invariant: a mention carries places in the text and records of accounts, contacts and colleagues that the viewer may
know of; several records mean that the words fit all of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedAccount:
    """An account by name. `country` is ISO 3166-1 alpha-2 where known."""

    id: str
    name: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class NamedContact:
    """A contact of a visible account."""

    id: str
    name: str
    account_id: str
    account_name: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user of this installation."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name accounts, or people. One of the three is filled, people may be both contact and colleague."""

    start: int
    end: int
    accounts: tuple[NamedAccount, ...] = ()
    contacts: tuple[NamedContact, ...] = ()
    colleagues: tuple[Colleague, ...] = ()


@dataclass(frozen=True, slots=True)
class Mentions:
    """Everything a text names, in order of its places, without overlaps."""

    accounts: tuple[Mention, ...] = ()
    people: tuple[Mention, ...] = ()
