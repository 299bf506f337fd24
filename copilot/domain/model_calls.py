"""What a call of a model cost and whose budget it is taken from.

Invariant: a record of a call holds identifiers, counts and codes, never a word of what was asked or answered.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class CallOutcome(StrEnum):
    """How a call ended."""

    RUNNING = "running"
    ANSWERED = "answered"
    CUT = "cut"
    """The answer reached the limit of tokens before its end."""
    FILTERED = "filtered"
    """The provider withheld the answer."""
    UNREADABLE = "unreadable"
    TOO_LONG = "too_long"
    """The endpoint says that the prompt does not fit."""
    TIMED_OUT = "timed_out"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    KEY_REFUSED = "key_refused"
    REFUSED = "refused"
    """Any other answer of the kind 4xx."""
    ABANDONED = "abandoned"
    """Whoever asked went away before the end."""
    LOST = "lost"
    """The process ended during the call; what was set aside for it counts as spent."""


class BudgetScope(StrEnum):
    """Whose budget; in the order in which they are charged, the most contended last."""

    USER = "user"
    TEAM = "team"
    WORKSPACE = "workspace"


WORKSPACE_SUBJECT = "workspace"


class Budget(BaseModel):
    """What may be spent in one day (UTC). None: no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: int | None = Field(default=None, ge=0)
    """Input and output together."""
    usd: Decimal | None = Field(default=None, ge=0)


@dataclass(frozen=True, slots=True)
class Spending:
    """Tokens and US dollars, spent or set aside."""

    tokens: int = 0
    cost_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that is about to be made, and the most that it may take."""

    id: str
    role: str
    model: str
    endpoint: str
    """Host and port; never credentials."""
    user_id: str
    team_id: str | None
    prompt_id: str | None
    prompt_version: int | None
    reserved: Spending


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What became of a call."""

    outcome: CallOutcome
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    """None: the price of the model is not known."""
    latency_ms: int
    attempts: int
    cached_tokens: int = 0
    """Of the input, what the provider had read before."""
    finish_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call as it is kept."""

    id: str
    called_at: datetime
    role: str
    model: str
    endpoint: str
    outcome: CallOutcome
    user_id: str
    team_id: str | None
    prompt_id: str | None
    prompt_version: int | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: Decimal | None
    latency_ms: int
    attempts: int
    finish_reason: str | None


@dataclass(frozen=True, slots=True)
class CallTotals:
    """The calls of one day, role and model."""

    day: date
    role: str
    model: str
    calls: int
    answered: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal


class Fitness(StrEnum):
    """What a check found a model good enough for."""

    PLANNER_AND_WRITER = "planner_and_writer"
    WRITER_ONLY = "writer_only"
    NOT_USABLE = "not_usable"


def may_judge(fitness: Fitness, *, right: int, of: int) -> bool:
    """Whether the doubts of a model are worth reading that was right about so many of the pairs, of which half answer.

    Five of six are no luck.
    """
    return fitness is not Fitness.NOT_USABLE and of > 0 and 6 * right >= 5 * of


@dataclass(frozen=True, slots=True)
class ModelVerdict:
    """The newest check of one model at one endpoint."""

    model: str
    endpoint: str
    fitness: Fitness
    planned_right: int
    planned_right_offline: int
    planned_of: int
    checked_at: datetime
    judged_right: int = 0
    judged_of: int = 0
    """Pairs of a question and a source; none: this was not tried yet."""

    @property
    def may_judge(self) -> bool:
        """See the function of this name."""
        return may_judge(self.fitness, right=self.judged_right, of=self.judged_of)
