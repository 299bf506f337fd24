"""What a draft's text has in common with the records of other accounts.

Invariant: it carries only what is in the draft's own text; of the other account no more than an identifier to tell
two of them apart, which is never shown.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ElsewhereKind(StrEnum):
    """In which record of another account it was found."""

    ACCOUNT = "account"
    PERSON = "person"
    EMAIL = "email"
    PHONE = "phone"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Sought:
    """What a text mentions that may belong to another account. Each is written exactly as in the text."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    amounts: tuple[Decimal, ...] = ()
    complete: bool = True
    """False if there was more than is looked up."""

    @property
    def anything(self) -> bool:
        """Whether there is anything to look up."""
        return bool(self.names or self.emails or self.phones or self.amounts)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One thing that the records of other accounts have too."""

    kind: ElsewhereKind
    text: str
    """As it is written in the draft; for an amount its plain digits."""
    accounts: frozenset[str]
    """Ids of those accounts."""
    at_home: bool = False
    """Whether the draft's own account has it too, in a record or a text."""
    as_written: bool = True
    """Whether a record writes it with the same letters, case and accents included."""
    currencies: frozenset[str] = frozenset()
    """For an amount: the currencies it is in there."""
