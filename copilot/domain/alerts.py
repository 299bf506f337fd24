"""Alerts: something changed for an account, somebody owns it, and it ends with an outcome.

Invariant: an alert is raised by a change and never by a state; while one of a kind is open for an account there is no
second. Its outcome is what people say came of it, and counts in how good alerts are.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from copilot.domain.scores import ScoreKind
from copilot.domain.signals import Signal


class AlertKind(StrEnum):
    CHURN_RISK = "churn_risk"
    EXPANSION = "expansion"


class AlertState(StrEnum):
    OPEN = "open"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    """With a reason; it is not counted as right or wrong."""
    CLOSED = "closed"
    """With an outcome."""


class Outcome(StrEnum):
    SAVED = "saved"
    LOST = "lost"
    FALSE_ALARM = "false_alarm"
    WON = "won"
    """Of an expansion."""


class Moved(BaseModel):
    """A signal that moved a score. `effect`: what its change did to the score; positive raises it."""

    model_config = ConfigDict(frozen=True)

    signal: Signal
    before: float | None
    now: float | None
    effect: float
    pushes: bool
    """Towards the alert; else it held the score back."""


class Alert(BaseModel):
    """One alert as it stands."""

    model_config = ConfigDict(frozen=True)

    id: str
    account_id: str
    kind: AlertKind
    cause: str
    """The signal that moved the score most, or `score` where none stands out; it chooses the playbook."""
    score_kind: ScoreKind
    before: float | None
    """The score that it moved from, and its day."""
    before_day: date | None
    now: float
    day: date
    """Of the change."""
    moved: tuple[Moved, ...] = ()
    """What moved the score, the strongest first, as it was when the alert was raised."""
    owner_id: str | None
    """Who has to act; None: the account has no owner here, and their managers see it."""
    playbook: str
    state: AlertState
    snoozed_until: date | None = None
    reason: str | None = None
    """Why it was dismissed, or what is known of the outcome."""
    outcome: Outcome | None = None
    steps_done: tuple[str, ...] = ()
    """Keys of the playbook's steps that somebody ticked off."""
    item_id: str | None = None
    """The queue entry of its draft."""
    outreach_item_id: str | None = None
    """The queue entry of the drafted outreach."""
    opened_at: datetime
    changed_at: datetime
    """When what became of it, or whose it is, changed last: from then on a change of the score is new again."""
    version: int = 1
    """Counts up with every change, so that two people do not overwrite each other."""
