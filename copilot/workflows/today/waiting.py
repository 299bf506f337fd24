"""Cards of the queue: what waits for whom.

Invariant: a card counts and lists by the filters of the page that it leads to.
"""

from copilot.domain.access import Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.review_items import OPEN, UNDECIDED, ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.queue_filters import QueueFilters, Sort
from copilot.store.queue_pages import MOST_COUNTED, QueuePages
from copilot.store.review_entries import QueueEntry
from copilot.workflows.today.view import Card, CardKind, ItemLine

_SHOWN = 5
_OPEN = tuple(sorted(OPEN))
_UNDECIDED = tuple(sorted(UNDECIDED))


class WaitingCards:
    """For one viewer."""

    def __init__(self, viewer: Viewer, *, uow: UnitOfWork) -> None:
        self._viewer = viewer
        self._pages = QueuePages(uow)

    def for_me(self) -> Card:
        """What the viewer could decide now, the riskiest first."""
        return self._card(CardKind.FOR_ME, QueueFilters(states=_OPEN, for_me=True), "/queue?show=for-me")

    def returned(self) -> Card:
        """What was sent back to the viewer."""
        filters = QueueFilters(states=(ReviewState.CHANGES_REQUESTED,), requester_id=self._viewer.user_id)
        return self._card(CardKind.RETURNED, filters, "/queue?show=changes&requester=me")

    def follow_ups(self) -> Card:
        """Emails that the viewer asked for and that wait."""
        filters = QueueFilters(states=_OPEN, kinds=(DraftKind.FOLLOW_UP,), requester_id=self._viewer.user_id)
        return self._card(CardKind.FOLLOW_UPS, filters, "/queue?show=open&kind=follow_up&requester=me")

    def mine(self) -> Card:
        """Everything that the viewer asked for and that waits."""
        filters = QueueFilters(states=_OPEN, requester_id=self._viewer.user_id)
        return self._card(CardKind.MINE, filters, "/queue?show=open&requester=me")

    def briefs(self) -> Card:
        """Briefs that wait."""
        filters = QueueFilters(states=_OPEN, kinds=(DraftKind.BRIEF,))
        return self._card(CardKind.BRIEFS, filters, "/queue?show=open&kind=brief")

    def overdue(self) -> Card:
        """What is undecided after it was due, the longest first."""
        filters = QueueFilters(states=_UNDECIDED, overdue=True)
        return self._card(CardKind.OVERDUE, filters, "/queue?show=overdue&sort=deadline", sort=Sort.DEADLINE)

    def oldest(self) -> Card:
        """All that is open, the first due first, with how much of it is of high risk."""
        counts = self._pages.counts(self._viewer)
        card = self._card(
            CardKind.OLDEST, QueueFilters(states=_OPEN), "/queue?show=open&sort=deadline", sort=Sort.DEADLINE
        )
        known = {"high_risk": min(counts.high_risk, counts.most), "overdue": min(counts.overdue, counts.most)}
        return card.model_copy(update={"counts": known})

    def failed_releases(self) -> Card:
        """Approved and not delivered."""
        filters = QueueFilters(states=(ReviewState.RELEASE_FAILED,))
        return self._card(CardKind.RELEASES, filters, "/queue?show=leaving&state=release_failed")

    def _card(self, kind: CardKind, filters: QueueFilters, address: str, *, sort: Sort = Sort.RISK) -> Card:
        page = self._pages.page(filters, viewer=self._viewer, cursor=None, limit=_SHOWN, sort=sort)
        # Only what does not fit has to be counted.
        total = self._pages.count(filters, viewer=self._viewer) if page.cursor else len(page.entries)
        return Card(
            kind=kind,
            total=min(total, MOST_COUNTED),
            capped=total > MOST_COUNTED,
            address=address,
            lines=tuple(_line(entry) for entry in page.entries),
        )


def _line(entry: QueueEntry) -> ItemLine:
    item = entry.item
    return ItemLine(
        id=item.id,
        title=entry.title,
        account_name=entry.account_name,
        kind=entry.kind,
        risk=item.risk,
        state=item.state,
        submitted_at=item.submitted_at,
        due_at=item.requirement.due_at,
        requester_name=entry.requester_name,
        address=f"/queue/{item.id}",
    )
