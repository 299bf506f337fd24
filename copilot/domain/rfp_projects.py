"""Projects: one questionnaire on its way from file to file.

Invariant: the states of a question follow from what was done with it and are never set by hand; only an approved
answer reaches a file that leaves.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.language import Language
from copilot.domain.questionnaires import Question, QuestionnaireFormat, Skipped
from copilot.domain.rfp_answers import RfpAnswer


class ProjectState(StrEnum):
    PREVIEW = "preview"
    """The detection waits to be confirmed."""
    ANSWERING = "answering"
    """A run is on, or waits for a worker."""
    STOPPED = "stopped"
    REVIEW = "review"
    """Every question was worked on."""
    PACKAGED = "packaged"
    """The filled file waits in the queue, or was approved there."""
    DECLINED = "declined"
    """No-go."""


class QuestionState(StrEnum):
    WAITING = "waiting"
    EXCLUDED = "excluded"
    NOT_ASKED = "not_asked"
    """Its condition does not hold."""
    ANSWERED = "answered"
    NO_SOURCE = "no_source"
    FAILED = "failed"
    """It could not be worked on; `failure` says why."""
    IN_QUEUE = "in_queue"
    APPROVED = "approved"
    SENT_BACK = "sent_back"


class ProjectQuestion(BaseModel):
    """A question with all that has happened to it."""

    model_config = ConfigDict(frozen=True)

    question: Question
    """With the corrections that people made."""
    state: QuestionState
    answer: RfpAnswer | None = None
    version: int = 0
    """Of the answer: counts up with every change, so that two people do not overwrite each other."""
    assigned_to: str | None = None
    assigned_by: str | None = None
    item_id: str | None = None
    """The queue entry that it is filed in."""
    failure: str = ""
    waits_to_be_filed: bool = False
    """It goes to the queue in the background."""


class ChecklistItem(BaseModel):
    """One question of go or no-go. `answer` None: open."""

    model_config = ConfigDict(frozen=True)

    key: str
    answer: bool | None = None
    note: str = Field(default="", max_length=1_000)


class Progress(BaseModel):
    """How many questions are where."""

    model_config = ConfigDict(frozen=True)

    total: int
    """Without those that are excluded."""
    worked_on: int
    by_state: dict[QuestionState, int]


class ProjectHead(BaseModel):
    """A project as listed."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    account_id: str | None
    account_name: str | None = None
    owner_id: str
    owner_name: str = ""
    state: ProjectState
    language: Language
    format: QuestionnaireFormat
    file_name: str
    deadline: date | None
    created_at: datetime
    progress: Progress
    item_id: str | None = None
    """The queue entry of the package."""


class Project(ProjectHead):
    """A project with everything in it."""

    questions: tuple[ProjectQuestion, ...]
    checklist: tuple[ChecklistItem, ...]
    instructions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    """What was taken for no question; a correction with the `id` of its place makes it one."""
    deadline_text: str = ""
    """The words that the deadline was read from."""
    failure: str = ""
    """Why the last run ended early."""
    filing: int = 0
    """How many answers still wait to be put into the queue in the background."""
    included_together: int = 0
    """How many questions were included together last, which can be taken back."""
