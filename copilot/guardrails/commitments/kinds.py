"""What a commitment can be about, and how one is told about.

Invariant: the names are part of rules (`commitment.<kind>_without_evidence`) and of stored findings; they stay.
"""

from dataclasses import dataclass
from enum import StrEnum


class CommitmentKind(StrEnum):
    PRICE = "price"
    DISCOUNT = "discount"
    DELIVERY = "delivery"
    """When something is delivered, installed, migrated or live."""
    SLA = "sla"
    ROADMAP = "roadmap"
    LEGAL = "legal"
    SECURITY = "security"
    """Security and compliance."""


class Stance(StrEnum):
    """Whose word a clause is."""

    OURS = "ours"
    STATED = "stated"
    """Said as a fact about what we sell: ours in a text to the customer, a report in one for ourselves."""
    ASKED = "asked"
    NEGATED = "negated"
    REPORTED = "reported"
    QUESTION = "question"
    CONDITIONAL = "conditional"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Clause:
    """`text[start:end]` of what was read, which speaks of `kinds`."""

    start: int
    end: int
    kinds: tuple[CommitmentKind, ...]
    stance: Stance

    @property
    def commits(self) -> bool:
        """Whether a reader outside may hold us to it."""
        return self.stance in {Stance.OURS, Stance.STATED}
