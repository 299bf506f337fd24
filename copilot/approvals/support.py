"""How well each sentence of a draft is carried by what it cites, in one word.

Invariant: nothing counts as supported that no check has said so of; where in doubt, the worse word is used.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum

from copilot.domain.drafts import Draft, Segment
from copilot.domain.findings import Finding, Severity, unsupported_segments

_ABOUT_SOURCES = ("grounding.", "evidence.", "freshness.")
"""Families of rules that speak of what a sentence rests on."""
_UNCHECKED = "guardrail.failed"


class Support(StrEnum):
    SUPPORTED = "supported"
    WEAK = "weak"
    """Something is doubtful about its sources: their age, their wording, whether they still say so."""
    UNSUPPORTED = "unsupported"
    """What it says is not in the sources it cites, or it cites none."""
    ACCEPTED = "accepted"
    """Unsupported, and somebody who approved answers for it by name."""
    NO_FACT = "no_fact"
    """A lead-in that states nothing that could be true or false."""


def support_of(draft: Draft, findings: Sequence[Finding], *, accepted: Collection[str] = ()) -> dict[str, Support]:
    """Segment id -> its support. `accepted` are the segments that somebody accepted by name."""
    unsupported = set(unsupported_segments(findings))
    unchecked = any(item.rule == _UNCHECKED for item in findings)
    doubted = {item.segment_id for item in findings if _doubts(item)}
    known = draft.evidence_by_id.keys()

    def of(segment: Segment) -> Support:
        if segment.id in unsupported:
            return Support.ACCEPTED if segment.id in accepted else Support.UNSUPPORTED
        if not segment.evidence_ids:
            return Support.NO_FACT if segment.uncited_reason else Support.UNSUPPORTED
        if not known & set(segment.evidence_ids):
            return Support.UNSUPPORTED
        return Support.WEAK if unchecked or segment.id in doubted else Support.SUPPORTED

    return {segment.id: of(segment) for segment in draft.segments()}


def _doubts(finding: Finding) -> bool:
    return finding.rule.startswith(_ABOUT_SOURCES) and finding.severity is not Severity.INFO
