"""A conversation as its reader sees it: threads, turns, and the events of a turn while it runs.

Invariant: a sentence is shown once it is verified and is never taken back; what is held is not shown, only why.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.evidence import EvidenceKind
from copilot.domain.plans import Candidate, Clarification, Refusal

LONGEST_MESSAGE = 4_000
"""Characters."""
UNDO = timedelta(minutes=10)
"""So long a deleted conversation can be brought back."""


class TurnState(StrEnum):
    RUNNING = "running"
    ANSWERED = "answered"
    """Shown to the asker; whether it was reviewed is in the queue."""
    HELD = "held"
    """Waits in the queue for somebody else; shown once approved."""
    ASKED = "asked"
    REFUSED = "refused"
    FAILED = "failed"


class TurnStage(StrEnum):
    """Nodes of the graph, in order."""

    PLAN = "plan"
    GATHER = "gather"
    WRITE = "write"
    VERIFY = "verify"
    SUBMIT = "submit"


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)


class Started(_Event):
    type: Literal["started"] = "started"
    thread_id: str
    turn_id: str


class Progress(_Event):
    """A stage (or a step within it) begins. `text` says so in the conversation's language."""

    type: Literal["progress"] = "progress"
    stage: TurnStage
    text: str
    done: int = 0
    total: int = 0


class Planned(_Event):
    """What was understood, in plain words, one line per step."""

    type: Literal["planned"] = "planned"
    steps: tuple[str, ...]


class Citation(_Event):
    """A source, numbered in order of first use."""

    type: Literal["citation"] = "citation"
    number: int
    evidence_id: str
    kind: EvidenceKind
    label: str
    text: str
    """What it says, to be read: surfaces put it into the words of their reader's language."""
    canonical: str
    """The same as it is stored, for programs: ISO dates, plain decimals, names of fields."""
    formula: str | None = None
    """How a figure was computed."""
    as_of: str
    path: str


class Sentence(_Event):
    """One verified sentence. `section` is its heading; `citations` are numbers of `Citation`s sent before."""

    type: Literal["sentence"] = "sentence"
    section: str
    segment_id: str
    text: str
    citations: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    """What the guardrails say about it."""


class Filed(_Event):
    """A draft (follow-up, meeting preparation, brief) that the turn put into the queue."""

    type: Literal["filed"] = "filed"
    item_id: str
    kind: str
    title: str


class Finished(_Event):
    """The last event of a turn, whatever became of it."""

    type: Literal["finished"] = "finished"
    turn_id: str
    state: TurnState
    item_id: str | None = None
    text: str = ""
    """For a question back, a refusal, a held answer or a failure: what the reader is told."""
    reasons: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Questions that could follow."""
    notes: tuple[str, ...] = ()
    """What went differently, e.g. that the model failed and the offline writer took over."""
    unreviewed: bool = False
    """The answer is shown and nobody has reviewed it; `notes` say so too."""
    digest: str = ""
    """Of the answer that is shown: whoever accepts or corrects it names what they read."""


TurnEvent = Annotated[
    Started | Progress | Planned | Citation | Sentence | Filed | Finished, Field(discriminator="type")
]


class Verdict(StrEnum):
    """What the asker made of an answer."""

    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REPORTED = "reported"


class Turn(BaseModel):
    """One question and what came of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    thread_id: str
    position: int
    message: str
    asked_at: datetime
    state: TurnState
    item_id: str | None = None
    filed_item_ids: tuple[str, ...] = ()
    clarification: Clarification | None = None
    refusal: Refusal | None = None
    verdict: Verdict | None = None


class Thread(BaseModel):
    """One conversation of one person."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    turns: tuple[Turn, ...] = ()
