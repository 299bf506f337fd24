"""What the audit chain keeps about an item, and whether the item still says the same.

Invariant: the queue's rows can be changed, the chain cannot. So an approval holds only if the chain has it, given
by the same person for the same content, findings and requirement as when the item was filed.
"""

import hashlib
import json
from collections.abc import Sequence

from copilot.domain.audit import AuditEvent, event_hash
from copilot.domain.findings import Finding
from copilot.domain.review_items import ReviewItem

SUBMITTED = "review.submitted"
EDITED = "review.edited"
APPROVED = "review.approved"
REJECTED = "review.rejected"


def details(item: ReviewItem, findings: Sequence[Finding]) -> dict[str, str]:
    """What decides about an item: identifiers, codes and hashes."""
    return {
        "draft": item.draft_id,
        "version": str(item.version),
        "digest": item.digest,
        "risk": item.risk.value,
        "audience": item.audience.value,
        "rule": item.requirement.rule,
        "requirement": _sha256(item.requirement.model_dump(mode="json")),
        "findings": _sha256([finding.model_dump(mode="json") for finding in findings]),
    }


def decision_details(item: ReviewItem, findings: Sequence[Finding]) -> dict[str, str]:
    """The same with the segments that the decider accepted by name."""
    return {**details(item, findings), "accepted_segments": " ".join(item.accepted_segments)}


def approval_is_on_record(item: ReviewItem, findings: Sequence[Finding], events: Sequence[AuditEvent]) -> bool:
    """Whether `events` (all about this item) tell that it was filed as it is and approved by who is named."""
    filed = [event for event in events if event.action in {SUBMITTED, EDITED}]
    approved = [event for event in events if event.action == APPROVED]
    if len(filed) != 1 or len(approved) != 1 or any(event_hash(event) != event.hash for event in filed + approved):
        return False
    return (
        details(item, findings).items() <= filed[0].details.items()
        and approved[0].actor_id == item.decided_by
        and approved[0].details == decision_details(item, findings)
    )


def _sha256(content: object) -> str:
    """Over canonical JSON: the database keeps values, not the order of keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
