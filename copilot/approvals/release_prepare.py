"""Whether an approval holds at this moment, and the bytes it is for.

Invariant 5: what is returned to be delivered are exactly the stored bytes, and their digest is the one approved, filed,
ordered and in the audit chain; approvers, policy, evidence, addresses and rules of contact are those of now.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from copilot.approvals.entitlement import entitled_approvers
from copilot.approvals.entries import subject_of
from copilot.approvals.policy import Policy
from copilot.approvals.record import approval_is_on_record
from copilot.approvals.release_check import check_before_release
from copilot.approvals.sinks import Delivery
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, content_digest
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.guardrails.pipeline import Guardrails
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository, StoredVersion
from copilot.store.evidence import EvidenceRepository
from copilot.store.packed_answers import PackedAnswers
from copilot.store.releases import Release, ReleaseRepository
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository

TEST_ITEM = "test_item"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an approval does not hold at the moment of delivery."""

    code: str


@dataclass(frozen=True, slots=True)
class Waits:
    """The approval holds, and the recipients cannot be written to at this moment."""

    rule: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Preparation:
    """Checks releases under one policy."""

    policy: Policy
    guardrails: Guardrails

    def prepare(self, release: Release, *, uow: UnitOfWork) -> Delivery | Objection | Waits:
        """Check everything, and return exactly the stored bytes if the approval still holds.

        The item stays as it is until the transaction ends.
        """
        releases = ReleaseRepository(uow)
        releases.hold(release.review_item_id)
        entry = ReviewRepository(uow).get_unfiltered(release.review_item_id)
        if entry is None or entry.item.state is not ReviewState.APPROVED:
            return Objection("not_approved")
        if releases.is_test_item(entry.item.id):
            return Objection(TEST_ITEM)
        if uow.clock.now() >= entry.item.requirement.expires_at:
            return Objection("expired")
        found = stored_delivery(entry.item, uow=uow)
        if found is None:
            return Objection("digest_mismatch")
        approvers = entitled_approvers(entry.item, uow=uow)
        if not approvers:
            return Objection("approver_not_entitled")
        return self._content(found, release, entry=entry, approvers=approvers, uow=uow)

    def _content(
        self,
        found: tuple[StoredVersion, Delivery],
        release: Release,
        *,
        entry: QueueEntry,
        approvers: Sequence[Viewer],
        uow: UnitOfWork,
    ) -> Delivery | Objection | Waits:
        (stored, delivery), item = found, entry.item
        digest = content_digest(stored.draft, deliverables=dict(delivery.files))
        if {digest, stored.digest, release.digest} != {item.digest} or release.sink != stored.draft.destination:
            return Objection("digest_mismatch")
        if not approval_is_on_record(item, stored.findings, AuditLog(uow).about(subject_of(item.id))):
            return Objection("not_approved")
        if not self._policy_stands(item, uow=uow):
            return Objection("policy_changed")
        if not all(_evidence_stands(stored.draft, approver=approver, uow=uow) for approver in approvers):
            return Objection("evidence_changed")
        if not PackedAnswers(uow).stand(stored.draft):
            return Objection("evidence_changed")
        check = check_before_release(
            stored,
            entry=entry,
            viewer=approvers[-1],
            guardrails=self.guardrails,
            uow=uow,
        )
        if check.objection is not None:
            return Objection(check.objection)
        return delivery if check.waits is None else Waits(*check.waits)

    def _policy_stands(self, item: ReviewItem, *, uow: UnitOfWork) -> bool:
        """Whether policy would ask the same of the item today, times aside: also how long it could be recalled."""
        asked = self.policy.requirement_of(item, now=uow.clock.now())
        same_wait = asked.model_copy(update={"undo_seconds": item.requirement.undo_seconds})
        return same_wait.terms == item.requirement.terms


def stored_delivery(item: ReviewItem, *, uow: UnitOfWork) -> tuple[StoredVersion, Delivery] | None:
    """The item's version and its bytes, or None if what is stored is no longer a draft."""
    drafts = DraftRepository(uow)
    try:
        stored = drafts.version(item.draft_id, item.version)
    except ValidationError:
        return None
    delivery = Delivery(
        review_item_id=item.id,
        digest=item.digest,
        name=_name(stored.draft),
        files=drafts.deliverables(item.draft_id, item.version),
        email=stored.draft.email,
        crm=stored.draft.crm,
    )
    return stored, delivery


def _evidence_stands(draft: Draft, *, approver: Viewer, uow: UnitOfWork) -> bool:
    current = EvidenceRepository(uow).read_for(draft.evidence, viewer=approver, today=draft.as_of)
    return all(item.id in current and current[item.id].content_hash == item.content_hash for item in draft.evidence)


def _name(draft: Draft) -> str:
    """`2026-11-16-brief-aceros-tormes`: plain letters, so that any file system takes it."""
    folded = unicodedata.normalize("NFKD", draft.account_name or "").encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:40].strip("-")
    return "-".join(part for part in (draft.as_of.isoformat(), draft.kind.value, slug) if part)
