"""What people said about drafts by correcting or refusing them, and what they propose for everybody.

Invariant: feedback points at versions and comments and holds none of their words, so what is erased there is gone here.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from copilot.domain.drafts import DraftKind
from copilot.domain.language import Language


class FeedbackKind(StrEnum):
    EDIT = "edit"
    REMOVAL = "removal"
    REJECTION = "rejection"
    CHANGE_REQUEST = "change_request"


class Feedback(BaseModel):
    """One correction of a sentence, or one refusal of a version."""

    model_config = ConfigDict(frozen=True)

    kind: FeedbackKind
    item_id: str
    """Review item of the version that the edit made, or that was sent back."""
    draft_id: str
    version: int
    segment_id: str | None = None
    section_key: str | None = None
    author_id: str
    draft_kind: DraftKind
    language: Language
    topics: tuple[str, ...] = ()
    """Families of the findings on the sentence, or of the reasons given."""
    created_at: datetime


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class ProposalTarget(StrEnum):
    PROMPT = "prompt"
    KNOWLEDGE = "knowledge"
    """A document or a library of answers."""


class Proposal(BaseModel):
    """A change that repeated corrections ask for. A person decides; nothing is changed by deciding."""

    model_config = ConfigDict(frozen=True)

    id: str
    target: ProposalTarget
    about: str
    """`section:<key>`, `finding:<family>` or `reason:<family>`."""
    draft_kind: DraftKind
    language: Language
    items: tuple[str, ...]
    """Review items that show it."""
    people: int
    state: ProposalState = ProposalState.OPEN
    created_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
