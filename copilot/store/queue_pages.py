"""The queue as pages: filtered, ordered, one page at a time; and how much of it waits.

Invariant 3: a page holds what its viewer may see and nothing else, and says nothing about the rest. A page costs the
same however long the queue is: ids are found by ordered walks or small sets, and only then joined with what is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Kept, any_of, ask, kept
from copilot.store.queue_counts import MOST_COUNTED, QueueCounts, count_waiting
from copilot.store.queue_cursors import read_cursor, write_cursor
from copilot.store.queue_filters import QueueFilters, Sort
from copilot.store.queue_reach import Reach, reach_of
from copilot.store.queue_reading import ASKED_AT, Reading, plan_each_time
from copilot.store.queue_turns import Turns, turns_of
from copilot.store.review_entries import QueueEntry, one_item_query, to_one_entry
from copilot.store.tables.work import ReviewItemRow


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue in the order asked for. `cursor` is None on the last page."""

    entries: tuple[QueueEntry, ...]
    cursor: str | None


_Ids = Select[*tuple[object, ...]]
_STATEMENTS_KEPT = 128
"""So many questions of each kind that were written once are not written again; none depends on what is stored."""


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
        if after is None and reading.is_plain:
            query = _plain_ids(reading, limit=limit + 1)
        else:
            query = reading.ids(after=after, limit=limit + 1, matches=reading.few_matches(self._uow))
        found = self._session.execute(query, self._moment()).all()
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
        found = self._first_ids(readings, limit=limit + 1)
        shown = [ids[:limit] for ids in found]
        entries = {entry.item.id: entry for entry in self._entries(sorted({each for ids in shown for each in ids}))}
        longer = [filters for (filters, _), ids in zip(lists, found, strict=True) if len(ids) > limit]
        counts = iter(self.count_each(longer, viewer=viewer) if longer else ())
        starts = []
        for reading, every, ids in zip(readings, found, shown, strict=True):
            held = _held(tuple(entries[each] for each in ids if each in entries), reading)
            starts.append((held, next(counts) if len(every) > limit else len(held)))
        return tuple(starts)

    def _first_ids(self, readings: Sequence[Reading], *, limit: int) -> list[list[str]]:
        """The first ids of each list in its order, in one question."""
        if not readings:
            return []
        query = (
            _plain_first_ids(tuple(readings), limit=limit)
            if _are_plain(readings)
            else _in_lists(self._each(readings, limit=limit))
        )
        return [list(ids or ()) for ids in self._session.execute(query, self._moment()).one()]

    def _each(self, readings: Sequence[Reading], *, limit: int) -> list[_Ids]:
        return [reading.ids(after=None, limit=limit, matches=reading.few_matches(self._uow)) for reading in readings]

    def _moment(self) -> dict[str, datetime]:
        return {ASKED_AT: self._uow.clock.now()}

    def _entries(self, item_ids: Sequence[str]) -> tuple[QueueEntry, ...]:
        """What is shown of these items, in this order. Asked apart: the planner then knows how few they are."""
        if not item_ids:
            return ()
        [rows] = ask(self._uow, _listed().asked(ids=list(item_ids)))
        entries = {row.id: to_one_entry(row) for row in rows}
        return tuple(entries[item_id] for item_id in item_ids if item_id in entries)

    def _reading(self, filters: QueueFilters, sort: Sort, *, viewer: Viewer) -> Reading:
        plan_each_time(self._uow)
        turns = self.turns(viewer) if filters.for_me else None
        return Reading(filters.checked(), sort, self._reach(viewer, filters.account_id), turns)

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
        if _are_plain(readings):
            query = _plain_counts(tuple(readings))
        else:
            query = _counted(self._each(readings, limit=MOST_COUNTED + 1))
        return tuple(self._session.execute(query, self._moment()).one())

    def counts(self, viewer: Viewer) -> QueueCounts:
        """How much waits, for the head of every page."""
        plan_each_time(self._uow)
        return count_waiting(self._reach(viewer, None), uow=self._uow)


@cache
def _listed() -> Kept:
    """Of the items `ids`; who asks for them has looked which of them the viewer may see."""
    return kept(one_item_query().where(ReviewItemRow.id == any_of("ids")))


def _are_plain(readings: Sequence[Reading]) -> bool:
    return all(reading.is_plain for reading in readings)


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _plain_ids(reading: Reading, *, limit: int) -> _Ids:
    return reading.ids(after=None, limit=limit)


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _plain_first_ids(readings: tuple[Reading, ...], *, limit: int) -> Select[*tuple[list[str] | None, ...]]:
    return _in_lists([reading.ids(after=None, limit=limit) for reading in readings])


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _plain_counts(readings: tuple[Reading, ...]) -> Select[*tuple[int, ...]]:
    return _counted([reading.ids(after=None, limit=MOST_COUNTED + 1) for reading in readings])


def _in_lists(queries: Sequence[_Ids]) -> Select[*tuple[list[str] | None, ...]]:
    """The ids of each list in its order, as one value."""
    lists = []
    for query in queries:
        found = query.subquery()
        [*_, item_id] = found.c
        lists.append(select(func.array_agg(aggregate_order_by(item_id, *found.c))).scalar_subquery())
    return select(*lists)


def _counted(queries: Sequence[_Ids]) -> Select[*tuple[int, ...]]:
    return select(*(select(func.count()).select_from(query.subquery()).scalar_subquery() for query in queries))


def _held(entries: tuple[QueueEntry, ...], reading: Reading) -> tuple[QueueEntry, ...]:
    """Those on which the rules of the queue agree, where it was asked whose turn it is."""
    turns = reading.turns
    return entries if turns is None else tuple(entry for entry in entries if turns.holds(entry.item))


__all__ = ["MOST_COUNTED", "QueueCounts", "QueueFilters", "QueuePage", "QueuePages", "Sort"]
