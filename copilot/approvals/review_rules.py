"""`[review]` of the policy: how people share the work of the queue.

Invariant: every number here bounds something that would otherwise last for ever.
"""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class ReviewRules(BaseModel):
    """Times and sizes that a manager may tune."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim_minutes: int = Field(default=60, strict=True, ge=1, le=24 * 60)
    """After how long an item that somebody took on, and did not decide, is given back."""
    longest_delegation_days: int = Field(default=60, strict=True, ge=1, le=366)
    longest_comment: int = Field(default=4_000, strict=True, ge=1, le=20_000)
    """Characters."""

    @property
    def claim(self) -> timedelta:
        """How long a claim holds."""
        return timedelta(minutes=self.claim_minutes)
