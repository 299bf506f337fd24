"""Accounts to compare one with: customers, and those who left, as far as a viewer may see them.

Invariant 3: nobody is compared with an account that the viewer may not see.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select

from copilot.domain.access import Viewer
from copilot.store.customers import is_customer
from copilot.store.database import UnitOfWork
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import account_is_visible, visible_accounts


@dataclass(frozen=True, slots=True)
class Peer:
    """Another account."""

    id: str
    name: str
    left_on: date | None
    """None: still a customer."""


class PeersRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def customers(self, *, but: str, since: date, viewer: Viewer, limit: int) -> list[Peer]:
        """Customers that were customers on that day already; those that an index finds first."""
        query = _customers(AccountRow.id, AccountRow.name, viewer=viewer, day=since, but=but).limit(limit)
        return [Peer(account_id, name, None) for account_id, name in self._session.execute(query)]

    def left(self, *, but: str, since: date, until: date, viewer: Viewer, limit: int) -> list[Peer]:
        """Those who left in that time, the latest first."""
        query = (
            select(AccountRow.id, AccountRow.name, AccountRow.churned_on)
            .where(
                AccountRow.churned_on.between(since, until),
                AccountRow.id != but,
                AccountRow.id.in_(visible_accounts(viewer)),
            )
            .order_by(AccountRow.churned_on.desc(), AccountRow.id)
            .limit(limit)
        )
        return [Peer(account_id, name, left_on) for account_id, name, left_on in self._session.execute(query)]

    def names_after(self, account_id: str, *, viewer: Viewer, limit: int) -> dict[str, str]:
        """The next accounts that the viewer may see, in the order of their ids, with their names."""
        query = select(AccountRow.id, AccountRow.name).where(
            AccountRow.id > account_id, AccountRow.id.in_(visible_accounts(viewer))
        )
        return {row.id: row.name for row in self._session.execute(query.order_by(AccountRow.id).limit(limit))}


def first_customers(viewer: Viewer, *, day: Any, but: Any) -> Select[Any]:
    """The ids of the first `most` of `PeersRepository.customers`; that is a parameter, and the others may be."""
    return _customers(AccountRow.id, viewer=viewer, day=day, but=but).limit(bindparam("most", 0))


def _customers(*columns: Any, viewer: Viewer, day: Any, but: Any) -> Select[Any]:
    wanted = (
        is_customer(day),
        # Who has said that they leave is no example of one who stays.
        AccountRow.churned_on.is_(None),
        AccountRow.id != but,
        account_is_visible(viewer),
    )
    return select(*columns).where(*wanted).order_by(AccountRow.id)
