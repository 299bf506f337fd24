"""`[chat]` of the policy: which answers are shown before anybody reviewed them.

Invariant: an answer of high or critical risk is never among them.
"""

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.findings import Finding, Risk, blocking, unsupported_segments
from copilot.domain.review_items import ReviewItem


class ChatRules(BaseModel):
    """What a manager may tune."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    show_at_once: tuple[Risk, ...] = (Risk.LOW,)
    """Risks of internal answers that the asker reads at once, marked as not reviewed; the others wait."""
    turns_at_once: int = Field(default=16, strict=True, ge=1, le=500)
    """Of one process; further ones wait their turn."""
    questions_per_minute: int = Field(default=20, strict=True, ge=1, le=600)
    """Of one person, over all their conversations."""
    abandoned_after_seconds: int = Field(default=60, strict=True, ge=5, le=3_600)
    """When a turn whose process gave no sign of life may be taken up by another."""

    @model_validator(mode="after")
    def _shows_nothing_risky(self) -> Self:
        if not set(self.show_at_once) <= {Risk.LOW, Risk.MEDIUM}:
            raise ValueError("answers of high or critical risk are never shown at once")
        return self

    @property
    def abandoned_after(self) -> timedelta:
        """For how long one sign of life holds."""
        return timedelta(seconds=self.abandoned_after_seconds)

    def shows_at_once(self, item: ReviewItem, findings: tuple[Finding, ...]) -> bool:
        """Whether the asker may read this answer before anybody decided on it."""
        stopped = blocking(findings) or unsupported_segments(findings) or not item.requirement.steps
        return item.risk in self.show_at_once and not stopped
