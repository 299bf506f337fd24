"""When business was won: expansions of customers, leads that became customers, and what each customer bought.

Invariant: a day is one that a record holds. This is for learning over all accounts, not for a person's eyes.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, Subquery, cast, func, or_, select, union_all

from copilot.domain.records import Lifecycle, OpportunityKind, OpportunityStatus
from copilot.store.customers import is_customer
from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, ActivityRow, OpportunityRow


@dataclass(frozen=True, slots=True)
class LeadCourse:
    """One account from its first trace in the records until it became a customer, if it did."""

    account_id: str
    since: date
    won_on: date | None


@dataclass(frozen=True, slots=True)
class Bought:
    """What one customer bought, by the names that won deals give products."""

    account_id: str
    segment: str | None
    products: frozenset[str]


class BusinessRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def expansions(self, *, until: date) -> dict[str, tuple[date, ...]]:
        """Days on which accounts bought more, by account."""
        rows = self._session.execute(
            select(OpportunityRow.account_id, OpportunityRow.close_date)
            .where(
                OpportunityRow.kind == OpportunityKind.EXPANSION.value,
                OpportunityRow.status == OpportunityStatus.WON.value,
                OpportunityRow.close_date <= until,
                OpportunityRow.account_id.is_not(None),
            )
            .order_by(OpportunityRow.close_date)
        )
        found: defaultdict[str, list[date]] = defaultdict(list)
        for account_id, day in rows:
            if account_id is not None and day is not None:
                found[account_id].append(day)
        return {account_id: tuple(days) for account_id, days in found.items()}

    def leads(self, *, until: date) -> list[LeadCourse]:
        """Every account that is or was a prospect, by id. A customer of whom no record holds since when is left out."""
        traces, won = _traces(), _first_won(until)
        query = (
            select(AccountRow.id, AccountRow.lifecycle, AccountRow.customer_since, traces.c.first, won.c.won_on)
            .join(traces, traces.c.account_id == AccountRow.id)
            .outerjoin(won, won.c.account_id == AccountRow.id)
            .where(AccountRow.lifecycle.is_not(None), traces.c.first <= until)
            .order_by(AccountRow.id)
        )
        found = []
        for account_id, lifecycle, customer_since, first, won_on in self._session.execute(query):
            days = [day for day in (customer_since, won_on) if day is not None and day <= until]
            if days or lifecycle == Lifecycle.PROSPECT.value:
                found.append(LeadCourse(account_id, first, min(days, default=None)))
        return found

    def bought(self, *, until: date) -> list[Bought]:
        """What every customer of today has bought, by id; those of whom no won deal names a product are left out."""
        rows = self._session.execute(
            select(AccountRow.id, AccountRow.segment, func.array_agg(OpportunityRow.product_name.distinct()))
            .join(OpportunityRow, OpportunityRow.account_id == AccountRow.id)
            .where(
                is_customer(until),
                OpportunityRow.status == OpportunityStatus.WON.value,
                or_(OpportunityRow.close_date.is_(None), OpportunityRow.close_date <= until),
                OpportunityRow.product_name.is_not(None),
            )
            .group_by(AccountRow.id, AccountRow.segment)
            .order_by(AccountRow.id)
        )
        return [
            Bought(account_id, segment, frozenset(filter(None, products))) for account_id, segment, products in rows
        ]


def _first_won(until: date) -> Subquery:
    return (
        select(OpportunityRow.account_id, func.min(OpportunityRow.close_date).label("won_on"))
        .where(
            OpportunityRow.kind == OpportunityKind.NEW_BUSINESS.value,
            OpportunityRow.status == OpportunityStatus.WON.value,
            OpportunityRow.close_date <= until,
        )
        .group_by(OpportunityRow.account_id)
        .subquery()
    )


def _traces() -> Subquery:
    """The first day on which anything about an account was recorded."""
    every = union_all(
        select(OpportunityRow.account_id, OpportunityRow.created_on.label("day")),
        select(ActivityRow.account_id, cast(func.timezone("UTC", ActivityRow.occurred_at), Date)),
        select(DocumentRow.account_id, cast(func.timezone("UTC", DocumentRow.authored_at), Date)),
    ).subquery()
    return (
        select(every.c.account_id, func.min(every.c.day).label("first"))
        .where(every.c.account_id.is_not(None), every.c.day.is_not(None))
        .group_by(every.c.account_id)
        .subquery()
    )
