"""What stands for a piece of personal data in a conversation with a model, and where the data came from.

Invariant: a placeholder stands for one value of one conversation for as long as that conversation lasts, and its number
is never given to anything else in it. The same number means the same person: `EMAIL_3` is an address of `PERSON_3`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from copilot.domain.folding import fold
from copilot.domain.personal_data import DataClass

STAFF = "staff"
"""Source of what every colleague may know: the names and addresses of our own people."""
_TOGETHER = "&"
_LONGEST_PHONE_KEY = 9
"""National numbers have nine digits or more in most countries; what stands before them is a prefix."""


def typed_by(user_id: str) -> str:
    """Source of what a user wrote themselves."""
    return f"user:{user_id}"


def jointly(sources: Iterable[str]) -> str:
    """Source of a text in which several were mixed: whoever reads from it must be allowed to see them all."""
    return _TOGETHER.join(sorted(set(sources)))


def parts_of(source: str) -> tuple[str, ...]:
    """The sources that `jointly` put together."""
    return tuple(source.split(_TOGETHER))


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """Handed back beside a tool's answer (as its artifact): where the text of the answer was read."""

    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class PseudonymEntry:
    """One value and its placeholder."""

    placeholder: str
    """E.g. `PERSON_3`."""
    data_class: DataClass | None
    """None for text that only looked like a placeholder and is quoted as it was."""
    value: str
    sources: frozenset[str] = frozenset()
    """Where it was read: account ids, `STAFF`, visibility classes, `typed_by(...)`. Empty: nobody knows."""


@dataclass(frozen=True, slots=True)
class PseudonymState:
    """What is kept of a conversation between turns and processes."""

    entries: tuple[PseudonymEntry, ...] = ()
    last_number: int = 0
    masked: Mapping[str, int] = field(default_factory=dict)
    """How many times each class of data was masked or removed, by its name. Carries no value."""


@dataclass(frozen=True, slots=True)
class PseudonymChanges:
    """What a turn added to a vault."""

    added: tuple[PseudonymEntry, ...]
    seen_again: tuple[PseudonymEntry, ...]
    """Entries that gained a source."""
    last_number: int
    masked: Mapping[str, int]
    """Counts of this turn alone."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody the records know: a contact of a customer, or one of our own."""

    name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()
    is_contact: bool = True
    """Whether the CRM knows them as a business contact, which the policy may let through."""


def value_key(value: str) -> str:
    """The same for spellings of one value: case, accents, spacing and signs aside; telephone prefixes too."""
    folded = "".join(char for char in fold(value) if char.isalnum() or char in "@.")
    digits = "".join(char for char in folded if char.isdigit())
    if len(digits) >= _LONGEST_PHONE_KEY and not any(char.isalpha() or char == "@" for char in folded):
        return digits[-_LONGEST_PHONE_KEY:]
    return folded
