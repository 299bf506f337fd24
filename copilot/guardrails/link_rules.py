"""Which addresses a draft may carry: `[links]` of the guardrail policy."""

import re

from pydantic import BaseModel, ConfigDict, field_validator

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z0-9-]{2,63}")


class LinkRules(BaseModel):
    """Our own domains. Those that our people's mail addresses end in are added to them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allowed_domains: tuple[str, ...] = ()
    """Lower case, without scheme or path; what is below them is allowed too."""

    @field_validator("allowed_domains")
    @classmethod
    def _are_domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not _DOMAIN.fullmatch(name):
                raise ValueError(f"`{name}` is no domain; write it like `example.com`")
        return value
