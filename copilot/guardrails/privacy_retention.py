"""How long a conversation's pseudonyms are kept: part of the guardrail policy.

Invariant: they always end; without them a pseudonym can no longer be turned back into a value.
"""

from pydantic import BaseModel, ConfigDict, Field


class PrivacyRetention(BaseModel):
    """Section `[privacy_retention]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(default=30, strict=True, ge=1, le=3_650)
    """After the last turn of the conversation. The counts of what was masked stay; they name nobody."""
