"""The queue as a list over HTTP.

Invariant: a line holds what a list shows; the draft itself is fetched item by item.
"""

from pydantic import BaseModel

from copilot.approvals.service import QueueEntry
from copilot.domain.drafts import DraftKind
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem
from copilot.store.queue_counts import QueueCounts

MAX_COMMENT = 4_000
MAX_SEGMENT = 10_000
MAX_SEGMENTS = 500


class QueueLine(BaseModel):
    """One line of the queue."""

    item: ReviewItem
    etag: str
    """What `If-Match` says when the item is changed as it is here."""
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
            etag=etag(entry.item),
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


class QueueNumbers(BaseModel):
    """How many undecided items you may see."""

    waiting: int
    overdue: int
    high_risk: int
    mine: int
    most: int
    """Counting stops here: a number above it says only that there are more."""

    @classmethod
    def of(cls, counts: QueueCounts) -> "QueueNumbers":
        """Counts as read."""
        return cls(
            waiting=counts.waiting,
            overdue=counts.overdue,
            high_risk=counts.high_risk,
            mine=counts.mine,
            most=counts.most,
        )


def etag(item: ReviewItem) -> str:
    """The strong ETag of an item: its content, and every change of its state."""
    return f'"{item.digest}.{item.revision}"'
