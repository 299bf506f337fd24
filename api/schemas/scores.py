"""Scores of an account as the API answers with them; sentences are in the reader's language."""

from datetime import date

from pydantic import BaseModel

from copilot.domain.scores import Band, Missing, ScoreKind
from copilot.workflows.scores.as_data import as_data
from copilot.workflows.scores.story import AccountStory


class ScoreSign(BaseModel):
    """A signal that moves a score. `effect` is in points of the health, or in log odds of a probability; a positive
    one raises the score. `evidence_id` is what the figure comes from."""

    name: str
    text: str
    effect: float
    evidence_id: str | None
    as_of: date | None
    source_path: str | None


class ScoreChange(BaseModel):
    """What the score would be if one signal were another."""

    name: str
    text: str
    value: float
    band: Band
    of_healthy: bool
    """As among the healthy customers that you see; else as the scorecard counts as good."""


class ScoreBefore(BaseModel):
    """The score a week before."""

    value: float
    day: date


class ScoreDetail(BaseModel):
    """One score, or (`value` null) why there is none. Health is 0 to 100, the others are probabilities."""

    kind: ScoreKind
    title: str
    value: float | None
    band: Band | None
    missing: Missing | None
    why_not: str | None
    sentence: str | None
    bad: list[ScoreSign]
    good: list[ScoreSign]
    changes: list[ScoreChange]
    together: str | None
    before: ScoreBefore | None


class ScoreAlike(BaseModel):
    """An account that was like this one, among those you may see; `left_on` null: still a customer."""

    account_id: str
    name: str
    left_on: date | None
    text: str
    in_what: str | None
    evidence_id: str | None


class AccountScores(BaseModel):
    """All scores of an account on `day`, explained."""

    account_id: str
    name: str
    day: date
    scores: list[ScoreDetail]
    alike: list[ScoreAlike]
    alike_note: str | None
    nothing: str | None
    """Why there is no score at all."""

    @classmethod
    def of(cls, story: AccountStory) -> "AccountScores":
        """The same as `sales-copilot scores account --json`."""
        return cls.model_validate(as_data(story))
