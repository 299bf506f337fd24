"""Is every source cited there, visible to the person it is made for, unchanged, and of this account?"""

from collections.abc import Iterable, Iterator

from copilot.domain.drafts import Segment
from copilot.domain.findings import Action, Finding, Severity
from copilot.guardrails.detector import Context, finding


class EvidenceDetector:
    """Compares the citations with the evidence read again."""

    name = "evidence"

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the module docstring."""
        for segment in context.draft.segments():
            for evidence_id in dict.fromkeys(segment.evidence_ids):
                yield from _check(evidence_id, segment, context)
        cited = {item for segment in context.draft.segments() for item in segment.evidence_ids}
        for evidence_id in context.snapshot:
            if evidence_id not in cited and evidence_id not in context.current:
                yield finding("evidence.unavailable", Severity.CRITICAL, Action.BLOCK, evidence_id=evidence_id)


def _check(evidence_id: str, segment: Segment, context: Context) -> Iterator[Finding]:
    written_from = context.snapshot.get(evidence_id)
    if written_from is None:
        yield finding("evidence.unknown", Severity.HIGH, Action.HOLD, segment=segment, evidence_id=evidence_id)
        return
    now = context.current.get(evidence_id)
    if now is None:
        yield finding("evidence.unavailable", Severity.CRITICAL, Action.BLOCK, segment=segment, evidence_id=evidence_id)
        return
    if now.content_hash != written_from.content_hash:
        yield finding("evidence.changed", Severity.HIGH, Action.HOLD, segment=segment, evidence_id=evidence_id)
    about = context.draft.account_id
    if now.account_id is not None and about is not None and now.account_id != about:
        yield finding("evidence.other_account", Severity.HIGH, Action.HOLD, segment=segment, evidence_id=evidence_id)
