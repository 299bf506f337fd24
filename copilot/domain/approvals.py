"""The rules of the approval queue as pure functions.

Invariant: `decide` is total and has no effects; it never raises on a legal input and never returns a
state that lets unapproved bytes out. The service around it settles races with one conditional UPDATE.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from copilot.domain.access import Role
from copilot.domain.findings import Risk


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
    """Whether the requester may be the approver (internal, low risk only)."""
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
    decided_by: str | None = None
    decided_at: datetime | None = None
    verdict: Verdict | None = None
    comment: str | None = None


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


class Refused(BaseModel):
    """The decision does not hold, with a machine code and the reason in words."""

    model_config = ConfigDict(frozen=True)
    outcome: Literal["refused"] = "refused"
    code: Literal["conflict", "digest_mismatch", "not_allowed", "expired", "comment_required", "unsupported_segments"]
    reason: str
