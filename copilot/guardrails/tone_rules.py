"""The names a manager keeps for the tone of drafts: `[tone]` of the guardrail policy."""

from pydantic import BaseModel, ConfigDict


class ToneRules(BaseModel):
    """Whom a draft may not run down by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    competitors: tuple[str, ...] = ()
    """Names of competitors. Others are recognised by the words around them."""
