"""How each sentence is carried, in one word: in doubt the worse one."""

import pytest

from copilot.approvals.support import Support, support_of
from copilot.domain.drafts import Segment
from copilot.domain.findings import Action, Finding, Severity
from tests.unit.draft_samples import sample_draft, sample_evidence

CITED = Segment(id="s.1", text="Pagan 84.000 €.", evidence_ids=("record:acc_1:arr",))
LEAD_IN = Segment(id="s.1", text="Resumen:", uncited_reason="lead_in")
BARE = Segment(id="s.1", text="Pagan mucho.")
UNKNOWN = Segment(id="s.1", text="Pagan 1 €.", evidence_ids=("record:acc_9:arr",))


def finding(rule: str, severity: Severity, *, segment_id: str | None = "s.1") -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        action=Action.FLAG,
        segment_id=segment_id,
        explanation={"es": "x", "en": "x"},
    )


@pytest.mark.parametrize(
    ("segment", "findings", "expected"),
    [
        (CITED, (), Support.SUPPORTED),
        (CITED, (finding("grounding.number_not_in_evidence", Severity.HIGH),), Support.UNSUPPORTED),
        (CITED, (finding("grounding.weakly_supported", Severity.MEDIUM),), Support.WEAK),
        (CITED, (finding("freshness.stale_evidence", Severity.LOW),), Support.WEAK),
        (CITED, (finding("freshness.stale_evidence", Severity.INFO),), Support.SUPPORTED),
        (CITED, (finding("tone.insult", Severity.HIGH),), Support.SUPPORTED),
        (CITED, (finding("guardrail.failed", Severity.CRITICAL, segment_id=None),), Support.WEAK),
        (LEAD_IN, (), Support.NO_FACT),
        (LEAD_IN, (finding("grounding.uncited_fact", Severity.HIGH),), Support.UNSUPPORTED),
        (BARE, (), Support.UNSUPPORTED),
        (UNKNOWN, (), Support.UNSUPPORTED),
    ],
    ids=[
        "clean",
        "figure",
        "wording",
        "old",
        "information",
        "about-something-else",
        "check-failed",
        "lead-in",
        "lead-in-with-a-fact",
        "no-source-and-no-check",
        "source-not-there",
    ],
)
def test_support(segment: Segment, findings: tuple[Finding, ...], expected: Support) -> None:
    draft = sample_draft(segment, evidence=(sample_evidence(),))
    assert support_of(draft, findings) == {"s.1": expected}


def test_accepted_by_name_is_said_only_of_what_is_unsupported() -> None:
    draft = sample_draft(CITED, evidence=(sample_evidence(),))
    bad = (finding("grounding.number_not_in_evidence", Severity.HIGH),)
    assert support_of(draft, bad, accepted={"s.1"}) == {"s.1": Support.ACCEPTED}
    assert support_of(draft, (), accepted={"s.1"}) == {"s.1": Support.SUPPORTED}
