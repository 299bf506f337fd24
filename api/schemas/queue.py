"""The queue as the API answers with it and what it takes. `digest` says which content was seen."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.queue_reading import Rights
from copilot.approvals.service import QueueEntry, ReviewView
from copilot.domain.approvals import RefusalCode
from copilot.domain.drafts import Draft, DraftKind
from copilot.domain.findings import Finding
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem, Verdict
from copilot.store.releases import ReleaseState

MAX_COMMENT = 4_000
MAX_SEGMENT = 10_000
MAX_SEGMENTS = 500


class QueueLine(BaseModel):
    """One line of the queue."""

    item: ReviewItem
    kind: DraftKind
    title: str
    language: Language
    account_id: str | None
    account_name: str | None
    requester_name: str
    decider_name: str | None

    @classmethod
    def of(cls, entry: QueueEntry) -> "QueueLine":
        """An entry as stored."""
        return cls(
            item=entry.item,
            kind=entry.kind,
            title=entry.title,
            language=entry.language,
            account_id=entry.account_id,
            account_name=entry.account_name,
            requester_name=entry.requester_name,
            decider_name=entry.decider_name,
        )


class QueueList(BaseModel):
    """A page of the queue. `next_cursor` is null on the last page."""

    items: list[QueueLine]
    next_cursor: str | None


class ReleaseStatus(BaseModel):
    """How the delivery of an approved draft stands."""

    state: ReleaseState
    queued_at: datetime
    finished_at: datetime | None
    error_code: str | None


class AllowedActions(BaseModel):
    """Why the caller may not do something; null: they may."""

    approve: RefusalCode | None
    reject: RefusalCode | None
    edit: RefusalCode | None
    retry_release: bool


class ReviewDetail(BaseModel):
    """An item with its draft (text, evidence), findings, release, and what the caller may do."""

    entry: QueueLine
    draft: Draft
    findings: list[Finding]
    unsupported_segments: list[str]
    release: ReleaseStatus | None
    allowed: AllowedActions

    @classmethod
    def of(cls, view: ReviewView, *, rights: Rights) -> "ReviewDetail":
        """Everything a reviewer sees."""
        release = view.release
        return cls(
            entry=QueueLine.of(view.entry),
            draft=view.draft,
            findings=list(view.findings),
            unsupported_segments=list(view.unsupported_segments),
            release=release
            and ReleaseStatus(
                state=release.state,
                queued_at=release.queued_at,
                finished_at=release.finished_at,
                error_code=release.error_code,
            ),
            allowed=AllowedActions(
                approve=rights.approve, reject=rights.reject, edit=rights.edit, retry_release=rights.retry
            ),
        )


class DecisionRequest(BaseModel):
    """Approve or reject what was seen as `digest`. A rejection needs a comment."""

    verdict: Verdict
    digest: str = Field(max_length=64)
    comment: str | None = Field(default=None, max_length=MAX_COMMENT)
    accepted_segments: list[str] = Field(default_factory=list, max_length=MAX_SEGMENTS)
    """Sentences without support that are accepted by name."""


class EditRequest(BaseModel):
    """New text by segment id; an empty text takes the segment out."""

    digest: str = Field(max_length=64)
    texts: dict[str, str] = Field(min_length=1, max_length=MAX_SEGMENTS)


class DeliverableFile(BaseModel):
    """A file of a released draft."""

    name: str
    size_bytes: int
    sha256: str
