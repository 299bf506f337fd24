"""What counts as personal data, and where in a text it was seen.

Invariant: a span names its place in exactly the text that was searched, `text[start:end] == value`, and spans that
are handed on never overlap.
"""

from dataclasses import dataclass
from enum import StrEnum

from copilot.domain.language import Language


class DataClass(StrEnum):
    """Classes that the privacy policy treats separately."""

    PERSON = "person"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    DATE_OF_BIRTH = "date_of_birth"
    NATIONAL_ID = "national_id"
    """Identity, tax and social-security numbers, also of companies (CIF, CNPJ)."""
    PASSPORT = "passport"
    BANK_ACCOUNT = "bank_account"
    CARD = "card"
    IP_ADDRESS = "ip_address"
    CREDENTIAL = "credential"
    """Passwords, API keys, tokens, private keys, connection strings."""


@dataclass(frozen=True, slots=True)
class PersonalSpan:
    """One piece of personal data in a text, `start`/`end` in characters of it."""

    data_class: DataClass
    scheme: str
    """Which form it has, dotted: `es.nif`, `iban`, `phone`, `person.known`, `credential.aws`."""
    start: int
    end: int
    value: str
    score: float = 1.0
    """How sure the recogniser is, 0 to 1: 1 with a valid check digit or a known name."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known beforehand about a text, so that recognisers look for the right things."""

    language: Language | None = None
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes whose national telephone format may be written, e.g. the account's country first."""
    known_names: frozenset[str] = frozenset()
    """Names of people around the account: contacts, speakers, colleagues."""
    organisations: frozenset[str] = frozenset()
    """Names of companies and products, which are not people."""
