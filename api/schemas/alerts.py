"""What the calls about alerts take and give.

Invariant: states are never taken from a client; they follow from what was done. Who changes an alert may say which
version of it they saw.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.alert_acts import LONGEST_REASON
from copilot.domain.alerts import Alert, AlertKind, Outcome
from copilot.domain.language import Language
from copilot.domain.signals import Signal
from copilot.store.alerts import CauseQuality, ListedAlert
from copilot.workflows.alerts.acting import AlertView
from copilot.workflows.alerts.wording import Telling

MOST_AT_ONCE = 200


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(default=None, ge=1)
    """Of the alert as it was read; 409 if it is another by now. Left out: whatever it is."""


class SnoozeIn(_In):
    """Until when it is put off: the day on which it comes back."""

    until: date


class DismissIn(_In):
    """Why it is of no use."""

    reason: str = Field(max_length=LONGEST_REASON)


class CloseIn(_In):
    """What came of it."""

    outcome: Outcome
    note: str = Field(default="", max_length=LONGEST_REASON)


class ReopenIn(_In):
    """Takes back what was done last."""


class StepIn(_In):
    """Whether a step of the playbook is done."""

    done: bool


class NoteIn(BaseModel):
    """In which language to draft; null: the caller's, or for an email the customer's."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = None


class OutreachIn(NoteIn):
    """What to write about, in the caller's own words."""

    request: str = Field(default="", max_length=2_000)


class AlertLine(BaseModel):
    """One alert of a list."""

    alert: Alert
    account_name: str
    owner_name: str | None

    @classmethod
    def of(cls, listed: ListedAlert) -> "AlertLine":
        """As stored."""
        return cls(alert=listed.alert, account_name=listed.account_name, owner_name=listed.owner_name)


class AlertList(BaseModel):
    """Alerts, open ones first, the newest first."""

    alerts: list[AlertLine]
    total: int


class StepOut(BaseModel):
    """A step of the playbook, and by when it is to be done."""

    key: str
    text: str
    by: date
    done: bool


class ReasonOut(BaseModel):
    """A signal that moved the score."""

    signal: Signal
    text: str
    """What it says, as its source states it."""
    before: float | None
    now: float | None
    pushes: bool
    """Towards the alert; else it held the score back."""
    evidence_id: str


class EventOut(BaseModel):
    """Something that happened to it. `actor` null: the daily run did it."""

    happened_at: datetime
    action: str
    actor: str | None


class AlertDetail(BaseModel):
    """One alert with its playbook and history."""

    alert: Alert
    account_name: str
    owner_name: str | None
    playbook: str
    goal: str
    reasons: list[ReasonOut]
    steps: list[StepOut]
    score_now: float | None
    history: list[EventOut]

    @classmethod
    def of(cls, view: AlertView, *, language: Language) -> "AlertDetail":
        """In the reader's language."""
        return cls(
            alert=view.alert,
            account_name=view.listed.account_name,
            owner_name=view.listed.owner_name,
            playbook=view.playbook.name.in_language(language),
            goal=view.playbook.goal.in_language(language),
            reasons=[
                ReasonOut(
                    signal=item.moved.signal,
                    text=Telling(language).clause(item),
                    before=item.moved.before,
                    now=item.moved.now,
                    pushes=item.moved.pushes,
                    evidence_id=item.evidence.id,
                )
                for item in view.reasons
            ],
            steps=[
                StepOut(key=item.step.key, text=item.step.in_language(language), by=item.by, done=item.done)
                for item in view.steps
            ],
            score_now=view.score.value if view.score else None,
            history=[
                EventOut(happened_at=item.happened_at, action=item.action, actor=item.actor) for item in view.history
            ],
        )


class QualityOut(BaseModel):
    """How often alerts of one cause told of something real. `precision` null: not measured yet."""

    kind: AlertKind
    cause: str
    outcomes: dict[Outcome, int]
    dismissed: int
    open: int
    precision: float | None
    interval: tuple[float, float] | None
    """95 %, Wilson."""

    @classmethod
    def of(cls, counted: CauseQuality) -> "QualityOut":
        """As counted."""
        share = counted.precision
        return cls(
            kind=counted.kind,
            cause=counted.cause,
            outcomes=dict(counted.outcomes),
            dismissed=counted.dismissed,
            open=counted.standing,
            precision=share.value,
            interval=share.interval if share.whole else None,
        )


class QualityList(BaseModel):
    """Of the accounts that the caller may see."""

    causes: list[QualityOut]


class DraftedOut(BaseModel):
    """The entry of the queue that was made."""

    item_id: str
    kind: Literal["churn_alert", "follow_up"]
