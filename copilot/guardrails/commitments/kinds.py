"""What a commitment can be about, and how one is told about.

Invariant: the names are part of rules and of stored findings; they stay.
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


WITHOUT_EVIDENCE: dict[CommitmentKind, str] = {
    CommitmentKind.PRICE: "commitment.price_without_evidence",
    CommitmentKind.DISCOUNT: "commitment.discount_without_evidence",
    CommitmentKind.DELIVERY: "commitment.delivery_without_evidence",
    CommitmentKind.SLA: "commitment.sla_without_evidence",
    CommitmentKind.ROADMAP: "commitment.roadmap_without_evidence",
    CommitmentKind.LEGAL: "commitment.legal_without_evidence",
    CommitmentKind.SECURITY: "commitment.security_without_evidence",
}
"""The rule for a commitment of a kind that cites nothing it may rest on."""

ALREADY_PROMISED = "commitment.already_promised"
"""The rule for a commitment that repeats, word for word, what we told the same customer before."""
