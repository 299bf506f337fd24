"""The rules of the approval queue as pure functions.

Invariant: `decide` is total and has no effects; it never raises on a legal input and never returns a
state that lets unapproved bytes out. The service around it settles races with one conditional UPDATE.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from copilot.domain.access import Role
from copilot.domain.drafts import Audience
from copilot.domain.findings import Finding, Risk, blocking, unsupported_segments


class ReviewState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """An edit made a newer version; votes on this one are void."""
    EXPIRED = "expired"
    STALE = "stale"
    """Evidence it cites changed or disappeared."""
    RELEASED = "released"
    RELEASE_FAILED = "release_failed"


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Requirement(BaseModel):
    """What policy asks for one item, fixed when it is submitted."""

    model_config = ConfigDict(frozen=True)

    rule: str
    """Name of the policy rule that matched; `hold` when none did."""
    roles: tuple[Role, ...]
    """Roles that may approve. Empty: nobody can (held)."""
    self_review: bool
    """Whether the requester may be the approver; believed for internal drafts below high risk only."""
    expires_at: datetime
    due_at: datetime


class ReviewItem(BaseModel):
    """The queue entry of one draft version."""

    model_config = ConfigDict(frozen=True)

    id: str
    draft_id: str
    version: int
    digest: str
    state: ReviewState
    risk: Risk
    requester_id: str
    requirement: Requirement
    submitted_at: datetime
    audience: Audience = Audience.EXTERNAL
    """Unknown counts as external: the stricter rules."""
    author_id: str | None = None
    """Who wrote this version, if not the requester: the reviewer who edited."""
    decided_by: str | None = None
    decided_at: datetime | None = None
    verdict: Verdict | None = None
    comment: str | None = None
    accepted_segments: tuple[str, ...] = ()


class Decision(BaseModel):
    """What a person wants to do with an item they have seen as `digest`."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    decider_id: str
    decider_role: Role
    digest: str
    comment: str | None = None
    accepted_segments: tuple[str, ...] = ()
    """Segments without support that the decider accepts by name."""


class Accepted(BaseModel):
    """The decision holds: move the item from PENDING to `state`."""

    model_config = ConfigDict(frozen=True)
    outcome: Literal["accepted"] = "accepted"
    state: ReviewState


class Repeated(BaseModel):
    """The same person decided the same before: nothing to do."""

    model_config = ConfigDict(frozen=True)
    outcome: Literal["repeated"] = "repeated"
    state: ReviewState


RefusalCode = Literal[
    "conflict",
    "digest_mismatch",
    "not_allowed",
    "own_draft",
    "held",
    "expired",
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


_STANDING = {
    Verdict.APPROVE: frozenset({ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.RELEASE_FAILED}),
    Verdict.REJECT: frozenset({ReviewState.REJECTED}),
}
"""States in which a decision made earlier still stands."""

_REASONS: dict[RefusalCode, str] = {
    "conflict": "The item was decided or replaced before.",
    "digest_mismatch": "What was seen is not what is there.",
    "not_allowed": "The role may not decide this item.",
    "own_draft": "Somebody else has to approve: the decider asked for or wrote this version.",
    "held": "No policy rule covers this item, so nobody can approve it.",
    "expired": "The time to decide is over.",
    "comment_required": "A rejection says why.",
    "unsupported_segments": "Segments without support were not accepted by name.",
    "blocked": "A guardrail blocks this version.",
}


def decide(
    item: ReviewItem, decision: Decision, *, now: datetime, findings: tuple[Finding, ...] = ()
) -> Accepted | Repeated | Refused:
    """Say what becomes of `decision`. `findings` are those of the item's version."""
    code = _first_objection(item, decision, now=now, findings=findings)
    if code is not None:
        return Refused(code=code, reason=_REASONS[code])
    if item.state is not ReviewState.PENDING:
        return Repeated(state=item.state)
    return Accepted(state=ReviewState.APPROVED if decision.verdict is Verdict.APPROVE else ReviewState.REJECTED)


def may_approve(item: ReviewItem, *, user_id: str, role: Role) -> RefusalCode | None:
    """Why this person may not approve the item, or None if they may. Also asked again at release.

    Invariant 4: whatever the stored requirement says, outgoing or high-risk items need a second person.
    """
    if not item.requirement.roles:
        return "held"
    if role not in item.requirement.roles:
        return "not_allowed"
    self_review = (
        item.requirement.self_review and item.audience is Audience.INTERNAL and item.risk.rank < Risk.HIGH.rank
    )
    if not self_review and user_id in {item.requester_id, item.author_id}:
        return "own_draft"
    return None


def _first_objection(
    item: ReviewItem, decision: Decision, *, now: datetime, findings: tuple[Finding, ...]
) -> RefusalCode | None:
    if decision.digest != item.digest:
        return "digest_mismatch"
    if item.state is not ReviewState.PENDING:
        return _objection_to_repeat(item, decision)
    if now >= item.requirement.expires_at:
        return "expired"
    if decision.verdict is Verdict.REJECT:
        return _objection_to_reject(item, decision)
    return _objection_to_approve(item, decision, findings=findings)


def _objection_to_repeat(item: ReviewItem, decision: Decision) -> RefusalCode | None:
    same = item.decided_by == decision.decider_id and item.verdict is decision.verdict
    if same and item.state in _STANDING[decision.verdict]:
        return None
    return "expired" if item.state is ReviewState.EXPIRED else "conflict"


def _objection_to_reject(item: ReviewItem, decision: Decision) -> RefusalCode | None:
    """The requester may take back what they asked for; a held item can be cleared by a manager."""
    allowed = {*item.requirement.roles, Role.MANAGER, Role.ADMIN}
    if decision.decider_role not in allowed and decision.decider_id != item.requester_id:
        return "not_allowed"
    return None if (decision.comment or "").strip() else "comment_required"


def _objection_to_approve(item: ReviewItem, decision: Decision, *, findings: tuple[Finding, ...]) -> RefusalCode | None:
    objection = may_approve(item, user_id=decision.decider_id, role=decision.decider_role)
    if objection is not None:
        return objection
    if blocking(findings):
        return "blocked"
    if set(unsupported_segments(findings)) - set(decision.accepted_segments):
        return "unsupported_segments"
    return None
