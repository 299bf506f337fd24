"""Sharing the work: who is on an item, who is asked to decide, and what people say about it.

Invariant: none of this decides anything. A claim and a request to decide are soft: whoever may decide still can.
"""

from collections.abc import Collection
from dataclasses import dataclass

from copilot.approvals import record
from copilot.approvals.entitlement import lender_sees
from copilot.approvals.entries import find_readable, is_readable, subject_of
from copilot.approvals.policy import Policy
from copilot.approvals.refusals import error, refusal
from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import RefusalCode, closed, live_votes, may_approve
from copilot.domain.review_items import OPEN, UNDECIDED, ReviewItem
from copilot.errors import Conflict, InputError
from copilot.store.account_people import people_of_account
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.delegations import DelegationRepository
from copilot.store.people import PeopleRepository
from copilot.store.review_comments import Comment, CommentKind, CommentRepository
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository


@dataclass(frozen=True, slots=True)
class Handling:
    """Shares the work under one policy."""

    policy: Policy

    def claim(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """See `ApprovalService.claim`."""
        item = find_readable(item_id, viewer=viewer, uow=uow)[0].item
        objection = may_claim(item, viewer=viewer, uow=uow)
        if objection is not None:
            raise refusal(objection, viewer)
        holder = self.claimer(item, uow=uow)
        if holder == viewer.user_id:
            return item
        if holder is not None:
            raise error(Conflict, "claimed_by_other", viewer)
        if not ReviewRepository(uow).claim(item, user_id=viewer.user_id):
            raise refusal("conflict", viewer)
        AuditLog(uow).append(record.CLAIMED, actor_id=viewer.user_id, subject=subject_of(item_id))
        return find_readable(item_id, viewer=viewer, uow=uow)[0].item

    def give_back(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """See `ApprovalService.give_back`."""
        item = find_readable(item_id, viewer=viewer, uow=uow)[0].item
        if item.state not in OPEN or item.claimed_by is None:
            return item
        if item.claimed_by != viewer.user_id and viewer.role not in {Role.MANAGER, Role.ADMIN}:
            raise error(Conflict, "not_claimed", viewer)
        if not ReviewRepository(uow).give_back(item):
            raise refusal("conflict", viewer)
        AuditLog(uow).append(record.GIVEN_BACK, actor_id=viewer.user_id, subject=subject_of(item_id))
        return find_readable(item_id, viewer=viewer, uow=uow)[0].item

    def claimer(self, item: ReviewItem, *, uow: UnitOfWork) -> str | None:
        """Who is on it: whose claim has not run out."""
        if item.claimed_at is None or item.state not in OPEN:
            return None
        return item.claimed_by if uow.clock.now() < item.claimed_at + self.policy.review.claim else None

    def reassign(self, item_id: str, *, to: str | None, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """See `ApprovalService.reassign`."""
        entry, judged = find_readable(item_id, viewer=viewer, uow=uow)
        item = entry.item
        objection = may_reassign(item, viewer=viewer)
        if objection is not None:
            raise refusal(objection, viewer)
        if to == item.assignee_id:
            return item
        if to is not None and not _can_decide(entry, to, cited=judged.cited_accounts, uow=uow):
            raise error(InputError, "not_assignable", viewer)
        if not ReviewRepository(uow).assign(item, to=to):
            raise refusal("conflict", viewer)
        told = {"assignee": to or ""}
        AuditLog(uow).append(record.ASSIGNED, actor_id=viewer.user_id, subject=subject_of(item_id), details=told)
        return find_readable(item_id, viewer=viewer, uow=uow)[0].item

    def assignable(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> tuple[Viewer, ...]:
        """See `ApprovalService.assignable`."""
        entry, judged = find_readable(item_id, viewer=viewer, uow=uow)
        return deciders_of(entry, cited=judged.cited_accounts, seen_by=viewer, uow=uow)

    def comment(self, item_id: str, text: str, *, viewer: Viewer, uow: UnitOfWork) -> Comment:
        """See `ApprovalService.comment`."""
        item = find_readable(item_id, viewer=viewer, uow=uow)[0].item
        words = text.strip()
        if not words:
            raise error(InputError, "comment_empty", viewer)
        if len(words) > self.policy.review.longest_comment:
            raise error(InputError, "comment_long", viewer)
        if "\x00" in words or any("\ud800" <= character <= "\udfff" for character in words):
            raise error(InputError, "unusable_text", viewer)
        comments = CommentRepository(uow)
        comment_id = comments.add(
            draft_id=item.draft_id,
            item_id=item.id,
            author_id=viewer.user_id,
            kind=CommentKind.COMMENT,
            text=words,
        )
        told = {"comment": comment_id}
        AuditLog(uow).append(record.COMMENTED, actor_id=viewer.user_id, subject=subject_of(item_id), details=told)
        [added] = [line for line in comments.on_items([item.id]) if line.id == comment_id]
        return added


def deciders_of(entry: QueueEntry, *, cited: Collection[str], seen_by: Viewer, uow: UnitOfWork) -> tuple[Viewer, ...]:
    """The people who may see and approve the item, which cites these accounts, by name; `seen_by` sees it."""
    candidates = people_of_account(entry.account_id, uow=uow)
    return tuple(
        person
        for person in candidates
        if right_to_approve(entry.item, viewer=person, uow=uow) is None
        and (person.user_id == seen_by.user_id or _sees(entry, person, cited=cited, uow=uow))
    )


def right_to_approve(item: ReviewItem, *, viewer: Viewer, uow: UnitOfWork) -> RefusalCode | None:
    """Why the person may not approve the item now, by their own right or a lent one; None: they may."""
    if any(viewer.user_id in vote.people for vote in live_votes(item)):
        return "already_voted"
    own = may_approve(item, user_id=viewer.user_id, role=viewer.role)
    if own not in {"not_allowed", "not_your_turn"}:
        return own
    voted = {person for vote in live_votes(item) for person in vote.people}
    for lent in DelegationRepository(uow).lent_to(viewer.user_id):
        if lent.delegator_id in voted:
            continue
        objection = may_approve(item, user_id=viewer.user_id, role=lent.role, on_behalf_of=lent.delegator_id)
        if objection is None and lender_sees(item, lent, uow=uow):
            return None
    return own


def may_claim(item: ReviewItem, *, viewer: Viewer, uow: UnitOfWork) -> RefusalCode | None:
    """Why the person may not take the item on; None: they may."""
    if item.state not in OPEN:
        return closed(item)
    if uow.clock.now() >= item.requirement.expires_at:
        return "expired"
    return right_to_approve(item, viewer=viewer, uow=uow)


def may_reassign(item: ReviewItem, *, viewer: Viewer) -> RefusalCode | None:
    """Why the person may not ask somebody to decide; None: they may."""
    if item.state not in UNDECIDED:
        return closed(item)
    involved = viewer.user_id in {item.requester_id, item.assignee_id, item.claimed_by}
    allowed = involved or viewer.role in {*item.requirement.roles, Role.MANAGER, Role.ADMIN}
    return None if allowed else "not_allowed"


def _can_decide(entry: QueueEntry, user_id: str, *, cited: Collection[str], uow: UnitOfWork) -> bool:
    """Whether an active person may both see and approve the item."""
    person = PeopleRepository(uow).by_id(user_id)
    if person is None or right_to_approve(entry.item, viewer=person, uow=uow) is not None:
        return False
    return _sees(entry, person, cited=cited, uow=uow)


def _sees(entry: QueueEntry, person: Viewer, *, cited: Collection[str], uow: UnitOfWork) -> bool:
    return is_readable(entry.item.id, cited_accounts=cited, viewer=person, uow=uow)


def names_of(user_ids: set[str | None], *, uow: UnitOfWork) -> dict[str, str]:
    """Display names by id."""
    return PeopleRepository(uow).names([user_id for user_id in user_ids if user_id])
