"""Cards of the queue: what waits for whom.

Invariant: a card counts and lists by the filters of the page that it leads to.
"""

from dataclasses import dataclass, replace

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

    def read(self, *kinds: CardKind) -> tuple[Card, ...]:
        """One card for each kind, which is one of a list of the queue."""
        asked = [_list_of(kind, self._viewer) for kind in kinds]
        starts = self._pages.starts([(each.filters, each.sort) for each in asked], viewer=self._viewer, limit=_SHOWN)
        return tuple(
            self._with_counts(
                Card(
                    kind=kind,
                    total=min(total, MOST_COUNTED),
                    capped=total > MOST_COUNTED,
                    address=each.address,
                    lines=tuple(_line(entry) for entry in entries),
                )
            )
            for kind, each, (entries, total) in zip(kinds, asked, starts, strict=True)
        )

    def _with_counts(self, card: Card) -> Card:
        """Of all that is open: how much is of high risk, and how much overdue."""
        if card.kind is not CardKind.OLDEST:
            return card
        counts = self._pages.counts(self._viewer)
        known = {"high_risk": min(counts.high_risk, counts.most), "overdue": min(counts.overdue, counts.most)}
        return card.model_copy(update={"counts": known})


@dataclass(frozen=True, slots=True)
class _List:
    """What a card shows the first of."""

    filters: QueueFilters
    address: str
    sort: Sort = Sort.RISK


def _list_of(kind: CardKind, viewer: Viewer) -> _List:
    own = QueueFilters(requester_id=viewer.user_id)
    match kind:
        case CardKind.FOR_ME:  # the riskiest first
            return _List(QueueFilters(states=_OPEN, for_me=True), "/queue?show=for-me")
        case CardKind.RETURNED:
            filters = replace(own, states=(ReviewState.CHANGES_REQUESTED,))
            return _List(filters, "/queue?show=changes&requester=me")
        case CardKind.FOLLOW_UPS:
            filters = replace(own, states=_OPEN, kinds=(DraftKind.FOLLOW_UP,))
            return _List(filters, "/queue?show=open&kind=follow_up&requester=me")
        case CardKind.MINE:
            return _List(replace(own, states=_OPEN), "/queue?show=open&requester=me")
        case CardKind.BRIEFS:
            filters = QueueFilters(states=_OPEN, kinds=(DraftKind.BRIEF,))
            return _List(filters, "/queue?show=open&kind=brief")
        case CardKind.OVERDUE:  # the longest overdue first
            filters = QueueFilters(states=_UNDECIDED, overdue=True)
            return _List(filters, "/queue?show=overdue&sort=deadline", Sort.DEADLINE)
        case CardKind.OLDEST:  # the first due first
            return _List(QueueFilters(states=_OPEN), "/queue?show=open&sort=deadline", Sort.DEADLINE)
        case CardKind.RELEASES:
            filters = QueueFilters(states=(ReviewState.RELEASE_FAILED,))
            return _List(filters, "/queue?show=leaving&state=release_failed")
        case _:
            raise ValueError(f"{kind} is no list of the queue")


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
