"""How the ids of one page are found: by walking an index in order, or by sorting a small set.

Invariant: both ways give the same ids in the same order; which is taken depends only on how much there is to read.
The choice is made here and not left to the planner, which cannot know how many of a viewer's items hold a word. What a
question is written as follows from the question alone, so that equal ones need not be written again: the moment they
are asked at is a parameter of the statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import (
    ARRAY,
    TEXT,
    ColumnElement,
    DateTime,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from copilot.domain.access import Role
from copilot.domain.findings import Risk
from copilot.domain.review_items import UNDECIDED, ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Asked, ask
from copilot.store.queue_cursors import Place
from copilot.store.queue_filters import QueueFilters, Sort, conditions, sort_columns
from copilot.store.queue_reach import Reach, TextTable
from copilot.store.queue_turns import Turns
from copilot.store.tables.queue import ReviewTextRow, WaitingTextRow
from copilot.store.tables.work import ReviewItemRow

FEW_WAITING = 1_500
FEW_OF_ALL = 5_000
"""So many items that hold a word are sorted; if there are more, reading in order soon meets a page of them. About the
square root of page size times table size, where both cost the same."""
_READING_ON = 3
_PLANNED = "queue.plan_each_time"
"""Said of a session, which is one transaction, once it has been told."""
_PLAN_EACH_TIME = Asked(
    "select set_config('plan_cache_mode', 'force_custom_plan', true) as plans, set_config('jit', 'off', true) as jit",
    {},
)
_DECIDED_PER_ACCOUNT = 20
ASKED_AT = "asked_at"
_ASKED_AT = bindparam(ASKED_AT, type_=DateTime(timezone=True))
_RISK_ORDER = {Risk.CRITICAL: 0, Risk.HIGH: 1, Risk.MEDIUM: 2, Risk.LOW: 3}


@dataclass(frozen=True, slots=True)
class Reading:
    """One question to the queue."""

    filters: QueueFilters
    sort: Sort
    reach: Reach
    turns: Turns | None

    @property
    def is_plain(self) -> bool:
        """Whether how it is asked depends on nothing that is stored."""
        return self._held() is None

    def ids(self, *, after: Place | None, limit: int, matches: list[str] | None = None) -> Select[*tuple[object, ...]]:
        """The first `limit` ids after a place, with the values they are ordered by. `matches`: see `few_matches`.

        Has the parameter `ASKED_AT`.
        """
        columns = sort_columns(self.sort)
        wanted = [*conditions(self.filters, now=_ASKED_AT)]
        if after is not None:
            wanted.append(tuple_(*columns) > tuple_(*after))
        if self.turns is not None:
            wanted.append(self.turns.condition(_ASKED_AT))
        sources = self._small_sets(wanted, matches) or self._walks(wanted, limit=limit)
        found = union_all(*sources).subquery("candidates") if len(sources) > 1 else sources[0].subquery("candidates")
        names = [found.c[column.key] for column in columns]
        return select(*names).order_by(*names).limit(limit)

    def _small_sets(
        self, wanted: Sequence[ColumnElement[bool]], matches: list[str] | None
    ) -> list[Select[*tuple[object, ...]]]:
        """Sets to be sorted whole, or none if none is small."""
        held = self._held()
        found = [*wanted, *([_state_in(self.filters.states)] if self.filters.states else [])]
        if matches is not None:
            return [self._sorted_then_seen(matches, found)]
        if self.reach.account_ids is None:
            return []
        found += [] if held is None else [self._asked_of_each(held)]
        sets = union_all(*(self._select(part, *found) for part in (self.reach.listed, self.reach.unplaced)))
        # Materialised, so that the planner does not read in order after all, hoping for an early end.
        gathered = sets.cte("gathered", nesting=True).prefix_with("materialized")
        return [select(*gathered.c)]

    def _sorted_then_seen(
        self, matches: list[str], found: Sequence[ColumnElement[bool]]
    ) -> Select[*tuple[object, ...]]:
        """Items by their ids in order, then whether the viewer may see each: asked only until the page is full."""
        names = [column.key for column in sort_columns(self.sort)]
        asked = (ReviewItemRow.requester_id, ReviewItemRow.team_id)
        seen = (ReviewItemRow.account_id, *asked, ReviewItemRow.visibility, ReviewItemRow.is_test)
        match = func.unnest(literal(matches, ARRAY(TEXT))).table_valued("id").render_derived("match")
        # Lateral and with an offset, so that each is looked up by its id and by nothing else.
        item = (
            self._select(ReviewItemRow.id == match.c.id, *found, seen=seen).correlate(match).offset(0).lateral("item")
        )
        gathered = (
            select(*item.c)
            .select_from(match)
            .join(item, true())
            .cte("gathered", nesting=True)
            .prefix_with("materialized")
        )
        in_order = select(gathered).order_by(*(gathered.c[name] for name in names)).offset(0).subquery("in_order")
        return select(*(in_order.c[name] for name in names)).where(self.reach.of(in_order.c))

    def _walks(self, wanted: Sequence[ColumnElement[bool]], *, limit: int) -> list[Select[*tuple[object, ...]]]:
        """One ordered walk for each state (and risk, where the index then keeps the order)."""
        held = self._held()
        found = [self.reach.of(ReviewItemRow), *wanted, *([] if held is None else [self._asked_of_each(held)])]
        columns = sort_columns(self.sort)
        walks = []
        for state, risk in product(self.filters.states or tuple(ReviewState), self._risks()):
            place = [ReviewItemRow.state == literal_column(f"'{state.value}'")]
            if risk is not None:
                place.append(ReviewItemRow.risk_order == literal_column(str(_RISK_ORDER[risk])))
            walk = self._select(*place, *found).order_by(*columns).limit(limit).subquery()
            walks.append(select(*walk.c))
        return walks

    def _asked_of_each(self, held: ColumnElement[bool]) -> ColumnElement[bool]:
        """A scalar subquery is asked of each item in turn; a join could be turned around."""
        texts = self._texts
        fits = select(and_(held, *self._searchable())).where(texts.review_item_id == ReviewItemRow.id)
        return func.coalesce(fits.scalar_subquery(), false())

    def _risks(self) -> Sequence[Risk | None]:
        chosen = tuple(dict.fromkeys(self.filters.risks))
        return chosen if chosen and self.sort is not Sort.VALUE else (None,)

    def _select(
        self, *where: ColumnElement[bool], seen: Sequence[InstrumentedAttribute[Any]] = ()
    ) -> Select[*tuple[object, ...]]:
        return select(*sort_columns(self.sort), *(column for column in seen)).where(*where)

    @property
    def _texts(self) -> TextTable:
        waiting = bool(self.filters.states) and set(self.filters.states) <= UNDECIDED
        return WaitingTextRow if waiting or self.filters.overdue or self.filters.for_me else ReviewTextRow

    def _held(self) -> ColumnElement[bool] | None:
        """What an item must hold: words, rules."""
        found: list[ColumnElement[bool]] = []
        if self.filters.q is not None and self.filters.q.strip():
            found.append(self._texts.words.bool_op("@@")(func.review_query(self.filters.q)))
        if self.filters.rules:
            found.append(self._texts.rules.overlap(list(self.filters.rules)))
        return and_(*found) if found else None

    def _searchable(self) -> list[ColumnElement[bool]]:
        searched = self.filters.q is not None and self.filters.q.strip()
        return [self.reach.may_search(self._texts)] if searched else []

    def few_matches(self, uow: UnitOfWork) -> list[str] | None:
        """The items that hold what is looked for and may be searched; None: they are many, or nothing is looked for.

        Looking stops at the bound.
        """
        held = self._held()
        if held is None:
            return None
        texts, most = self._texts, self._few()
        some = select(texts.review_item_id).where(held, *self._searchable()).limit(most + 1).subquery()
        found = uow.session.execute(select(func.array_agg(some.c.review_item_id))).scalar_one() or []
        return list(found) if len(found) <= most else None

    def _few(self) -> int:
        """How many matches are cheaper to sort than the items are to read one by one."""
        waiting = self._texts is WaitingTextRow
        few = FEW_WAITING if waiting else FEW_OF_ALL
        if self.reach.account_ids is not None:
            return min(few, len(self.reach.account_ids) * (1 if waiting else _DECIDED_PER_ACCOUNT))
        # Who sees only a part has to read on for longer.
        return few if self.reach.viewer.role is Role.ADMIN or not waiting else few * _READING_ON


def plan_each_time(uow: UnitOfWork) -> None:
    """Let each question of this transaction be planned for its own values; a plan for any values reads too much."""
    if _PLANNED in uow.session.info:
        return
    ask(uow, _PLAN_EACH_TIME)
    uow.session.info[_PLANNED] = True


def _state_in(states: Sequence[ReviewState]) -> ColumnElement[bool]:
    return ReviewItemRow.state.in_([state.value for state in states])
