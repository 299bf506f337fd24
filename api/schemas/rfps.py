"""What the calls about questionnaires take and give.

Invariant: states are never taken from a client; they follow from what was done.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.findings import Risk
from copilot.domain.questionnaires import MOST_QUESTIONS, Correction
from copilot.domain.review_items import ReviewState
from copilot.domain.rfp_answers import ShortForm
from copilot.domain.rfp_projects import Progress, ProjectHead, ProjectState
from copilot.workflows.filed_draft import FiledDraft
from knowledge.questionnaires.reading import MAX_PASTED_CHARACTERS

LONGEST_ANSWER = 20_000
QuestionId = Annotated[str, Field(min_length=1, max_length=300)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PastedIn(_In):
    """Questions as somebody copied them from an email or a portal."""

    text: str = Field(min_length=1, max_length=MAX_PASTED_CHARACTERS)
    title: str = Field(default="", max_length=300)
    account_id: str | None = Field(default=None, max_length=100)


class CorrectionsIn(_In):
    """What people change about the detection. The id of a skipped place makes a question of it."""

    corrections: tuple[Correction, ...] = Field(min_length=1, max_length=MOST_QUESTIONS)


class AssignmentIn(_In):
    """Who is to see to which questions. `to` null: nobody any more."""

    question_ids: tuple[QuestionId, ...] = Field(min_length=1, max_length=MOST_QUESTIONS)
    to: str | None = Field(max_length=64)


class AnswerIn(_In):
    """A person's answer. `text` null: the prose stays as it is."""

    text: str | None = Field(default=None, max_length=LONGEST_ANSWER)
    short: ShortForm | None = None
    chosen: tuple[Annotated[str, Field(max_length=300)], ...] = Field(default=(), max_length=200)


class PassageIn(_In):
    """Which of the closest passages is the answer, and the value that the questionnaire asks for beside it."""

    evidence_id: str = Field(min_length=1, max_length=300)
    short: ShortForm | None = None
    chosen: tuple[Annotated[str, Field(max_length=300)], ...] = Field(default=(), max_length=200)


class ChecklistIn(_In):
    """An answer to one question of go or no-go. `answer` null: it is open again."""

    answer: bool | None
    note: str = Field(default="", max_length=1_000)


class FilingIn(_In):
    """Which answers go to the queue. `question_ids` null: all that are answered and were not filed yet."""

    per: Literal["question", "section"] = "question"
    question_ids: tuple[QuestionId, ...] | None = Field(default=None, max_length=MOST_QUESTIONS)


class FiledOut(BaseModel):
    """An entry of the queue that was made."""

    item_id: str
    title: str
    state: ReviewState
    risk: Risk
    question_ids: tuple[str, ...]

    @classmethod
    def of(cls, filed: FiledDraft) -> "FiledOut":
        """The entry of one filed draft."""
        return cls(
            item_id=filed.item.id,
            title=filed.draft.title,
            state=filed.item.state,
            risk=filed.item.risk,
            question_ids=tuple(section.key for section in filed.draft.sections),
        )


class IncludedOut(BaseModel):
    """How many questions were included, or left out again."""

    questions: int


class ProgressOut(BaseModel):
    """How far a run is; small, for asking again and again."""

    state: ProjectState
    progress: Progress
    failure: str
    filing: int
    """How many answers still wait to be put into the queue."""
    passages: int
    """Of all documents together."""
    passages_pending: int
    """Those that can so far be found by their words only: answers are poorer until there is none."""


class ProjectList(BaseModel):
    """The projects that the caller may see, those due soonest first."""

    projects: tuple[ProjectHead, ...]


class EntryChangeIn(_In):
    """What to change about an entry of the library; what is left out stays."""

    owner_id: str | None = Field(default=None, max_length=64)
    """Who answers for it from now on."""
    approve: bool = False
    """Stand behind it, from today."""
    review_by: date | None = None
    """With `approve`: when it is to be looked at again; left out: as the policy says."""
    retire: bool = False


class EntryApprovalsIn(_In):
    """Entries that are approved together."""

    entry_ids: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(min_length=1, max_length=200)


class ProposalDecisionIn(_In):
    """What becomes of a proposed change."""

    verdict: Literal["approve", "reject"]
    review_by: date | None = None
    """With `approve`: when it is to be looked at again."""


class ImportOut(BaseModel):
    """What became of a table of questions and answers."""

    added: tuple[str, ...]
    """Ids of new entries, which are the caller's; each waits for the approval of somebody who may give it."""
    known: int
    """Rows that were there already, word for word."""
    unusable: tuple[int, ...]
    """Rows without a question or an answer, as the file counts them."""
