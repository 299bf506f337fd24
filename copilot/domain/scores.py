"""Scores of accounts: a number, what it rests on, and the day it is of; or why there is none.

Invariant: a score says by which version it was made and how its parts add up to it. A score that cannot be believed is
not there, and its refusal is.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from copilot.domain.signals import Signal


class ScoreKind(StrEnum):
    HEALTH = "health"
    """0 to 100 by the scorecard; more is better."""
    CHURN_30 = "churn_30"
    CHURN_90 = "churn_90"
    CHURN_180 = "churn_180"
    """Probability, 0 to 1, that the customer leaves within so many days."""
    EXPANSION = "expansion"
    """Probability, 0 to 1, of buying more within 180 days."""
    LEAD = "lead"
    """0 to 100: how well a prospect fits and how much it shows."""


CHURN_DAYS = {ScoreKind.CHURN_30: 30, ScoreKind.CHURN_90: 90, ScoreKind.CHURN_180: 180}


class Band(StrEnum):
    """How a score reads, always as news: `GOOD` is a high health, a low churn probability, a good lead."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"


class Missing(StrEnum):
    """Why an account has no score of a kind."""

    NO_MODEL = "no_model"
    """None was trained, or the trained one was refused."""
    FEW_SIGNALS = "few_signals"
    """Too little is known of this account."""
    NOT_A_CUSTOMER = "not_a_customer"
    """For a lead score: already one."""


class Part(BaseModel):
    """What one signal does to a score."""

    model_config = ConfigDict(frozen=True)

    name: str
    """A `Signal`, or a column of the account (`segment`, `industry`, `country`)."""
    value: float | str | None
    """As it was on the day; None: not known."""
    effect: float
    """Points of a scorecard, log odds of a model; positive raises the score, whatever it is a score of."""

    @property
    def signal(self) -> Signal | None:
        """The signal that it is, if it is one."""
        return Signal(self.name) if self.name in Signal.__members__.values() else None


class AccountScore(BaseModel):
    """One score of one account on one day. `value` is `base` and the effects of `parts` (through the logistic
    function for a probability), to 1e-6."""

    model_config = ConfigDict(frozen=True)

    account_id: str
    kind: ScoreKind
    day: date
    value: float | None
    band: Band | None
    missing: Missing | None = None
    """Why `value` is None."""
    base: float = 0.0
    parts: tuple[Part, ...] = ()
    """Those with an effect, the strongest first."""
    version: str
    """Id of the model, or digest of the scorecard."""


class ScoreModel(BaseModel):
    """A trained model of one kind, or the refusal to have one."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: ScoreKind
    trained_at: datetime
    trained_on: date
    """The day whose evidence it ends with."""
    refusal: str | None
    """See `copilot.scoring.believable.Refusal`; then there is no `model`."""
    model: dict[str, Any] | None
    """An `AdditiveModel`."""
    report: dict[str, Any]
    """Figures on held-out rows, by time: quality, reliability, segments, lead time, stability, what was left out."""
    used_from: datetime | None = None
    """Since when it makes the scores of its kind, up to a later one; None: it never did."""
    chosen_by: str | None = None
    """Id of who chose it by hand; such a choice stands until somebody takes it back."""
    chosen_at: datetime | None = None
