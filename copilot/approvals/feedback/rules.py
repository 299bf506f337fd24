"""What a manager sets about learning: how often something must be seen before it counts.

Invariant: the defaults are the careful side; a preference never rests on one draft.
"""

from pydantic import BaseModel, ConfigDict, Field


class FeedbackRules(BaseModel):
    """The section `[feedback]` of the approval policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    drafts: int = Field(default=3, strict=True, ge=2, le=100)
    """In how many different drafts the same change must have been made and approved."""
    accounts: int = Field(default=2, strict=True, ge=1, le=100)
    """About how many different accounts: what is corrected for one account only is a fact about it."""
    team_people: int = Field(default=2, strict=True, ge=2, le=100)
    """How many people must have made it before it is the team's."""
    most_exceptions: float = Field(default=0.25, ge=0.0, lt=0.5)
    """Share of the drafts in which the words were left as they were, or changed to something else."""
    days: int = Field(default=365, strict=True, ge=1, le=3650)
    """How far back edits count."""
    proposal_items: int = Field(default=5, strict=True, ge=2, le=1000)
    """Corrections of one kind before a change of prompt or knowledge is proposed."""
    proposal_people: int = Field(default=2, strict=True, ge=1, le=100)
    """By how many different people."""
