"""What waits by when it is due, and how long decisions took.

Invariant 3: only items that the viewer may see are counted or named. A test item counts like any other while it waits,
so that nothing tells it apart, and in no figure about decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, case, cast, func, select

from copilot.domain.access import Viewer
from copilot.domain.proportions import Share
from copilot.domain.review_items import UNDECIDED
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.work import ReviewItemRow

NAMED = 10
"""Items named under each heading; the others are in the queue."""
_SECONDS_OF_HOUR = 3600


class Due(StrEnum):
    """When something is due, by the day in UTC."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many items of a kind wait for somebody."""

    due: Due
    kind: str
    assignee_id: str | None
    """Who was asked to decide; None: nobody in particular."""
    assignee_name: str | None
    items: int
    escalated: int
    taken: int
    """Somebody works on them."""


@dataclass(frozen=True, slots=True)
class NamedItem:
    """One item that waits."""

    item_id: str
    title: str
    kind: str
    language: str
    account_name: str | None
    assignee_name: str | None
    due_at: datetime
    escalated: bool


@dataclass(frozen=True, slots=True)
class DecidedWeek:
    """Decisions of one week. Hours from filing a version to the decision about it; None without one."""

    week: date
    decided: int
    in_time: Share
    median_hours: float | None
    p90_hours: float | None


class SlaBoard:
    """For one viewer, in one unit of work."""

    def __init__(self, uow: UnitOfWork, *, viewer: Viewer) -> None:
        self._session = uow.session
        self._viewer = viewer
        self._now = uow.clock.now()

    def waiting(self) -> tuple[Waiting, ...]:
        """Everything undecided, by when it is due, kind and whom it waits for."""
        due = self._due()
        rows = self._session.execute(
            select(
                due,
                ReviewItemRow.kind,
                ReviewItemRow.assignee_id,
                func.min(UserRow.name),
                func.count(),
                func.count(ReviewItemRow.escalated_at),
                func.count(ReviewItemRow.claimed_by),
            )
            .outerjoin(UserRow, UserRow.id == ReviewItemRow.assignee_id)
            .where(*self._undecided())
            .group_by(due, ReviewItemRow.kind, ReviewItemRow.assignee_id)
        )
        return tuple(Waiting(Due(row[0]), *row[1:]) for row in rows)

    def named(self, due: Due) -> tuple[NamedItem, ...]:
        """The first of those, the soonest due first."""
        rows = self._session.execute(
            select(
                ReviewItemRow.id,
                ReviewItemRow.title,
                ReviewItemRow.kind,
                ReviewItemRow.language,
                AccountRow.name,
                UserRow.name,
                ReviewItemRow.due_at,
                ReviewItemRow.escalated_at.is_not(None),
            )
            .outerjoin(AccountRow, AccountRow.id == ReviewItemRow.account_id)
            .outerjoin(UserRow, UserRow.id == ReviewItemRow.assignee_id)
            .where(*self._undecided(), self._due() == due.value)
            .order_by(ReviewItemRow.due_at, ReviewItemRow.id)
            .limit(NAMED)
        )
        return tuple(NamedItem(*row) for row in rows)

    def decided(self, weeks: Sequence[date]) -> tuple[DecidedWeek, ...]:
        """By week (Mondays, UTC, oldest first), by when it was decided."""
        week = cast(func.date_trunc("week", func.timezone("UTC", ReviewItemRow.decided_at)), Date)
        hours = func.extract("epoch", ReviewItemRow.decided_at - ReviewItemRow.submitted_at) / _SECONDS_OF_HOUR
        rows = self._session.execute(
            select(
                week,
                func.count(),
                func.count().filter(ReviewItemRow.decided_at <= ReviewItemRow.due_at),
                func.percentile_cont(0.5).within_group(hours),
                func.percentile_cont(0.9).within_group(hours),
            )
            .where(
                ReviewItemRow.decided_at >= datetime.combine(weeks[0], time(), tzinfo=UTC),
                ReviewItemRow.verdict.is_not(None),
                ~ReviewItemRow.is_test,
                item_is_visible(self._viewer),
            )
            .group_by(week)
        )
        found: dict[date, Any] = {row[0]: row for row in rows}
        return tuple(
            DecidedWeek(
                monday,
                found[monday][1] if monday in found else 0,
                Share(found[monday][2], found[monday][1]) if monday in found else Share(0, 0),
                float(found[monday][3]) if monday in found else None,
                float(found[monday][4]) if monday in found else None,
            )
            for monday in weeks
        )

    def _undecided(self) -> tuple[ColumnElement[bool], ...]:
        return (ReviewItemRow.state.in_([state.value for state in UNDECIDED]), item_is_visible(self._viewer))

    def _due(self) -> ColumnElement[str]:
        tomorrow = datetime.combine(self._now.date() + timedelta(days=1), time(), tzinfo=UTC)
        return case(
            (ReviewItemRow.due_at <= self._now, Due.OVERDUE.value),
            (ReviewItemRow.due_at < tomorrow, Due.TODAY.value),
            else_=Due.LATER.value,
        )
