"""The queue as pages: filtered, ordered, one page at a time; and how much of it waits.

Invariant 3: a page holds what its viewer may see and nothing else, and says nothing about the rest. A page costs the
same however long the queue is: ids are found by ordered walks or small sets, and only then joined with what is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, TEXT, any_, func, literal, select

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.queue_counts import MOST_COUNTED, QueueCounts, count_waiting
from copilot.store.queue_cursors import read_cursor, write_cursor
from copilot.store.queue_filters import QueueFilters, Sort
from copilot.store.queue_reach import reach_of
from copilot.store.queue_reading import Reading, plan_each_time
from copilot.store.queue_turns import turns_of
from copilot.store.review_entries import QueueEntry, queue_query, to_entries
from copilot.store.tables.work import ReviewItemRow


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue in the order asked for. `cursor` is None on the last page."""

    entries: tuple[QueueEntry, ...]
    cursor: str | None


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
        """List what `viewer` may see in the order of `sort`.

        Raises InputError for a cursor that is not of this order, or a text that is too long to look for.
        """
        after = None if cursor is None else read_cursor(sort, cursor)
        reading = self._reading(filters, sort, viewer=viewer)
        found = self._session.execute(reading.ids(after=after, limit=limit + 1)).all()
        entries = self._entries([str(row[-1]) for row in found[:limit]])
        if reading.turns is not None:
            entries = tuple(entry for entry in entries if reading.turns.holds(entry.item))
        more = len(found) > limit
        return QueuePage(entries=entries, cursor=write_cursor(sort, found[limit - 1]) if more else None)

    def _entries(self, item_ids: Sequence[str]) -> tuple[QueueEntry, ...]:
        """What is shown of these items, in this order. Asked apart: the planner then knows how few they are."""
        wanted = any_(literal(list(item_ids), ARRAY(TEXT)))
        rows = self._session.execute(queue_query().where(ReviewItemRow.id == wanted)).all()
        entries = {entry.item.id: entry for entry in to_entries(rows, session=self._session)}
        return tuple(entries[item_id] for item_id in item_ids if item_id in entries)

    def _reading(self, filters: QueueFilters, sort: Sort, *, viewer: Viewer) -> Reading:
        plan_each_time(self._uow)
        turns = turns_of(viewer, uow=self._uow) if filters.for_me else None
        reach = reach_of(viewer, uow=self._uow, account_id=filters.account_id)
        return Reading(filters.checked(), sort, reach, turns, self._uow)

    def count(self, filters: QueueFilters, *, viewer: Viewer) -> int:
        """How many items a list would hold, counted to `MOST_COUNTED` + 1 at most. Raises InputError as `page`."""
        reading = self._reading(filters, Sort.DEADLINE, viewer=viewer)
        found = reading.ids(after=None, limit=MOST_COUNTED + 1).subquery()
        return self._session.execute(select(func.count()).select_from(found)).scalar_one()

    def counts(self, viewer: Viewer) -> QueueCounts:
        """How much waits, for the head of every page."""
        plan_each_time(self._uow)
        return count_waiting(reach_of(viewer, uow=self._uow), uow=self._uow)


__all__ = ["MOST_COUNTED", "QueueCounts", "QueueFilters", "QueuePage", "QueuePages", "Sort"]
