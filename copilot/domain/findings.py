"""What guardrails see, and the risk that follows."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Action(StrEnum):
    """What a detector suggests; policy decides."""

    ALLOW = "allow"
    REDACT = "redact"
    FLAG = "flag"
    HOLD = "hold"
    BLOCK = "block"


class Finding(BaseModel):
    """One thing a detector saw. `start`/`end` are characters of the segment's text."""

    model_config = ConfigDict(frozen=True)

    rule: str
    """Dotted name, e.g. `grounding.number_not_in_evidence`."""
    severity: Severity
    action: Action
    segment_id: str | None = None
    """None: it concerns the whole draft."""
    start: int | None = None
    end: int | None = None
    score: float = Field(default=1.0, ge=0, le=1)
    explanation: dict[str, str]
    """Plain words per language code; both languages always present."""
