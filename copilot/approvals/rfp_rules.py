"""`[rfp]` of the policy: how questionnaires are worked on.

Invariant: none of it lets anything out; answers leave by the rules of the queue only.
"""

from datetime import timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.access import Role
from copilot.domain.questionnaires import MOST_QUESTIONS


class RfpRules(BaseModel):
    """What a manager may tune."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checklist: tuple[str, ...] = ("deadline", "must_haves", "references", "budget", "legal")
    """Questions of go or no-go, by key; the pages have words for those that come with the product."""
    seconds_at_once: int = Field(default=5, strict=True, ge=1, le=600)
    """For so long a worker goes on with one questionnaire before it sees to other work."""
    wait_for_vectors: bool = Field(default=True, strict=True)
    """Whether a run in the background waits while passages are being indexed by meaning."""
    alike_from: float = Field(default=0.85, gt=0, le=1)
    """Questions at least so alike are compared: are their answers the same, do they contradict each other?"""
    review_days: int = Field(default=365, strict=True, ge=1, le=3_650)
    """When an approved answer of the library is to be looked at again."""
    library_approvers: tuple[Role, ...] = (Role.MANAGER, Role.ADMIN)
    """Roles that may approve answers which they, or owners of another role, brought into the library themselves."""
    most_questions: int = Field(default=MOST_QUESTIONS, strict=True, ge=1, le=MOST_QUESTIONS)
    """Of one questionnaire; whoever hands in more is told to split the file."""
    file_at_once: int = Field(default=20, strict=True, ge=0, le=1_000)
    """Answers that go to the queue within the request; more are put there in the background."""
    wrong_costs: float = Field(default=6.0, ge=0, le=1_000)
    """A wrong answer does as much harm as an expert's look at so many questions costs; see `answer_from`."""
    second_from: float = Field(default=0.95, ge=0, le=1)
    """How likely a second sentence beside the best one must be to answer."""
    high_from: float = Field(default=0.99, gt=0, le=1)
    """Answers from texts go to review without an expert if so many like them were shown to be right.

    Shown, not estimated: a few dozen answers, all right, show some nine in ten. With 0.99 only approved answers of the
    library take that route.
    """

    @model_validator(mode="before")
    @classmethod
    def _says_what_became_of_a_key(cls, told: Any) -> Any:
        if isinstance(told, dict) and "answer_from" in told:
            raise ValueError(
                "`answer_from` is now `wrong_costs`: from a chance of 0.75 is 3, of 0.8 is 4, of 0.9 is 9, of p is "
                "p / (1 - p). Chances are of questionnaires that nothing was fitted on; 6 comes with the product"
            )
        return told

    @model_validator(mode="after")
    def _asks_nothing_twice(self) -> Self:
        if len(set(self.checklist)) != len(self.checklist) or not all(self.checklist):
            raise ValueError("the checklist names every key once")
        if len(set(self.library_approvers)) != len(self.library_approvers):
            raise ValueError("`library_approvers` names every role once")
        return self

    @property
    def answer_from(self) -> float:
        """How likely a sentence must be to answer for a question to be answered from it; below, there is no source.

        An answer of chance p saves a look in p of the cases and does harm in the others: it pays from here on.
        """
        return self.wrong_costs / (1 + self.wrong_costs)

    @property
    def at_once(self) -> timedelta:
        """`seconds_at_once` as a length of time."""
        return timedelta(seconds=self.seconds_at_once)
