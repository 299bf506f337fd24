"""What the audit chain keeps about an item, and whether the item still says the same.

Invariant: the queue's rows can be changed, the chain cannot. So an approval holds only if the chain has the whole of
it: how the item was filed, what policy asks for it since, every vote with who is behind it, in the order of the
steps, and the last word, all about the same content, findings and requirement, and nothing that ended it since.
"""

import hashlib
import json
from collections.abc import Sequence

from copilot.domain.approvals import live_votes
from copilot.domain.audit import AuditEvent, event_hash
from copilot.domain.findings import Finding
from copilot.domain.review_items import ReviewItem, Vote

SUBMITTED = "review.submitted"
EDITED = "review.edited"
SUBMITTED_AGAIN = "review.submitted_again"
POLICY_APPLIED = "review.policy_applied"
VOTED = "review.voted"
VOTE_VOIDED = "review.vote_voided"
APPROVED = "review.approved"
REJECTED = "review.rejected"
CHANGES_REQUESTED = "review.changes_requested"
WITHDRAWN = "review.withdrawn"
RECALLED = "review.recalled"
SUPERSEDED = "review.superseded"
EXPIRED = "review.expired"
STALE = "review.stale"
CLAIMED = "review.claimed"
GIVEN_BACK = "review.given_back"
ASSIGNED = "review.assigned"
COMMENTED = "review.commented"
ESCALATED = "review.escalated"

FILED = frozenset({SUBMITTED, EDITED, SUBMITTED_AGAIN})
_ENDED = frozenset({REJECTED, CHANGES_REQUESTED, WITHDRAWN, RECALLED, SUPERSEDED, EXPIRED, STALE})
_DECISIVE = FILED | _ENDED | {POLICY_APPLIED, VOTED, VOTE_VOIDED, APPROVED}


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
    """The same with the segments that were accepted by name and everybody whose approval counts."""
    return {
        **details(item, findings),
        "accepted_segments": " ".join(item.accepted_segments),
        "votes": " ".join(_behind(vote) for vote in live_votes(item)),
    }


def vote_details(item: ReviewItem, vote: Vote, findings: Sequence[Finding]) -> dict[str, str]:
    """One approval; its actor is the voter."""
    return {
        **details(item, findings),
        "step": str(vote.step),
        "role": vote.role.value,
        "on_behalf_of": vote.on_behalf_of or "",
        "accepted_segments": " ".join(vote.accepted_segments),
    }


def approval_is_on_record(item: ReviewItem, findings: Sequence[Finding], events: Sequence[AuditEvent]) -> bool:
    """Whether `events` (all about this item, in order) tell that it was filed as it is and approved by who is named."""
    told = [event for event in events if event.action in _DECISIVE]
    if not told or any(event_hash(event) != event.hash for event in told):
        return False
    filed, approved = told[0], told[-1]
    if filed.action not in FILED or sum(event.action in FILED for event in told) != 1:
        return False
    if approved.action != APPROVED or sum(event.action == APPROVED for event in told) != 1:
        return False
    return (
        _is_about(item, findings, filed, told)
        and _votes_are_told(item, findings, told)
        and approved.actor_id == item.decided_by
        and approved.details == decision_details(item, findings)
    )


def _is_about(item: ReviewItem, findings: Sequence[Finding], filed: AuditEvent, told: Sequence[AuditEvent]) -> bool:
    """The content is that which was filed; the requirement is the last one that policy made."""
    required = next((event for event in reversed(told) if event.action == POLICY_APPLIED), filed)
    wanted = details(item, findings)
    content = {key: value for key, value in wanted.items() if key not in {"rule", "requirement"}}
    return content.items() <= filed.details.items() and wanted.items() <= required.details.items()


def _votes_are_told(item: ReviewItem, findings: Sequence[Finding], told: Sequence[AuditEvent]) -> bool:
    """The votes that the chain leaves standing are those of the item, given in the order of the steps."""
    standing: dict[str, AuditEvent] = {}
    for event in told:
        if event.action == POLICY_APPLIED:
            standing.clear()
        elif event.action == VOTE_VOIDED:
            standing.pop(event.details.get("voter", ""), None)
        elif event.action == VOTED:
            if event.actor_id in standing:
                return False
            standing[event.actor_id] = event
    votes = {vote.voter_id: vote for vote in live_votes(item)}
    steps = [votes[voter].step for voter in standing if voter in votes]
    return (
        bool(votes)
        and votes.keys() == standing.keys()
        and steps == sorted(steps)
        and all(event.details == vote_details(item, votes[voter], findings) for voter, event in standing.items())
    )


def _behind(vote: Vote) -> str:
    """`<step>:<role>:<voter>` with `/<delegator>`."""
    lent = f"/{vote.on_behalf_of}" if vote.on_behalf_of else ""
    return f"{vote.step}:{vote.role.value}:{vote.voter_id}{lent}"


def _sha256(content: object) -> str:
    """Over canonical JSON: the database keeps values, not the order of keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
