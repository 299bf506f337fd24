"""What a detector is, and what it is given.

Invariant: a detector is a pure function of the draft and of evidence read beforehand. It has no database
and no network, so it can be stopped at its time limit without leaving anything half-done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from copilot.domain.drafts import Draft, Segment
from copilot.domain.evidence import Evidence
from copilot.domain.findings import Action, Finding, Severity
from copilot.guardrails.texts import explain


@dataclass(frozen=True, slots=True)
class Context:
    """A draft beside its evidence as it is now, for the person it is made for."""

    draft: Draft
    current: Mapping[str, Evidence]
    """Evidence by id, read again just now; what is gone or may not be seen is not in it."""
    snapshot: Mapping[str, Evidence] = field(default_factory=dict)
    """Evidence by id as the draft carries it."""

    def cited(self, segment: Segment) -> tuple[Evidence, ...]:
        """What a segment rests on: as it is now, or as the draft has it where it cannot be read again."""
        found = (self.current.get(item) or self.snapshot.get(item) for item in segment.evidence_ids)
        return tuple(item for item in found if item is not None)


class Detector(Protocol):
    """Looks for one kind of fault."""

    @property
    def name(self) -> str:
        """Dotted name, shown when the detector itself fails."""
        ...

    def inspect(self, context: Context) -> Iterable[Finding]:
        """Return what is wrong. Never changes anything."""
        ...


def finding(
    rule: str,
    severity: Severity,
    action: Action,
    *,
    segment: Segment | None = None,
    span: tuple[int, int] | None = None,
    evidence_id: str | None = None,
    values: Mapping[str, str] | None = None,
) -> Finding:
    """A finding with its explanation in both languages. `values` fill the rule's text."""
    return Finding(
        rule=rule,
        severity=severity,
        action=action,
        segment_id=segment.id if segment else None,
        evidence_id=evidence_id,
        start=span[0] if span else None,
        end=span[1] if span else None,
        explanation=explain(rule, values or {}),
    )
