"""What happens to approvals whose people lose the right to give them.

Invariant: a vote that lost its right is void for good, also if its voter is given the same right anew. An approval
that rested on it ends, unless the delivery is under way: then only a person can say what became of it, and if it was
not sent, it does not leave on that vote.
"""

from collections.abc import Mapping

from copilot.approvals import record
from copilot.approvals.entitlement import lost_votes
from copilot.approvals.entries import SYSTEM, subject_of
from copilot.domain.review_items import RECALLABLE, ReviewItem, ReviewState
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.releases import PERHAPS_OUT, ReleaseRepository
from copilot.store.reviews import ReviewRepository
from copilot.store.votes import VoteRepository

NOT_ENTITLED = "approver_not_entitled"
_ITEMS_AT_ONCE = 500


def void_lost_votes(*, uow: UnitOfWork, voter_id: str | None = None) -> int:
    """Void the votes (None: everybody's) that their voters could no longer give; returns on how many items."""
    reviews, after, count = ReviewRepository(uow), "", 0
    while entries := reviews.voted(after=after, limit=_ITEMS_AT_ONCE, voter_id=voter_id):
        count += sum(void_lost(entry.item, uow=uow) for entry in entries)
        after = entries[-1].item.id
    return count


def void_lost(item: ReviewItem, *, uow: UnitOfWork) -> bool:
    """Void the lost votes of one item, and end the approval that rested on them. False: nothing changed."""
    lost = lost_votes(item, uow=uow)
    if not lost:
        return False
    if item.state in RECALLABLE:
        return end_approval(item, reason=NOT_ENTITLED, lost=lost, uow=uow)
    # One reason in the row is enough to say what began it; the chain tells each.
    reason = next(iter(lost.values()))
    if not ReviewRepository(uow).void_votes(item, voter_ids=set(lost), reason=reason):
        return False
    _tell_voided(item, lost, uow=uow)
    return True


def end_approval(item: ReviewItem, *, reason: str, uow: UnitOfWork, lost: Mapping[str, str] | None = None) -> bool:
    """What was approved and has not left does not leave. False: it is leaving, may have left, or is no longer approved.

    The release first, as its worker. `lost`: voter -> why their vote no longer counts.
    """
    releases = ReleaseRepository(uow)
    releases.hold(item.id)
    release = releases.get(item.id)
    if release is not None and release.state in PERHAPS_OUT:
        _void(item, lost or {}, uow=uow)
        return False
    entry = ReviewRepository(uow).get_unfiltered(item.id)
    if entry is None or entry.item.state not in RECALLABLE:
        return False
    releases.recall(item.id)
    _void(item, lost or {}, uow=uow)
    ReviewRepository(uow).move(item.id, to=ReviewState.STALE, allowed_from=RECALLABLE, reason=reason)
    AuditLog(uow).append(record.STALE, actor_id=SYSTEM, subject=subject_of(item.id), details={"reason": reason})
    return True


def _void(item: ReviewItem, lost: Mapping[str, str], *, uow: UnitOfWork) -> None:
    """Let the lost votes of an approval count no more, and say so in the chain."""
    if lost:
        VoteRepository(uow).void([item.id], reason=next(iter(lost.values())), voter_ids=set(lost))
        _tell_voided(item, lost, uow=uow)


def _tell_voided(item: ReviewItem, lost: Mapping[str, str], *, uow: UnitOfWork) -> None:
    for voter_id, why in sorted(lost.items()):
        AuditLog(uow).append(
            record.VOTE_VOIDED,
            actor_id=SYSTEM,
            subject=subject_of(item.id),
            details={"voter": voter_id, "reason": why},
        )
