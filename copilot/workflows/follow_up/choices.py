"""How a follow-up can be asked for: form of address, tone, and what was worked out from the history.

Invariant: what was chosen and why is said; a choice that a person made goes before anything that was detected.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from copilot.domain.language import Language


class Register(StrEnum):
    """The form of address. The first two are Spanish, the others English."""

    TU = "tu"
    USTED = "usted"
    FORMAL = "formal"
    INFORMAL = "informal"

    def within(self, language: Language) -> "Register":
        """The same distance in another language."""
        return _PAIRS[self] if self in _OF[_other(language)] else self


class Variant(StrEnum):
    """The tone. Each says the same, from the same evidence."""

    PLAIN = "plain"
    SHORTER = "shorter"
    WARMER = "warmer"
    FIRMER = "firmer"


_OF = {
    Language.ES: frozenset({Register.TU, Register.USTED}),
    Language.EN: frozenset({Register.FORMAL, Register.INFORMAL}),
}
_PAIRS = {
    Register.TU: Register.INFORMAL,
    Register.INFORMAL: Register.TU,
    Register.USTED: Register.FORMAL,
    Register.FORMAL: Register.USTED,
}


def _other(language: Language) -> Language:
    return Language.EN if language is Language.ES else Language.ES


@dataclass(frozen=True, slots=True)
class FollowUpRequest:
    """What a person asked for; whatever is None or empty is worked out from the history."""

    request: str = ""
    """In the user's own words."""
    activity_id: str | None = None
    document_id: str | None = None
    recipient_contact_ids: tuple[str, ...] = ()
    language: Language | None = None
    register: Register | None = None
    variant: Variant = Variant.PLAIN


@dataclass(frozen=True, slots=True)
class Manner:
    """Language, form of address and tone of one email, and why."""

    language: Language
    register: Register
    variant: Variant = Variant.PLAIN
    why: dict[str, str] = field(default_factory=dict)
    """For the provenance: `language_from`, `register_from`."""
