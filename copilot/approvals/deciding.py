"""Deciding on an item, and taking it back.

Invariant: the decision, its audit events and the release it orders commit together. Before an approval is counted,
the votes before it and the policy are looked at again: what no longer holds is void first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from copilot.approvals import record
from copilot.approvals.changes import Changes
from copilot.approvals.entitlement import lender_sees
from copilot.approvals.entries import find_entry, find_readable, subject_of
from copilot.approvals.lost_rights import void_lost
from copilot.approvals.quality.outcome import settle_decided
from copilot.approvals.refusals import error, refusal
from copilot.domain.access import Viewer
from copilot.domain.approvals import Accepted, Outcome, Refused, decide, recall, withdraw
from copilot.domain.findings import Finding, unsupported_segments
from copilot.domain.review_items import RECALLABLE, UNDECIDED, Decision, ReviewItem, ReviewState, Verdict
from copilot.errors import Conflict, NotAllowed
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.delegations import DelegationRepository
from copilot.store.drafts import Judged
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.review_comments import CommentKind, CommentRepository
from copilot.store.reviews import ReviewRepository

_REFUSED_RECALL = {
    ReleaseState.SENDING: "leaving_now",
    ReleaseState.RELEASED: "already_released",
    ReleaseState.PARKED: "outcome_unknown",
}
_MAY_BE_LENT = frozenset({"not_allowed", "not_your_turn"})
_NO_RIGHT = _MAY_BE_LENT | {"own_draft", "already_voted", "delegation_over"}
_SENT_BACK = {
    Verdict.REJECT: (record.REJECTED, CommentKind.REJECTION),
    Verdict.REQUEST_CHANGES: (record.CHANGES_REQUESTED, CommentKind.CHANGE_REQUEST),
}


@dataclass(frozen=True, slots=True)
class Deciding:
    """Decides under one policy."""

    changes: Changes
    on_approved: Callable[[UnitOfWork], None]

    def decide(self, item_id: str, decision: Decision, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """See `ApprovalService.decide`."""
        themselves = (decision.decider_id, decision.decider_role) == (viewer.user_id, viewer.role)
        if not themselves or decision.delegated is not None:
            raise error(NotAllowed, "not_yourself", viewer)
        reviews = ReviewRepository(uow)
        for attempt in range(2):
            if attempt:
                reviews.lock(item_id)
            entry, judged = find_readable(item_id, viewer=viewer, uow=uow)
            item = entry.item
            if decision.verdict is Verdict.APPROVE and self.changes.bring_up_to_date(entry, uow=uow):
                item = find_entry(item_id, viewer=viewer, uow=uow).item
            used, outcome = _with_own_or_lent_right(item, decision, judged.findings, uow=uow)
            if isinstance(outcome, Refused):
                raise refusal(outcome.code, viewer)
            if not isinstance(outcome, Accepted):
                return item
            settled = reviews.settle(item, _narrowed(used, judged.findings), outcome)
            if settled is not None:
                self._record(settled.item, used, judged, releasable=not settled.is_test, uow=uow)
                if settled.is_test:
                    settle_decided(settled.item, by=viewer.user_id, uow=uow)
                    return find_entry(item_id, viewer=viewer, uow=uow).item
                return settled.item
        raise refusal("conflict", viewer)

    def withdraw(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """See `ApprovalService.withdraw`."""
        item = find_entry(item_id, viewer=viewer, uow=uow).item
        outcome = withdraw(item, user_id=viewer.user_id, role=viewer.role)
        if isinstance(outcome, Refused):
            raise refusal(outcome.code, viewer)
        if isinstance(outcome, Accepted):
            if not ReviewRepository(uow).move(item_id, to=ReviewState.WITHDRAWN, allowed_from=UNDECIDED):
                raise refusal("conflict", viewer)
            AuditLog(uow).append(record.WITHDRAWN, actor_id=viewer.user_id, subject=subject_of(item_id))
        return find_entry(item_id, viewer=viewer, uow=uow).item

    def recall(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """See `ApprovalService.recall`."""
        item = find_entry(item_id, viewer=viewer, uow=uow).item
        outcome = recall(item, user_id=viewer.user_id, role=viewer.role)
        if isinstance(outcome, Refused) and outcome.code != "conflict":
            raise refusal(outcome.code, viewer)
        if isinstance(outcome, Accepted | Refused):
            self._take_back(item_id, viewer=viewer, uow=uow)
            AuditLog(uow).append(record.RECALLED, actor_id=viewer.user_id, subject=subject_of(item_id))
        return find_entry(item_id, viewer=viewer, uow=uow).item

    def _take_back(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """The release first, as its worker does: its own UPDATE says whether it has begun to leave."""
        releases = ReleaseRepository(uow)
        recalled = releases.recall(item_id)
        release = None if recalled else releases.get(item_id)
        if release is not None and release.state in _REFUSED_RECALL:
            raise error(Conflict, _REFUSED_RECALL[release.state], viewer)
        if not ReviewRepository(uow).move(item_id, to=ReviewState.RECALLED, allowed_from=RECALLABLE):
            raise error(Conflict, "not_recallable", viewer)

    def retry_release(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """See `ApprovalService.retry_release`."""
        entry, _ = find_readable(item_id, viewer=viewer, uow=uow)
        if not may_retry(entry.item, viewer):
            raise refusal("not_allowed", viewer)
        if entry.item.state is ReviewState.RELEASE_FAILED and void_lost(entry.item, uow=uow):
            # Nobody whose right ended meanwhile makes an approval again: the item says so from now on.
            return find_entry(item_id, viewer=viewer, uow=uow).item
        retried = entry.item.state is ReviewState.RELEASE_FAILED and ReleaseRepository(uow).retry(item_id)
        if not retried or not ReviewRepository(uow).move(
            item_id, to=ReviewState.APPROVED, allowed_from=(ReviewState.RELEASE_FAILED,)
        ):
            raise error(Conflict, "not_failed", viewer)
        AuditLog(uow).append("release.retried", actor_id=viewer.user_id, subject=subject_of(item_id))
        self.on_approved(uow)
        return find_entry(item_id, viewer=viewer, uow=uow).item

    def _record(
        self, item: ReviewItem, decision: Decision, judged: Judged, *, releasable: bool, uow: UnitOfWork
    ) -> None:
        audit, subject = AuditLog(uow), subject_of(item.id)
        if decision.verdict is not Verdict.APPROVE:
            action, kind = _SENT_BACK[decision.verdict]
            CommentRepository(uow).add(
                draft_id=item.draft_id,
                item_id=item.id,
                author_id=decision.decider_id,
                kind=kind,
                text=(decision.comment or "").strip(),
            )
            told = record.decision_details(item, judged.findings)
            audit.append(action, actor_id=decision.decider_id, subject=subject, details=told)
            return
        [vote] = [vote for vote in item.votes if vote.voter_id == decision.decider_id]
        told = record.vote_details(item, vote, judged.findings)
        audit.append(record.VOTED, actor_id=vote.voter_id, subject=subject, details=told)
        if item.state is ReviewState.APPROVED:
            told = record.decision_details(item, judged.findings)
            audit.append(record.APPROVED, actor_id=vote.voter_id, subject=subject, details=told)
            if releasable:
                self._order_release(item, judged, uow=uow)

    def _order_release(self, item: ReviewItem, judged: Judged, *, uow: UnitOfWork) -> None:
        undo = item.requirement.undo_seconds
        not_before = uow.clock.now() + timedelta(seconds=undo) if undo else None
        ReleaseRepository(uow).queue(item.id, sink=judged.destination.value, digest=item.digest, not_before=not_before)
        self.on_approved(uow)


def may_retry(item: ReviewItem, viewer: Viewer) -> bool:
    """Whether the person may have a failed delivery tried again: who asked, or whose role approves in some step."""
    return viewer.user_id == item.requester_id or viewer.role in item.requirement.roles


def _with_own_or_lent_right(
    item: ReviewItem, decision: Decision, findings: tuple[Finding, ...], *, uow: UnitOfWork
) -> tuple[Decision, Outcome]:
    """The decision by the person's own right, else by the first one lent to them that makes it hold."""
    now = uow.clock.now()
    own = decide(item, decision, now=now, findings=findings)
    if not isinstance(own, Refused) or own.code not in _MAY_BE_LENT:
        return decision, own
    for lent in DelegationRepository(uow).lent_to(decision.decider_id):
        trial = decision.model_copy(update={"delegated": lent})
        outcome = decide(item, trial, now=now, findings=findings)
        fits = not isinstance(outcome, Refused) or outcome.code not in _NO_RIGHT
        if fits and lender_sees(item, lent, uow=uow):
            return trial, outcome
    return decision, own


def _narrowed(decision: Decision, findings: tuple[Finding, ...]) -> Decision:
    """The decision with only those accepted segments that had to be accepted."""
    if decision.verdict is not Verdict.APPROVE:
        return decision.model_copy(update={"accepted_segments": ()})
    needed = unsupported_segments(findings)
    accepted = tuple(item for item in needed if item in decision.accepted_segments)
    return decision.model_copy(update={"accepted_segments": accepted})
