"""Customers a person may see, with what their revenue and its length are computed from.

Invariant 3: filtered by `account_is_visible(viewer)`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from copilot.domain.access import Viewer
from copilot.domain.records import Lifecycle
from copilot.store.database import UnitOfWork
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import account_is_visible


@dataclass(frozen=True, slots=True)
class Revenue:
    """Of one customer; None is not known."""

    account_id: str
    name: str
    arr: Decimal | None
    currency: str | None
    since: date | None


class RevenueRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def customers(self, *, viewer: Viewer) -> list[Revenue]:
        """Customers of today, by name."""
        query = (
            select(AccountRow.id, AccountRow.name, AccountRow.arr, AccountRow.currency, AccountRow.customer_since)
            .where(
                AccountRow.lifecycle == Lifecycle.CUSTOMER.value,
                AccountRow.churned_on.is_(None),
                account_is_visible(viewer),
            )
            .order_by(AccountRow.name, AccountRow.id)
        )
        return [Revenue(*row) for row in self._session.execute(query)]
