"""The answer library: approved answers to questions that customers ask again and again.

Invariant: an entry is used only while it is approved; a change is a new version, and becomes the entry's only when its
owner (or an administrator) approves it. Each version keeps what it rested on when it was written.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.access import Visibility
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm


class EntryState(StrEnum):
    PROPOSED = "proposed"
    """New, or imported without an owner's approval."""
    APPROVED = "approved"
    RETIRED = "retired"


class LibraryEntry(BaseModel):
    """One question with its answer, in one language."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    answer: str
    language: Language
    short: ShortForm | None = None
    category: str = "general"
    state: EntryState
    owner_id: str | None
    """Who answers for it; None: nobody yet."""
    review_by: date | None
    """From the next day on it is stale."""
    version: int = Field(ge=1)
    approved_at: datetime | None = None
    approved_by: str | None = None
    visibility: Visibility = Visibility.STAFF
    sources: tuple[Evidence, ...] = ()
    """What it was written from, as it was then."""
    origin: str = ""
    """Where it came from: an import's file name, or the project it was answered in."""
    translation_of: str | None = None
    """Id of the entry that says the same in the other language."""


class ProposedChange(BaseModel):
    """A new version of an entry (or, without `entry_id`, a new entry) that waits for its owner."""

    model_config = ConfigDict(frozen=True)

    id: str
    entry_id: str | None
    question: str
    answer: str
    short: ShortForm | None
    language: Language
    category: str
    proposed_by: str
    proposed_at: datetime
    project_id: str | None
    """The project whose approved answer it is."""
    owner_id: str | None


class LibraryFinding(BaseModel):
    """Two entries that a person should look at together."""

    model_config = ConfigDict(frozen=True)

    kind: str
    """`duplicate` (same question, same answer) or `conflict` (same question, answers that do not agree)."""
    first: str
    second: str
    likeness: float = Field(ge=0, le=1)
    """Of the questions."""
