"""The queue as pages: filtered, ordered, one page at a time; and how much of it waits.

Invariant 3: a page holds what its viewer may see and nothing else, and says nothing about the rest.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, tuple_

from copilot.domain.access import Viewer
from copilot.domain.findings import Risk
from copilot.domain.review_items import UNDECIDED
from copilot.store.database import UnitOfWork
from copilot.store.queue_cursors import read_cursor, write_cursor
from copilot.store.queue_filters import QueueFilters, Sort, conditions, sort_columns
from copilot.store.review_entries import QueueEntry, item_is_visible, queue_query, to_entries
from copilot.store.tables.work import ReviewItemRow

MOST_COUNTED = 999
"""Counting stops here, so that it costs the same however long the queue is."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue in the order asked for. `cursor` is None on the last page."""

    entries: tuple[QueueEntry, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many undecided items the viewer may see, each counted to `MOST_COUNTED` + 1 at most ("999+")."""

    waiting: int
    overdue: int
    high_risk: int
    mine: int
    """Asked for by the viewer."""


class QueuePages:
    """Reads the queue for a viewer."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def page(
        self,
        filters: QueueFilters,
        *,
        viewer: Viewer,
        cursor: str | None,
        limit: int,
        sort: Sort = Sort.DEADLINE,
    ) -> QueuePage:
        """List what `viewer` may see in the order of `sort`. Raises InputError for a cursor that is not of it."""
        columns = sort_columns(sort)
        query = queue_query().where(item_is_visible(viewer), *conditions(filters.checked(), now=self._uow.clock.now()))
        if filters.states:
            query = query.where(ReviewItemRow.state.in_([state.value for state in filters.states]))
        if cursor is not None:
            query = query.where(tuple_(*columns) > tuple_(*read_cursor(sort, cursor)))
        rows = self._session.execute(query.order_by(*columns).limit(limit + 1)).all()
        more = len(rows) > limit
        last = tuple(getattr(rows[limit - 1][0], column.key) for column in columns) if more else ()
        return QueuePage(
            entries=to_entries(rows[:limit], session=self._session),
            cursor=write_cursor(sort, last) if more else None,
        )

    def counts(self, viewer: Viewer) -> QueueCounts:
        """How much waits, for the head of every page."""
        waiting = (item_is_visible(viewer), ReviewItemRow.state.in_([state.value for state in UNDECIDED]))

        def counted(*more: object) -> int:
            some = select(ReviewItemRow.id).where(*waiting, *more).limit(MOST_COUNTED + 1).subquery()  # type: ignore[arg-type]
            return self._session.execute(select(func.count()).select_from(some)).scalar_one()

        return QueueCounts(
            waiting=counted(),
            overdue=counted(ReviewItemRow.due_at <= self._uow.clock.now()),
            high_risk=counted(ReviewItemRow.risk.in_([Risk.HIGH.value, Risk.CRITICAL.value])),
            mine=counted(ReviewItemRow.requester_id == viewer.user_id),
        )


__all__ = ["MOST_COUNTED", "QueueCounts", "QueueFilters", "QueuePage", "QueuePages", "Sort"]
