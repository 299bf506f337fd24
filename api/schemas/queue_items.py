"""One item of the queue over HTTP: the draft, who did and said what, and what the caller may do.

Invariant: identity never travels in a request; a decision names the digest of what was seen.
"""

from datetime import datetime

from pydantic import BaseModel

from api.schemas.queue import QueueLine
from copilot.approvals.quality.outcome import RevealedTest
from copilot.approvals.service import Comment, ReviewRights, ReviewView, VersionLine, VoteLine
from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import RefusalCode
from copilot.domain.drafts import Draft
from copilot.domain.findings import Finding
from copilot.domain.review_items import ReviewState
from copilot.store.releases import Release, ReleaseState
from copilot.store.review_comments import CommentKind


class ReleaseStatus(BaseModel):
    """How the delivery of an approved draft stands."""

    state: ReleaseState
    sink: str
    queued_at: datetime
    not_before: datetime | None
    """Until then it can be recalled and does not leave."""
    finished_at: datetime | None
    error_code: str | None
    waits_for: str | None

    @classmethod
    def of(cls, release: Release) -> "ReleaseStatus":
        """A delivery as stored."""
        return cls(
            state=release.state,
            sink=release.sink,
            queued_at=release.queued_at,
            not_before=release.not_before,
            finished_at=release.finished_at,
            error_code=release.error_code,
            waits_for=release.waits_for,
        )


class AllowedActions(BaseModel):
    """Why the caller may not do something now; null: they may."""

    approve: RefusalCode | None
    reject: RefusalCode | None
    request_changes: RefusalCode | None
    edit: RefusalCode | None
    claim: RefusalCode | None
    give_back: RefusalCode | None
    reassign: RefusalCode | None
    comment: RefusalCode | None
    withdraw: RefusalCode | None
    recall: RefusalCode | None
    submit_again: RefusalCode | None
    retry_release: RefusalCode | None

    @classmethod
    def of(cls, rights: ReviewRights) -> "AllowedActions":
        """The rights as the service states them."""
        return cls(**{name: getattr(rights, name) for name in cls.model_fields})


class VoteOut(BaseModel):
    """One approval of this version."""

    voter_id: str
    voter_name: str
    on_behalf_of_name: str | None
    role: Role
    step: int
    cast_at: datetime
    voided_at: datetime | None
    """Set: it no longer counts."""
    void_reason: str | None

    @classmethod
    def of(cls, line: VoteLine) -> "VoteOut":
        """A vote as stored."""
        return cls(
            voter_id=line.vote.voter_id,
            voter_name=line.voter_name,
            on_behalf_of_name=line.delegator_name,
            role=line.vote.role,
            step=line.vote.step,
            cast_at=line.vote.cast_at,
            voided_at=line.voided_at,
            void_reason=line.void_reason,
        )


class CommentOut(BaseModel):
    """One remark, on this version or an earlier one."""

    id: str
    item_id: str
    author_name: str
    kind: CommentKind
    text: str
    created_at: datetime

    @classmethod
    def of(cls, comment: Comment) -> "CommentOut":
        """A remark as stored."""
        return cls(
            id=comment.id,
            item_id=comment.item_id,
            author_name=comment.author_name,
            kind=comment.kind,
            text=comment.text,
            created_at=comment.created_at,
        )


class VersionOut(BaseModel):
    """One version of the draft; `comparison` is where this item is compared with it."""

    item_id: str
    version: int
    state: ReviewState
    author_name: str
    created_at: datetime
    comparison: str | None

    @classmethod
    def of(cls, line: VersionLine, *, of_item: str) -> "VersionOut":
        """A version as stored."""
        here = line.item_id == of_item
        return cls(
            item_id=line.item_id,
            version=line.version,
            state=line.state,
            author_name=line.author_name,
            created_at=line.created_at,
            comparison=None if here else f"/api/v1/queue/{of_item}/comparisons/{line.item_id}",
        )


class ReviewDetail(BaseModel):
    """An item with its draft (text, evidence), findings, votes, comments, versions, release and your rights."""

    entry: QueueLine
    draft: Draft
    findings: list[Finding]
    unsupported_segments: list[str]
    """Sentences that are approved only if they are accepted by name."""
    votes: list[VoteOut]
    comments: list[CommentOut]
    versions: list[VersionOut]
    assignee_name: str | None
    claimer_name: str | None
    release: ReleaseStatus | None
    allowed: AllowedActions
    test_item: RevealedTest | None
    """Set once a test item is decided: what was planted where."""

    @classmethod
    def of(cls, view: ReviewView, *, test: RevealedTest | None = None) -> "ReviewDetail":
        """Everything a reviewer sees."""
        return cls(
            entry=QueueLine.of(view.entry),
            draft=view.draft,
            findings=list(view.findings),
            unsupported_segments=list(view.unsupported_segments),
            votes=[VoteOut.of(line) for line in view.votes],
            comments=[CommentOut.of(comment) for comment in view.comments],
            versions=[VersionOut.of(line, of_item=view.item.id) for line in view.versions],
            assignee_name=view.assignee_name,
            claimer_name=view.claimer_name,
            release=None if view.release is None else ReleaseStatus.of(view.release),
            allowed=AllowedActions.of(view.rights),
            test_item=test,
        )


class DeliverableFile(BaseModel):
    """A file of a released draft."""

    name: str
    size_bytes: int
    sha256: str


class PersonOut(BaseModel):
    """Somebody who may be asked to decide."""

    id: str
    name: str
    role: Role

    @classmethod
    def of(cls, person: Viewer) -> "PersonOut":
        """Without the address."""
        return cls(id=person.user_id, name=person.name, role=person.role)
