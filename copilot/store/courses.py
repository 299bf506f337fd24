"""How customers came and went: the days between which an account was one, for learning from the past.

Invariant: a day of leaving is one that a record holds; an account that left on a day that no record holds is told
apart, never guessed. This is for learning over all accounts, not for a person's eyes.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Subquery, func, select

from copilot.domain.records import Lifecycle, OpportunityKind, OpportunityStatus
from copilot.store.customers import was_ever_customer
from copilot.store.database import UnitOfWork
from copilot.store.tables.records import AccountRow, OpportunityRow, UsagePointRow

_ACTIVE_USERS = "active_users"
_GRACE_DAYS = 31
"""Use this long after leaving may be the end of what was paid for."""


class LeftBy(StrEnum):
    """Which record holds the day of leaving."""

    CHURNED_ON = "churned_on"
    LOST_RENEWAL = "lost_renewal"


@dataclass(frozen=True, slots=True)
class CustomerCourse:
    """One account that is or was a customer."""

    account_id: str
    since: date | None
    """Its first day as one; where no record holds that, the day of its first use."""
    left_on: date | None
    left_by: LeftBy | None
    is_gone: bool
    """Whether it is a customer no more, on whatever day it left."""
    recorded_on: date | None
    """As of when its record first held the day; None where nobody noted that."""
    used_until: date | None
    """Start of the last week with any active user."""

    @property
    def is_gone_before_it_came(self) -> bool:
        """Whether the days contradict each other."""
        return self.left_on is not None and self.since is not None and self.left_on < self.since

    @property
    def is_used_after_leaving(self) -> bool:
        """Whether it was still in use well after it left."""
        if self.left_on is None or self.used_until is None:
            return False
        return (self.used_until - self.left_on).days > _GRACE_DAYS


class CourseRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def customers(self, *, until: date) -> list[CustomerCourse]:
        """Every account that is or was a customer, by id, as the records tell it on that day."""
        lost, used = _lost_renewals(until), _use(until)
        query = (
            select(
                AccountRow.id,
                AccountRow.lifecycle,
                AccountRow.customer_since,
                AccountRow.churned_on,
                AccountRow.churn_recorded_on,
                lost.c.lost_on,
                used.c.first,
                used.c.last,
            )
            .outerjoin(lost, lost.c.account_id == AccountRow.id)
            .outerjoin(used, used.c.account_id == AccountRow.id)
            .where(was_ever_customer())
            .order_by(AccountRow.id)
        )
        return [_course(*row) for row in self._session.execute(query)]


def _lost_renewals(until: date) -> Subquery:
    return (
        select(OpportunityRow.account_id, func.max(OpportunityRow.close_date).label("lost_on"))
        .where(
            OpportunityRow.kind == OpportunityKind.RENEWAL.value,
            OpportunityRow.status == OpportunityStatus.LOST.value,
            OpportunityRow.close_date <= until,
        )
        .group_by(OpportunityRow.account_id)
        .subquery()
    )


def _use(until: date) -> Subquery:
    return (
        select(
            UsagePointRow.account_id,
            func.min(UsagePointRow.period_start).label("first"),
            func.max(UsagePointRow.period_start).label("last"),
        )
        .where(UsagePointRow.metric == _ACTIVE_USERS, UsagePointRow.value > 0, UsagePointRow.period_start <= until)
        .group_by(UsagePointRow.account_id)
        .subquery()
    )


def _course(
    account_id: str,
    lifecycle: str | None,
    since: date | None,
    churned_on: date | None,
    recorded_on: date | None,
    lost_on: date | None,
    first_used: date | None,
    last_used: date | None,
) -> CustomerCourse:
    churned = lifecycle == Lifecycle.CHURNED.value
    left_on = churned_on or (lost_on if churned else None)
    by = LeftBy.CHURNED_ON if churned_on else LeftBy.LOST_RENEWAL
    return CustomerCourse(
        account_id=account_id,
        since=since or first_used,
        left_on=left_on,
        left_by=None if left_on is None else by,
        is_gone=churned or left_on is not None,
        recorded_on=recorded_on if churned_on else None,
        used_until=last_used,
    )
