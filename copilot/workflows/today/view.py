"""A person's day as values: cards, each with how much there is, its first lines, and where the rest is.

Invariant: a card of the queue or of alerts counts what the list at its `address` holds for the same person; the others
count by the same reading as the page that they lead to. `capped` says where counting stopped.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.access import Role
from copilot.domain.alerts import AlertKind
from copilot.domain.drafts import DraftKind
from copilot.domain.findings import Risk
from copilot.domain.first_steps import Step
from copilot.domain.review_items import ReviewState
from copilot.domain.scores import Band
from copilot.llm.roles import ModelRole


class CardKind(StrEnum):
    MEETINGS = "meetings"
    FOR_ME = "for_me"
    """What the person could decide now."""
    RETURNED = "returned"
    FOLLOW_UPS = "follow_ups"
    MINE = "mine"
    """What they asked for and nobody has decided yet."""
    ALERTS = "alerts"
    RENEWALS = "renewals"
    MOVEMENT = "movement"
    BRIEFS = "briefs"
    OVERDUE = "overdue"
    OLDEST = "oldest"
    RELEASES = "releases"
    WEBHOOKS = "webhooks"
    IMPORTS = "imports"
    MODELS = "models"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class MeetingLine(_Value):
    """A meeting ahead, and its preparation if there is one."""

    type: Literal["meeting"] = "meeting"
    account_id: str
    account_name: str
    day: date
    at: datetime | None = None
    """With its time of day, where it is on record."""
    said_in: str
    """Subject of the record, or title of the text that speaks of it."""
    address: str
    preparation: str | None = None
    """Where its preparation is."""


class ItemLine(_Value):
    """An item of the queue."""

    type: Literal["item"] = "item"
    id: str
    title: str
    account_name: str | None
    kind: DraftKind
    risk: Risk
    state: ReviewState
    submitted_at: datetime
    due_at: datetime
    requester_name: str
    address: str


class AlertLine(_Value):
    """An open alert."""

    type: Literal["alert"] = "alert"
    id: str
    account_name: str
    kind: AlertKind
    day: date
    owner_name: str | None
    address: str


class RenewalLine(_Value):
    """A customer whose renewal is near, or whose day has passed. `arr` is annual revenue in `currency`."""

    type: Literal["renewal"] = "renewal"
    account_id: str
    account_name: str
    day: date
    is_past: bool
    arr: Decimal | None
    currency: str | None
    band: Band | None
    address: str


class MoveLine(_Value):
    """A customer whose health moved, in points."""

    type: Literal["move"] = "move"
    account_id: str
    account_name: str
    before: float
    now: float
    address: str


class HealthLine(_Value):
    """Something about the installation that somebody should look at, or know."""

    type: Literal["health"] = "health"
    code: str
    subject: str
    """What it is about; of a role without a model, empty."""
    role: ModelRole | None = None
    count: int = 0
    since: datetime | None = None
    address: str | None = None


Line = Annotated[MeetingLine | ItemLine | AlertLine | RenewalLine | MoveLine | HealthLine, Field(discriminator="type")]


class Card(_Value):
    """One thing to look at. No lines: there is nothing, and the page says what would be here."""

    kind: CardKind
    total: int
    capped: bool = False
    """There are more than `total`."""
    address: str | None
    """Where all of it is; None: only the command line and the API show it."""
    lines: tuple[Line, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    """More figures of the same list, by name."""


class StepLine(_Value):
    """One of the first steps."""

    step: Step
    done: bool


class FirstSteps(_Value):
    """The list for somebody new."""

    steps: tuple[StepLine, ...]
    hidden: bool

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(line.done for line in self.steps)


class Today(_Value):
    """A person's day."""

    day: date
    role: Role
    cards: tuple[Card, ...]
    first_steps: FirstSteps
