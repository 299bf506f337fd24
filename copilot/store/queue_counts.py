"""How much of the queue waits for whom.

Invariant 3: only what the viewer may see is counted. Counting stops at a bound, so that it costs the same however long
the queue is.
"""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement, DateTime, Select, bindparam, func, literal_column, select, union_all

from copilot.domain.access import Role
from copilot.domain.findings import Risk
from copilot.domain.review_items import UNDECIDED
from copilot.store.database import UnitOfWork
from copilot.store.queue_reach import Reach
from copilot.store.queue_reading import ASKED_AT
from copilot.store.tables.work import ReviewItemRow

MOST_COUNTED = 999
MOST_READ_ON = 99
"""For who sees very many accounts but not all: each counted item takes reading others that are not theirs."""
_STATEMENTS_KEPT = 128
_WAITING = [state.value for state in UNDECIDED]
_RISKY = [Risk.HIGH.value, Risk.CRITICAL.value]


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many undecided items the viewer may see."""

    waiting: int
    overdue: int
    high_risk: int
    """High or critical."""
    mine: int
    """Asked for by the viewer."""
    most: int
    """Counting stopped here: a count of more than this says only that there are more ("999+")."""


def count_waiting(reach: Reach, *, uow: UnitOfWork) -> QueueCounts:
    """Count in one question."""
    if reach.account_ids is not None:
        return _count_listed(reach, uow=uow)
    most = MOST_COUNTED if reach.viewer.role is Role.ADMIN else MOST_READ_ON
    moment = {ASKED_AT: uow.clock.now()}
    waiting, overdue, high_risk, mine = tuple(uow.session.execute(_bounded_each(reach, most=most), moment).one())
    return QueueCounts(waiting=waiting, overdue=overdue, high_risk=high_risk, mine=mine, most=most)


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _bounded_each(reach: Reach, *, most: int) -> Select[*tuple[int, ...]]:
    """Written once for each reach: it depends on nothing that is stored."""
    groups: tuple[tuple[ColumnElement[bool], ...], ...] = (
        (),
        (ReviewItemRow.due_at <= bindparam(ASKED_AT, type_=DateTime(timezone=True)),),
        (ReviewItemRow.risk_order <= 1,),
        (ReviewItemRow.requester_id == reach.viewer.user_id,),
    )
    return select(*(_bounded(reach, group, most=most) for group in groups))


def _bounded(reach: Reach, group: tuple[ColumnElement[bool], ...], *, most: int) -> ColumnElement[int]:
    """Each state by itself and in order: read from the index alone where nothing else is asked."""
    walks = [
        select(ReviewItemRow.due_at)
        .where(ReviewItemRow.state == literal_column(f"'{state}'"), reach.of(ReviewItemRow), *group)
        .order_by(ReviewItemRow.due_at, ReviewItemRow.id)
        .limit(most + 1)
        .subquery()
        for state in _WAITING
    ]
    some = union_all(*(select(walk.c.due_at) for walk in walks)).limit(most + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _count_listed(reach: Reach, *, uow: UnitOfWork) -> QueueCounts:
    columns = (ReviewItemRow.due_at, ReviewItemRow.risk, ReviewItemRow.requester_id)
    parts = [select(*columns).where(ReviewItemRow.state.in_(_WAITING), part) for part in (reach.listed, reach.unplaced)]
    items = union_all(*parts).subquery()
    counts = uow.session.execute(
        select(
            func.count(),
            func.count().filter(items.c.due_at <= uow.clock.now()),
            func.count().filter(items.c.risk.in_(_RISKY)),
            func.count().filter(items.c.requester_id == reach.viewer.user_id),
        )
    ).one()
    waiting, overdue, high_risk, mine = (min(count, MOST_COUNTED + 1) for count in counts)
    return QueueCounts(waiting=waiting, overdue=overdue, high_risk=high_risk, mine=mine, most=MOST_COUNTED)
