"""`[alerts]` of the policy: what counts as a change worth an alert, and how many a person gets.

Invariant: a change of band needs a move, too, so that a score that trembles on the edge of a band raises nothing.
"""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.scores import ScoreKind


class Moves(BaseModel):
    """How far one kind of score has to move, in its own units (points, or probability)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    with_band: float = Field(gt=0)
    """When the band changes, too."""
    alone: float = Field(gt=0)
    """When it stays in a band that is no good news already."""

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.with_band > self.alone:
            raise ValueError("a change of band must not need a longer move than none")
        return self


class AllMoves(BaseModel):
    """Of the scores that raise alerts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    churn_90: Moves = Moves(with_band=0.03, alone=0.15)
    health: Moves = Moves(with_band=4, alone=15)
    expansion: Moves = Moves(with_band=0.03, alone=0.15)

    @property
    def by_score(self) -> Mapping[ScoreKind, Moves]:
        """By the score they are of."""
        return {
            ScoreKind.CHURN_90: self.churn_90,
            ScoreKind.HEALTH: self.health,
            ScoreKind.EXPANSION: self.expansion,
        }


class AlertRules(BaseModel):
    """What a manager may tune."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    compare_days: tuple[int, ...] = Field(default=(7, 28), min_length=1, max_length=5)
    """A score is compared with what it was so many days before: a week shows a jump, four weeks a slow decline."""
    quiet_days: int = Field(default=21, strict=True, ge=0, le=365)
    """After an alert was closed or dismissed, only a move by `alone` since then raises another."""
    most_a_day: int = Field(default=5, strict=True, ge=1, le=100)
    """New alerts of one owner on one day, the longest moves first; the others are counted, and wait."""
    longest_snooze_days: int = Field(default=90, strict=True, ge=1, le=365)
    distrust_below: float = Field(default=0.2, ge=0, le=1)
    """A cause whose alerts were right less often than this (the upper end of the 95 % interval counts) has to move a
    score twice as far. 0: outcomes change nothing."""
    notes_at_once: int = Field(default=20, strict=True, ge=1, le=500)
    """Drafts about new alerts that the background writes at a time."""
    moves: AllMoves = AllMoves()

    @property
    def remembered_days(self) -> int:
        """So long what became of an alert decides whether there is another."""
        return max((*self.compare_days, self.quiet_days))

    @model_validator(mode="after")
    def _looks_back(self) -> Self:
        if any(not 1 <= days <= 365 for days in self.compare_days):
            raise ValueError("compare_days are 1 to 365")
        return self
