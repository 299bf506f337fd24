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
from copilot.store.queue_reach import Reach, reach_of
from copilot.store.queue_reading import Reading, plan_each_time
from copilot.store.queue_turns import Turns, turns_of
from copilot.store.review_entries import QueueEntry, queue_query, to_entries
from copilot.store.tables.work import ReviewItemRow


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue in the order asked for. `cursor` is None on the last page."""

    entries: tuple[QueueEntry, ...]
    cursor: str | None


class QueuePages:
    """Reads the queue for a viewer: made for one page or answer, whose rights are those of its first question."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session
        self._turns: dict[Viewer, Turns] = {}
        self._reaches: dict[tuple[Viewer, str | None], Reach] = {}

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
        entries = _held(self._entries([str(row[-1]) for row in found[:limit]]), reading)
        more = len(found) > limit
        return QueuePage(entries=entries, cursor=write_cursor(sort, found[limit - 1]) if more else None)

    def starts(
        self, lists: Sequence[tuple[QueueFilters, Sort]], *, viewer: Viewer, limit: int
    ) -> tuple[tuple[tuple[QueueEntry, ...], int], ...]:
        """The first entries of several lists with the `count` of each, asked for together; only what is beyond the
        limit has to be counted. Raises InputError as `page`.
        """
        readings = [self._reading(filters, sort, viewer=viewer) for filters, sort in lists]
        found = [self._session.execute(reading.ids(after=None, limit=limit + 1)).all() for reading in readings]
        shown = [[str(row[-1]) for row in rows[:limit]] for rows in found]
        entries = {entry.item.id: entry for entry in self._entries(sorted({each for ids in shown for each in ids}))}
        longer = [filters for (filters, _), rows in zip(lists, found, strict=True) if len(rows) > limit]
        counts = iter(self.count_each(longer, viewer=viewer) if longer else ())
        starts = []
        for reading, rows, ids in zip(readings, found, shown, strict=True):
            held = _held(tuple(entries[each] for each in ids if each in entries), reading)
            starts.append((held, next(counts) if len(rows) > limit else len(held)))
        return tuple(starts)

    def _entries(self, item_ids: Sequence[str]) -> tuple[QueueEntry, ...]:
        """What is shown of these items, in this order. Asked apart: the planner then knows how few they are."""
        if not item_ids:
            return ()
        wanted = any_(literal(list(item_ids), ARRAY(TEXT)))
        rows = self._session.execute(queue_query().where(ReviewItemRow.id == wanted)).all()
        entries = {entry.item.id: entry for entry in to_entries(rows, session=self._session)}
        return tuple(entries[item_id] for item_id in item_ids if item_id in entries)

    def _reading(self, filters: QueueFilters, sort: Sort, *, viewer: Viewer) -> Reading:
        plan_each_time(self._uow)
        turns = self.turns(viewer) if filters.for_me else None
        return Reading(filters.checked(), sort, self._reach(viewer, filters.account_id), turns, self._uow)

    def turns(self, viewer: Viewer) -> Turns:
        """What the viewer may approve now, looked up once for all questions that are asked here."""
        if viewer not in self._turns:
            self._turns[viewer] = turns_of(viewer, uow=self._uow)
        return self._turns[viewer]

    def _reach(self, viewer: Viewer, account_id: str | None) -> Reach:
        if (viewer, account_id) not in self._reaches:
            self._reaches[viewer, account_id] = reach_of(viewer, uow=self._uow, account_id=account_id)
        return self._reaches[viewer, account_id]

    def count(self, filters: QueueFilters, *, viewer: Viewer) -> int:
        """How many items a list would hold, counted to `MOST_COUNTED` + 1 at most. Raises InputError as `page`."""
        return self.count_each([filters], viewer=viewer)[0]

    def count_each(self, lists: Sequence[QueueFilters], *, viewer: Viewer) -> tuple[int, ...]:
        """The `count` of several lists, in one question."""
        readings = [self._reading(filters, Sort.DEADLINE, viewer=viewer) for filters in lists]
        found = [reading.ids(after=None, limit=MOST_COUNTED + 1).subquery() for reading in readings]
        numbers = [select(func.count()).select_from(each).scalar_subquery() for each in found]
        return tuple(self._session.execute(select(*numbers)).one())

    def counts(self, viewer: Viewer) -> QueueCounts:
        """How much waits, for the head of every page."""
        plan_each_time(self._uow)
        return count_waiting(self._reach(viewer, None), uow=self._uow)


def _held(entries: tuple[QueueEntry, ...], reading: Reading) -> tuple[QueueEntry, ...]:
    """Those on which the rules of the queue agree, where it was asked whose turn it is."""
    turns = reading.turns
    return entries if turns is None else tuple(entry for entry in entries if turns.holds(entry.item))


__all__ = ["MOST_COUNTED", "QueueCounts", "QueueFilters", "QueuePage", "QueuePages", "Sort"]
