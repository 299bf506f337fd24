"""What waits in the approval queue: an item, what policy asks for it, and the votes it has.

Invariant: everything here is a value; a change makes a new one. The rules are in `copilot.domain.approvals`.
"""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.access import Role
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk


class ReviewState(StrEnum):
    PENDING = "pending"
    IN_REVIEW = "in_review"
    """Somebody took it on, or some but not all of the approvals it needs are there."""
    CHANGES_REQUESTED = "changes_requested"
    """Back with the requester, who edits it, has it drafted again, or withdraws it."""
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    """Taken back by its requester before a decision."""
    SUPERSEDED = "superseded"
    """A newer version exists; votes on this one are void."""
    EXPIRED = "expired"
    STALE = "stale"
    """Evidence it cites changed or disappeared, or the policy it was approved under changed."""
    RELEASED = "released"
    RELEASE_FAILED = "release_failed"
    RECALLED = "recalled"
    """Taken back between its approval and its release."""


OPEN = frozenset({ReviewState.PENDING, ReviewState.IN_REVIEW})
"""States in which an item can be decided."""
UNDECIDED = OPEN | {ReviewState.CHANGES_REQUESTED}
"""States in which an item can still be edited or withdrawn, and can expire."""
RECALLABLE = frozenset({ReviewState.APPROVED, ReviewState.RELEASE_FAILED})
APPROVAL_STANDS = RECALLABLE | {ReviewState.RELEASED}
"""States of an item whose approval was neither taken back nor overtaken, whether it left or not."""
SUBMITTED_AGAIN = frozenset(
    {
        ReviewState.CHANGES_REQUESTED,
        ReviewState.WITHDRAWN,
        ReviewState.EXPIRED,
        ReviewState.STALE,
        ReviewState.RECALLED,
    }
)
"""States from which the requester may file the same content anew: checked again, with votes and a time of its own."""


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request_changes"


class Step(BaseModel):
    """One step of an approval: so many different people with one of these roles."""

    model_config = ConfigDict(frozen=True)

    roles: tuple[Role, ...] = Field(min_length=1)
    approvers: int = Field(default=1, ge=1, le=9)


class Requirement(BaseModel):
    """What policy asks for one item, fixed when it is submitted and again when the policy changes."""

    model_config = ConfigDict(frozen=True)

    rule: str
    """Name of the policy rule that matched; `hold` when none did."""
    steps: tuple[Step, ...]
    """In order: the next begins when the one before is complete. Empty: nobody can approve (held)."""
    self_review: bool
    """Whether the requester may be the approver; believed for internal drafts below high risk only."""
    bulk: bool = False
    """Whether it may be approved together with others, unless a finding is above low."""
    escalate_to: tuple[Role, ...] = ()
    """Who is told when it is overdue."""
    undo_seconds: int = 0
    """How long an approved draft waits before it leaves, so that it can be recalled."""
    expires_at: datetime
    due_at: datetime

    @property
    def roles(self) -> tuple[Role, ...]:
        """Everybody who approves in some step."""
        return tuple(role for role in Role if any(role in step.roles for step in self.steps))

    @property
    def approvals(self) -> int:
        """How many approvals it takes in all."""
        return sum(step.approvers for step in self.steps)

    @property
    def terms(self) -> str:
        """SHA-256 (hex) of what the policy asks, without the times: other terms void the votes given under these."""
        content = self.model_dump(mode="json", exclude={"expires_at", "due_at"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Vote(BaseModel):
    """What one person said about one version."""

    model_config = ConfigDict(frozen=True)

    voter_id: str
    role: Role
    """The role that counts: the voter's own, or the delegator's."""
    on_behalf_of: str | None = None
    """Who delegated to the voter, if the vote counts as theirs."""
    step: int = 0
    verdict: Verdict
    digest: str
    terms: str
    """`Requirement.terms` it was given under."""
    comment: str | None = None
    accepted_segments: tuple[str, ...] = ()
    cast_at: datetime

    @property
    def people(self) -> frozenset[str]:
        """Who is behind it; nobody may be behind two votes on one item."""
        return frozenset({self.voter_id} | ({self.on_behalf_of} if self.on_behalf_of else set()))


class ReviewItem(BaseModel):
    """The queue entry of one draft version."""

    model_config = ConfigDict(frozen=True)

    id: str
    draft_id: str
    version: int
    kind: DraftKind
    digest: str
    state: ReviewState
    state_reason: str | None = None
    """Code of why it is stale, or failed."""
    risk: Risk
    requester_id: str
    requirement: Requirement
    submitted_at: datetime
    audience: Audience = Audience.EXTERNAL
    """Unknown counts as external: the stricter rules."""
    value_at_stake: Decimal | None = None
    """What the account is worth, in the workspace's currency; None: not known, which policy treats as large."""
    author_id: str | None = None
    """Who wrote this version, if not the requester: the reviewer who edited."""
    author_ids: tuple[str, ...] = ()
    """Everybody who wrote this version or one before it: words of each may still stand in it."""
    assignee_id: str | None = None
    """Who is asked to decide; anybody else who may can decide too."""
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    escalated_at: datetime | None = None
    revision: int = 0
    """Counts changes of the row; every change names the revision it starts from."""
    votes: tuple[Vote, ...] = ()
    """Live approvals, oldest first."""
    decided_by: str | None = None
    decided_at: datetime | None = None
    verdict: Verdict | None = None
    comment: str | None = None
    accepted_segments: tuple[str, ...] = ()
    """Accepted by every approver."""


class Delegated(BaseModel):
    """Somebody's right to approve, lent until a date."""

    model_config = ConfigDict(frozen=True)

    delegator_id: str
    role: Role
    """The delegator's."""
    starts_at: datetime
    ends_at: datetime


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
    delegated: Delegated | None = None
    """Set when the decider acts for somebody else."""

    @property
    def role(self) -> Role:
        """The role that counts."""
        return self.delegated.role if self.delegated else self.decider_role

    @property
    def people(self) -> frozenset[str]:
        """Who is behind the decision."""
        return frozenset({self.decider_id} | ({self.delegated.delegator_id} if self.delegated else set()))
