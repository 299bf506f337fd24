"""What a planner makes of a message: typed, read-only steps; or a question back; or a refusal.

Invariant: a plan is made from the user's own words, the conversation's earlier plans and the names of accounts the
user may see, and of nothing that anybody else wrote. No step has an effect outside: the steps that draft put a draft
into the queue, and nothing more.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.figure_queries import FigureQuery
from copilot.domain.language import Language
from copilot.domain.periods import Period

MOST_STEPS = 4


class StepKind(StrEnum):
    FIND_ACCOUNTS = "find_accounts"
    FIGURES = "figures"
    PIPELINE = "pipeline"
    RENEWALS = "renewals"
    BRIEF = "brief"
    TIMELINE = "timeline"
    RISKS = "risks"
    SEARCH = "search"
    COMPARE = "compare"
    EXPLAIN_SCORE = "explain_score"
    FOLLOW_UP = "follow_up"
    MEETING_PREP = "meeting_prep"
    AFTER_MEETING = "after_meeting"
    RFP_ANSWER = "rfp_answer"


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QueryStep(_Step):
    """Figures by query. The kinds differ in what they are called and in what a list shows by default."""

    kind: Literal[StepKind.FIND_ACCOUNTS, StepKind.FIGURES, StepKind.PIPELINE, StepKind.RENEWALS]
    query: FigureQuery


class BriefStep(_Step):
    kind: Literal[StepKind.BRIEF] = StepKind.BRIEF
    account_id: str


class TimelineStep(_Step):
    """What happened with an account, newest first: emails, calls, meetings, notes, tickets, surveys."""

    kind: Literal[StepKind.TIMELINE] = StepKind.TIMELINE
    account_id: str
    period: Period | None = None
    topic: str = ""
    """Words that the events must be about; empty: everything."""
    kinds: tuple[Literal["email", "call", "meeting", "note", "ticket", "survey"], ...] = ()
    """Only events of these kinds; empty: all."""


class RisksStep(_Step):
    """Signals of risk and of opportunity; without an account: over all the viewer's accounts."""

    kind: Literal[StepKind.RISKS] = StepKind.RISKS
    account_id: str | None = None
    mine: bool = False


class SearchStep(_Step):
    """What texts say: of some accounts, or (none named) of the shared knowledge."""

    kind: Literal[StepKind.SEARCH] = StepKind.SEARCH
    question: str
    account_ids: tuple[str, ...] = Field(default=(), max_length=5)
    period: Period | None = None


class CompareStep(_Step):
    """The same figures of several accounts side by side."""

    kind: Literal[StepKind.COMPARE] = StepKind.COMPARE
    query: FigureQuery
    """A list of accounts with `account_ids` (two or more), `show` and `metrics`."""


class ExplainScoreStep(_Step):
    kind: Literal[StepKind.EXPLAIN_SCORE] = StepKind.EXPLAIN_SCORE
    account_id: str


class FollowUpStep(_Step):
    kind: Literal[StepKind.FOLLOW_UP] = StepKind.FOLLOW_UP
    account_id: str
    request: str
    """The user's words."""


class MeetingStep(_Step):
    kind: Literal[StepKind.MEETING_PREP, StepKind.AFTER_MEETING]
    account_id: str
    request: str


class RfpAnswerStep(_Step):
    kind: Literal[StepKind.RFP_ANSWER] = StepKind.RFP_ANSWER
    question: str


Step = Annotated[
    QueryStep
    | BriefStep
    | TimelineStep
    | RisksStep
    | SearchStep
    | CompareStep
    | ExplainScoreStep
    | FollowUpStep
    | MeetingStep
    | RfpAnswerStep,
    Field(discriminator="kind"),
]


class Candidate(BaseModel):
    """One thing that was perhaps meant."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Account id, contact id, or the key of a period or of a reading."""
    label: str


class AskedAbout(StrEnum):
    ACCOUNT = "account"
    PERIOD = "period"
    READING = "reading"
    """The message can mean different things."""


class Clarification(BaseModel):
    """What the planner has to ask before it can plan, with what was perhaps meant."""

    model_config = ConfigDict(frozen=True)

    about: AskedAbout
    question: str
    """In the conversation's language."""
    candidates: tuple[Candidate, ...] = ()
    message: str
    """The message that waits for the answer."""


class RefusalReason(StrEnum):
    OUT_OF_SCOPE = "out_of_scope"
    """Nothing to do with accounts, deals or our products."""
    NOT_ALLOWED = "not_allowed"
    """An effect outside, another person's data, personal data that is none of the reader's business, the policy."""
    INSTRUCTION = "instruction"
    """Speaks to the assistant past its instructions."""
    UNKNOWN_ACCOUNT = "unknown_account"
    """Names an account that does not exist, or that the viewer may not know to exist (the same answer)."""
    HELP = "help"
    """Nothing to look up: a greeting, thanks, or the question what can be asked. The text answers it."""


class Refusal(BaseModel):
    model_config = ConfigDict(frozen=True)

    reason: RefusalReason
    text: str
    """What the reader is told, in the conversation's language, with what can be done instead."""


class Plan(BaseModel):
    """Exactly one of: steps, a question back, a refusal."""

    model_config = ConfigDict(frozen=True)

    language: Language
    steps: tuple[Step, ...] = Field(default=(), max_length=MOST_STEPS)
    clarification: Clarification | None = None
    refusal: Refusal | None = None
    planner: Literal["offline", "model"] = "offline"

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [bool(self.steps), self.clarification is not None, self.refusal is not None]
        if sum(given) != 1:
            raise ValueError("a plan has steps, or asks, or refuses")
        return self


class PlanningContext(BaseModel):
    """What earlier turns of the thread leave for the next one. Holds ids and the user's own words only."""

    model_config = ConfigDict(frozen=True)

    account_ids: tuple[str, ...] = ()
    """Accounts last spoken of."""
    earlier_account_ids: tuple[str, ...] = ()
    """Accounts spoken of before those, the latest first: `compare them`."""
    contact_ids: tuple[str, ...] = ()
    period: Period | None = None
    steps: tuple[Step, ...] = ()
    """Of the last plan that had any."""
    clarification: Clarification | None = None
    """Waiting for an answer."""
    language: Language | None = None
    """The conversation's language so far."""
