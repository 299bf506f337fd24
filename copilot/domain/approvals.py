"""The rules of the approval queue as pure functions.

Invariant: `decide`, `withdraw` and `recall` are total and have no effects; they never raise on a legal input and
never return a state that lets unapproved bytes out. The service around them settles races with one conditional UPDATE.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from copilot.domain.access import Role
from copilot.domain.drafts import Audience
from copilot.domain.findings import Finding, Risk, blocking, unsupported_segments
from copilot.domain.review_items import (
    APPROVAL_STANDS,
    OPEN,
    RECALLABLE,
    UNDECIDED,
    Decision,
    ReviewItem,
    ReviewState,
    Verdict,
    Vote,
)


class Accepted(BaseModel):
    """The decision holds: move the item from where it is to `state`."""

    model_config = ConfigDict(frozen=True)
    outcome: Literal["accepted"] = "accepted"
    state: ReviewState
    step: int = 0
    """The step that an approval counts for."""


class Repeated(BaseModel):
    """The same person decided the same before: nothing to do."""

    model_config = ConfigDict(frozen=True)
    outcome: Literal["repeated"] = "repeated"
    state: ReviewState


RefusalCode = Literal[
    "conflict",
    "digest_mismatch",
    "not_allowed",
    "not_your_turn",
    "already_voted",
    "own_draft",
    "held",
    "expired",
    "delegation_over",
    "comment_required",
    "unsupported_segments",
    "blocked",
]


class Refused(BaseModel):
    """The decision does not hold, with a machine code and the reason in words."""

    model_config = ConfigDict(frozen=True)
    outcome: Literal["refused"] = "refused"
    code: RefusalCode
    reason: str


Outcome = Accepted | Repeated | Refused

_STANDING: Mapping[Verdict, frozenset[ReviewState]] = {
    Verdict.APPROVE: APPROVAL_STANDS,
    Verdict.REJECT: frozenset({ReviewState.REJECTED}),
    Verdict.REQUEST_CHANGES: frozenset({ReviewState.CHANGES_REQUESTED}),
}
"""States in which a decision made earlier still stands."""

_REASONS: dict[RefusalCode, str] = {
    "conflict": "The item was decided or replaced before.",
    "digest_mismatch": "What was seen is not what is there.",
    "not_allowed": "The role may not do this with the item.",
    "not_your_turn": "Others have to approve first.",
    "already_voted": "The same person approved before; somebody else has to.",
    "own_draft": "Somebody else has to approve: the decider asked for it or wrote some of it.",
    "held": "No policy rule covers this item, so nobody can approve it.",
    "expired": "The time to decide is over.",
    "delegation_over": "The delegation does not hold at this time.",
    "comment_required": "A rejection and a request for changes say why.",
    "unsupported_segments": "Segments without support were not accepted by name.",
    "blocked": "A guardrail blocks this version.",
}


def decide(item: ReviewItem, decision: Decision, *, now: datetime, findings: tuple[Finding, ...] = ()) -> Outcome:
    """Say what becomes of `decision`. `findings` are those of the item's version."""
    if decision.digest != item.digest:
        return refused("digest_mismatch")
    if _is_repeated(item, decision):
        return Repeated(state=item.state)
    objection = _first_objection(item, decision, now=now, findings=findings)
    if objection is not None:
        return refused(objection)
    match decision.verdict:
        case Verdict.REJECT:
            return Accepted(state=ReviewState.REJECTED)
        case Verdict.REQUEST_CHANGES:
            return Accepted(state=ReviewState.CHANGES_REQUESTED)
        case Verdict.APPROVE:
            step = open_step(item) or 0
            last = len(live_votes(item)) + 1 >= item.requirement.approvals
            return Accepted(state=ReviewState.APPROVED if last else ReviewState.IN_REVIEW, step=step)


def withdraw(item: ReviewItem, *, user_id: str, role: Role) -> Outcome:
    """Take back, before a decision, what one asked for. An admin may clear what somebody who left asked for."""
    if item.state is ReviewState.WITHDRAWN and user_id == item.requester_id:
        return Repeated(state=item.state)
    if user_id != item.requester_id and role is not Role.ADMIN:
        return refused("not_allowed")
    return Accepted(state=ReviewState.WITHDRAWN) if item.state in UNDECIDED else refused("conflict")


def recall(item: ReviewItem, *, user_id: str, role: Role) -> Outcome:
    """Take back what is approved and has not left. Whether it has left is settled by the release's own UPDATE."""
    involved = {item.requester_id, item.author_id, item.decided_by}
    involved |= {person for vote in item.votes for person in vote.people}
    if user_id not in involved and role not in {Role.MANAGER, Role.ADMIN}:
        return refused("not_allowed")
    if item.state is ReviewState.RECALLED:
        return Repeated(state=item.state)
    return Accepted(state=ReviewState.RECALLED) if item.state in RECALLABLE else refused("conflict")


def live_votes(item: ReviewItem) -> tuple[Vote, ...]:
    """The approvals that count: given to these bytes under these terms."""
    if not item.votes:
        return ()
    terms = item.requirement.terms
    return tuple(
        vote
        for vote in item.votes
        if vote.verdict is Verdict.APPROVE and vote.digest == item.digest and vote.terms == terms
    )


def open_step(item: ReviewItem) -> int | None:
    """Index of the first step that lacks approvals; None when none does."""
    votes = live_votes(item)
    for number, step in enumerate(item.requirement.steps):
        if sum(vote.step == number for vote in votes) < step.approvers:
            return number
    return None


def may_approve(
    item: ReviewItem, *, user_id: str, role: Role, on_behalf_of: str | None = None, step: int | None = None
) -> RefusalCode | None:
    """Why this person may not approve the item, or None if they may. Also asked again at release, for each vote.

    `role` is the one that counts (the delegator's when acting for one); `step` defaults to the one that is open.
    Invariant 4: whatever the stored requirement says, outgoing or high-risk items need a second person.
    """
    steps = item.requirement.steps
    if not steps:
        return "held"
    place = open_step(item) if step is None else step
    if role not in item.requirement.roles:
        return "not_allowed"
    if place is not None and (place >= len(steps) or role not in steps[place].roles):
        return "not_your_turn"
    self_review = (
        item.requirement.self_review and item.audience is Audience.INTERNAL and item.risk.rank < Risk.HIGH.rank
    )
    if not self_review and {user_id, on_behalf_of} & _writers(item):
        return "own_draft"
    return None


def _writers(item: ReviewItem) -> set[str]:
    """Whose words may be in it: an edit of one sentence leaves the others as somebody else wrote them."""
    return {item.requester_id, *item.author_ids} | ({item.author_id} if item.author_id else set())


def approvals_hold(item: ReviewItem) -> bool:
    """Whether the votes an item carries make a whole approval: enough, in each step, by different people."""
    votes, seen = live_votes(item), set[str]()
    for vote in votes:
        if vote.people & seen or may_approve(
            item, user_id=vote.voter_id, role=vote.role, on_behalf_of=vote.on_behalf_of, step=vote.step
        ):
            return False
        seen |= vote.people
    return bool(item.requirement.steps) and open_step(item) is None and len(votes) == item.requirement.approvals


def closed(item: ReviewItem) -> RefusalCode:
    """Why an item that is no longer open cannot be acted on."""
    return "expired" if item.state is ReviewState.EXPIRED else "conflict"


def refused(code: RefusalCode) -> Refused:
    """The refusal with its reason in words."""
    return Refused(code=code, reason=_REASONS[code])


def _is_repeated(item: ReviewItem, decision: Decision) -> bool:
    if item.state in OPEN:
        mine = (vote for vote in live_votes(item) if vote.voter_id == decision.decider_id)
        return decision.verdict is Verdict.APPROVE and any(mine)
    stands = item.state in _STANDING[decision.verdict]
    approved = any(vote.voter_id == decision.decider_id for vote in live_votes(item))
    same = item.decided_by == decision.decider_id and item.verdict is decision.verdict
    return stands and (same or (decision.verdict is Verdict.APPROVE and approved))


def _first_objection(
    item: ReviewItem, decision: Decision, *, now: datetime, findings: tuple[Finding, ...]
) -> RefusalCode | None:
    if item.state not in OPEN:
        return closed(item)
    if now >= item.requirement.expires_at:
        return "expired"
    lent = decision.delegated
    if lent is not None and not lent.starts_at <= now < lent.ends_at:
        return "delegation_over"
    if decision.verdict is Verdict.APPROVE:
        return _objection_to_approve(item, decision, findings=findings)
    return _objection_to_send_back(item, decision)


def _objection_to_send_back(item: ReviewItem, decision: Decision) -> RefusalCode | None:
    """The requester may take back what they asked for; a held item can be cleared by a manager."""
    allowed = {*item.requirement.roles, Role.MANAGER, Role.ADMIN}
    if decision.role not in allowed and decision.decider_id != item.requester_id:
        return "not_allowed"
    return None if (decision.comment or "").strip() else "comment_required"


def _objection_to_approve(item: ReviewItem, decision: Decision, *, findings: tuple[Finding, ...]) -> RefusalCode | None:
    lent = decision.delegated
    objection = may_approve(
        item, user_id=decision.decider_id, role=decision.role, on_behalf_of=lent.delegator_id if lent else None
    )
    if objection is not None:
        return objection
    if any(decision.people & vote.people for vote in live_votes(item)):
        return "already_voted"
    if blocking(findings):
        return "blocked"
    if set(unsupported_segments(findings)) - set(decision.accepted_segments):
        return "unsupported_segments"
    return None
