"""What happens to items without anybody deciding: deadlines, other evidence, another policy, lost rights.

Invariant: every such change is told in the audit chain, once, and none of them ever makes an approval easier than
policy asks today.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass

from copilot.approvals import record
from copilot.approvals.entries import SYSTEM, SYSTEM_VIEWER, subject_of
from copilot.approvals.lost_rights import end_approval, void_lost, void_lost_votes
from copilot.approvals.packages import mark_overtaken
from copilot.approvals.policy import Policy
from copilot.domain.drafts import DraftKind
from copilot.domain.review_items import OPEN, RECALLABLE, UNDECIDED, ReviewItem
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository
from copilot.store.evidence import EvidenceRepository
from copilot.store.packed_answers import PackedAnswers
from copilot.store.people import PeopleRepository
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository
from copilot.store.stale_items import StaleItems
from copilot.store.value_at_stake import value_at_stake

POLICY_CHANGED = "policy_changed"
_APPLIED = "approvals.policy_applied"
"""Name of the fact that says which policy the queue was last held against."""
_READ_AT_ONCE = 2_000
_ITEMS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Changes:
    """Keeps the queue true under one policy."""

    policy: Policy
    currency: str

    def expire_due(self, *, uow: UnitOfWork) -> int:
        """See `ApprovalService.expire_due`."""
        return _tell(ReviewRepository(uow).expire_due(), record.EXPIRED, uow=uow)

    def escalate_due(self, *, uow: UnitOfWork) -> int:
        """See `ApprovalService.escalate_due`."""
        reviews = ReviewRepository(uow)
        overdue = reviews.escalate_due()
        for item_id in overdue:
            entry = reviews.get_unfiltered(item_id)
            roles = entry.item.requirement.escalate_to if entry else ()
            told = {"roles": " ".join(role.value for role in roles)}
            AuditLog(uow).append(record.ESCALATED, actor_id=SYSTEM, subject=subject_of(item_id), details=told)
        return len(overdue)

    def end_claims(self, *, uow: UnitOfWork) -> int:
        """See `ApprovalService.end_claims`."""
        before = uow.clock.now() - self.policy.review.claim
        return _tell(ReviewRepository(uow).end_claims(before=before), record.GIVEN_BACK, uow=uow)

    def mark_changed(self, *, uow: UnitOfWork) -> int:
        """See `ApprovalService.mark_changed`."""
        cited = StaleItems(uow).cited()
        checkable = sorted(key for key in cited if not key.startswith("metric:"))
        outdated: dict[str, set[str]] = {}
        for start in range(0, len(checkable), _READ_AT_ONCE):
            batch = checkable[start : start + _READ_AT_ONCE]
            current = EvidenceRepository(uow).read(batch, viewer=SYSTEM_VIEWER)
            for key in batch:
                gone = cited[key] - ({current[key].content_hash} if key in current else set())
                outdated |= {key: gone} if gone else {}
        moved = StaleItems(uow).mark_changed(outdated) if outdated else ()
        return _tell(moved, record.STALE, uow=uow) + mark_overtaken(uow=uow)

    def void_lost_votes(self, *, uow: UnitOfWork) -> int:
        """See `ApprovalService.void_lost_votes`."""
        return void_lost_votes(uow=uow)

    def apply_policy(self, *, uow: UnitOfWork) -> int:
        """See `ApprovalService.apply_policy`."""
        people, terms = PeopleRepository(uow), _terms_of(self.policy)
        if people.workspace_fact(_APPLIED) == terms:
            return 0
        reviews, after, count = ReviewRepository(uow), "", 0
        while entries := reviews.undone(after=after, limit=_ITEMS_AT_ONCE):
            count += sum(self._apply_to(entry, uow=uow) for entry in entries)
            after = entries[-1].item.id
        people.set_workspace_fact(_APPLIED, terms)
        return count

    def bring_up_to_date(self, entry: QueueEntry, *, uow: UnitOfWork) -> bool:
        """Before an approval is counted: today's policy, and only votes that still hold. True: the item changed.

        A package whose parts are no longer approved is stale from then on.
        """
        if entry.item.state not in OPEN or uow.clock.now() >= entry.item.requirement.expires_at:
            return False
        if entry.item.kind is DraftKind.RFP_ANSWER and _is_overtaken(entry.item, uow=uow):
            return True
        if self._apply_to(entry, uow=uow):
            return True
        return bool(entry.item.votes) and void_lost(entry.item, uow=uow)

    def _apply_to(self, entry: QueueEntry, *, uow: UnitOfWork) -> bool:
        item = entry.item
        if self.policy.requirement_of(item, now=uow.clock.now()).terms == item.requirement.terms:
            return False
        if item.state in RECALLABLE:
            return end_approval(item, reason=POLICY_CHANGED, uow=uow)
        value = item.value_at_stake
        if value is None:
            value = value_at_stake(entry.account_id, currency=self.currency, uow=uow)
        item = item.model_copy(update={"value_at_stake": value})
        wanted = self.policy.requirement_of(item, now=uow.clock.now())
        if item.state not in UNDECIDED or not ReviewRepository(uow).require(
            item, wanted, value=value, reason=POLICY_CHANGED
        ):
            return False
        findings = DraftRepository(uow).judged(item.draft_id, item.version).findings
        told = record.details(item.model_copy(update={"requirement": wanted}), findings)
        AuditLog(uow).append(record.POLICY_APPLIED, actor_id=SYSTEM, subject=subject_of(item.id), details=told)
        return True


def _is_overtaken(item: ReviewItem, *, uow: UnitOfWork) -> bool:
    version = (item.draft_id, item.version)
    if PackedAnswers(uow).stand(DraftRepository(uow).version(*version).draft):
        return False
    return bool(_tell(StaleItems(uow).mark_overtaken([version]), record.STALE, uow=uow))


def _tell(item_ids: Collection[str], action: str, *, uow: UnitOfWork) -> int:
    for item_id in item_ids:
        AuditLog(uow).append(action, actor_id=SYSTEM, subject=subject_of(item_id))
    return len(item_ids)


def _terms_of(policy: Policy) -> str:
    """SHA-256 (hex) of all that policy can ask of an item."""
    content = policy.model_dump(mode="json", include={"version", "hold_hours", "rule"})
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
