"""Accounts to compare one with: customers, and those who left, as far as a viewer may see them.

Invariant 3: nobody is compared with an account that the viewer may not see.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from copilot.domain.access import Viewer
from copilot.store.customers import is_customer
from copilot.store.database import UnitOfWork
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import visible_accounts


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
        query = (
            select(AccountRow.id, AccountRow.name)
            .where(
                is_customer(since),
                # Who has said that they leave is no example of one who stays.
                AccountRow.churned_on.is_(None),
                AccountRow.id != but,
                AccountRow.id.in_(visible_accounts(viewer)),
            )
            .order_by(AccountRow.id)
            .limit(limit)
        )
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
