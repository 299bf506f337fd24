"""What the policy says about watching how reviews are done."""

from pydantic import BaseModel, ConfigDict, Field


class QualityRules(BaseModel):
    """Section `[quality]` of the policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    test_item_share: float = Field(default=0.02, ge=0, le=0.2)
    """Test items per item filed; 0: none."""
    source_days: int = Field(default=7, strict=True, ge=1, le=90)
    """A test item is made from a draft approved in the last so many days."""
    words_per_minute: int = Field(default=600, strict=True, ge=100, le=5000)
    """Who approves faster than this cannot have read the draft. People read about 240 words a minute silently
    (Brysbaert 2019, doi:10.1016/j.jml.2019.104047); this leaves room for skimming."""
    flood_approvals: int = Field(default=5, strict=True, ge=2, le=100)
    """So many approvals in an hour faster than that are worth a warning."""
