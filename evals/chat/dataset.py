"""The project's own conversations over the demo company: who asks what, and what a right answer is.

Invariant: a conversation was written, and its figures were worked out from the demo's CSV files, before any answer to
it was seen; those of the split `test` are not read by whoever builds the chat. A key that is not declared here is an
error, so that no expectation is passed over because of a typing mistake.
"""

import tomllib
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.figure_queries import Measure
from copilot.domain.language import Language
from copilot.domain.plans import RefusalReason, StepKind

FOLDER = Path(__file__).parent / "data"


class Category(StrEnum):
    FIGURES = "figures"
    TIMELINES = "timelines"
    DOCUMENTS = "documents"
    COMPARISONS = "comparisons"
    MULTI_TURN = "multi_turn"
    AMBIGUOUS = "ambiguous"
    UNANSWERABLE = "unanswerable"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_ALLOWED = "not_allowed"


class Split(StrEnum):
    DEV = "dev"
    TEST = "test"


class Outcome(StrEnum):
    ANSWER = "answer"
    ASKS = "asks"
    REFUSES = "refuses"
    NOTHING = "nothing"
    """It looks, and says that nothing says so."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExpectedTurn(_Strict):
    """One message and what a right answer to it is. What is empty is not looked at."""

    message: str = Field(min_length=1)
    outcome: Outcome
    or_outcomes: tuple[Outcome, ...] = ()
    """Other readings that are right as well."""
    steps: tuple[StepKind, ...] = ()
    """Kinds of step of which the plan must have one, and no other than these."""
    subject: str = ""
    """Of the query; alternatives are separated by `|`."""
    measure: Measure | None = None
    group_by: str = ""
    """Field by which the query groups, with or without `account.`."""
    accounts: tuple[str, ...] | None = None
    """Names of exactly the accounts that the steps are about; an empty list: none is named."""
    records: tuple[str, ...] = ()
    """Names of exactly the records that the query is over, worked out apart from the product."""
    or_records: tuple[str, ...] = ()
    """The same for another right reading, such as renewals as opportunities and not as dates of accounts."""
    top: int = 0
    """The query lists so many, in the order of `records`."""
    fields: tuple[str, ...] = ()
    """Fields or computed figures of which the query must show one."""
    period: str = ""
    """`2026-10-01/2026-12-31`: the days of the step. A week more or less at an end of a loose wording is the same."""
    present: tuple[str, ...] = ()
    """What the answer must say: `#127500` a number, `@2027-01-15` a day, else words; alternatives with `|`."""
    absent: tuple[str, ...] = ()
    """What it must not say, written in the same way."""
    cites: tuple[str, ...] = ()
    """Documents (ends of paths) or titles of records of which one must be among the sources."""
    candidates: tuple[str, ...] = ()
    """What a question back must offer, alternatives with `|`."""
    reasons: tuple[RefusalReason, ...] = ()
    note: str = ""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome that is right."""
        return (self.outcome, *self.or_outcomes)


class Conversation(_Strict):
    id: str
    category: Category
    asker: str
    """Email of a person of the demo company."""
    turns: tuple[ExpectedTurn, ...] = Field(alias="turn", min_length=1)


class ConversationFile(_Strict):
    """One file: conversations of one language and split."""

    language: Language
    split: Split
    conversations: tuple[Conversation, ...] = Field(alias="conversation")


def load(folder: Path = FOLDER) -> list[ConversationFile]:
    """Every `conversations.*.toml` of the folder. Raises ValidationError for a key or value that is not known."""
    return [
        ConversationFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("conversations.*.toml"))
    ]
