"""What guardrails see, and the risk that follows.

Invariant: risk is a function of the findings alone, and more findings never make it smaller.
"""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return list(Severity).index(self)


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Risk).index(self)


class Action(StrEnum):
    """What a detector suggests; policy decides."""

    ALLOW = "allow"
    REDACT = "redact"
    FLAG = "flag"
    HOLD = "hold"
    BLOCK = "block"


class Stage(StrEnum):
    """Where on its way a text is looked at."""

    INPUT = "input"
    """What a person typed, before anything reads it."""
    CONTEXT = "context"
    """Evidence and tool results, before a model reads them."""
    OUTPUT = "output"
    """A draft, before a person sees it in the queue."""
    ACTION = "action"
    """A draft that is about to leave, against the world as it is now."""


class Finding(BaseModel):
    """One thing a detector saw. `start`/`end` are characters of the segment's text (or of a text without segments)."""

    model_config = ConfigDict(frozen=True)

    rule: str
    """Dotted name, e.g. `grounding.number_not_in_evidence`."""
    severity: Severity
    action: Action
    segment_id: str | None = None
    """None: it concerns the whole draft, or one of its sources."""
    evidence_id: str | None = None
    """The source it was seen in, if it is about a source."""
    start: int | None = None
    end: int | None = None
    score: float = Field(default=1.0, ge=0, le=1)
    explanation: dict[str, str]
    """Plain words per language code; both languages always present."""


class GuardrailReport(BaseModel):
    """What the pipeline says about one draft."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]
    risk: Risk
    stage: Stage = Stage.OUTPUT
    draft_digest: str = ""
    """Digest of the draft that was checked, so that a report cannot be filed with another text."""


class TextReport(BaseModel):
    """What the pipeline says about a text that is no draft."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]
    risk: Risk
    stage: Stage
    ran: tuple[str, ...]
    """Detectors that looked at it, in order."""
    needs_draft: tuple[str, ...]
    """Detectors of the stage that did not run, because they compare a draft with its sources."""


_RISK_OF_SEVERITY = {
    Severity.INFO: Risk.LOW,
    Severity.LOW: Risk.LOW,
    Severity.MEDIUM: Risk.MEDIUM,
    Severity.HIGH: Risk.HIGH,
    Severity.CRITICAL: Risk.CRITICAL,
}
_UNSUPPORTED = "grounding."


def risk_of(findings: Iterable[Finding]) -> Risk:
    """The risk that the most severe finding stands for; low without findings."""
    return max((_RISK_OF_SEVERITY[item.severity] for item in findings), key=lambda risk: risk.rank, default=Risk.LOW)


def unsupported_segments(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Ids of the segments that their evidence does not carry, in order of first finding.

    Invariant 1: each must be accepted by name before the draft can be approved.
    """
    return tuple(
        dict.fromkeys(
            item.segment_id
            for item in findings
            if item.segment_id and item.rule.startswith(_UNSUPPORTED) and item.severity.rank >= Severity.HIGH.rank
        )
    )


def rule_names(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The rules that saw something and their families (`leak` for `leak.other_account_name`), sorted; for searching."""
    rules = {item.rule for item in findings}
    return tuple(sorted(rules | {rule.partition(".")[0] for rule in rules}))


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that no approval can overrule."""
    return tuple(item for item in findings if item.action is Action.BLOCK)
