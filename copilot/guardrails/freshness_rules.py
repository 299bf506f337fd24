"""How old a source may be: `[freshness]` of the guardrail policy."""

from pydantic import BaseModel, ConfigDict, Field


class FreshnessRules(BaseModel):
    """Days by what the source is; what is older no longer carries a statement about today."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record: int = Field(default=45, ge=1)
    """Fields of the CRM, since they were exported."""
    metric: int = Field(default=45, ge=1)
    email: int = Field(default=365, ge=1)
    """As are calls and notes: one contract year."""
    transcript: int = Field(default=365, ge=1)
    note: int = Field(default=365, ge=1)
    knowledge: int = Field(default=550, ge=1)
    """Policies, approved answers, price lists, certificates: reviewed every year, with half a year of grace."""
    contract: int = Field(default=1_825, ge=1)
