"""Lent rights to approve.

Invariant: a delegation carries no role of its own. The delegator's role is read when it is used, so somebody who
loses a role has nothing left to lend.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import aliased

from copilot.domain.access import Role
from copilot.domain.review_items import Delegated
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import DelegationRow

_Delegator, _Delegate = aliased(UserRow), aliased(UserRow)


@dataclass(frozen=True, slots=True)
class Delegation:
    """One person's right to approve, lent to another until a date."""

    id: str
    delegator_id: str
    delegator_name: str
    delegate_id: str
    delegate_name: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    revoked_at: datetime | None

    def in_force(self, now: datetime) -> bool:
        """Whether it can be used at `now`."""
        return self.revoked_at is None and self.starts_at <= now < self.ends_at


class DelegationRepository:
    """Delegations in the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def add(self, *, delegator_id: str, delegate_id: str, starts_at: datetime, ends_at: datetime) -> Delegation:
        """Lend the right."""
        delegation_id = f"delegation_{self._uow.clock.new_id().hex}"
        self._session.add(
            DelegationRow(
                id=delegation_id,
                delegator_id=delegator_id,
                delegate_id=delegate_id,
                starts_at=starts_at,
                ends_at=ends_at,
                created_by=delegator_id,
                created_at=self._uow.clock.now(),
            )
        )
        self._session.flush()
        [added] = self._read(DelegationRow.id == delegation_id)
        return added

    def of(self, user_id: str) -> tuple[Delegation, ...]:
        """Those that the person gave or received, the newest first."""
        return self._read(or_(DelegationRow.delegator_id == user_id, DelegationRow.delegate_id == user_id))

    def find(self, delegation_id: str) -> Delegation | None:
        """One delegation as it is now."""
        return next(iter(self._read(DelegationRow.id == delegation_id)), None)

    def revoke(self, delegation_id: str) -> bool:
        """End one at once. False: it was ended before."""
        ended = self._session.execute(
            update(DelegationRow)
            .where(DelegationRow.id == delegation_id, DelegationRow.revoked_at.is_(None))
            .values(revoked_at=self._uow.clock.now())
            .returning(DelegationRow.id)
            .execution_options(synchronize_session=False)
        )
        return ended.one_or_none() is not None

    def lent_to(
        self, delegate_id: str, *, delegator_id: str | None = None, since: datetime | None = None
    ) -> tuple[Delegated, ...]:
        """What active people (or just one of them) lend the person now, in the order it was lent.

        `since`: only what was in force at that moment, too. What was lent again later is another right.
        """
        now = self._uow.clock.now()
        lent = (
            select(DelegationRow.delegator_id, UserRow.role, DelegationRow.starts_at, DelegationRow.ends_at)
            .join(UserRow, UserRow.id == DelegationRow.delegator_id)
            .where(DelegationRow.delegate_id == delegate_id, UserRow.active, *_in_force(now))
            .order_by(DelegationRow.created_at, DelegationRow.id)
        )
        if delegator_id is not None:
            lent = lent.where(DelegationRow.delegator_id == delegator_id)
        if since is not None:
            lent = lent.where(DelegationRow.created_at <= since, DelegationRow.starts_at <= since)
        return tuple(
            Delegated(delegator_id=row.delegator_id, role=Role(row.role), starts_at=row.starts_at, ends_at=row.ends_at)
            for row in self._session.execute(lent)
        )

    def delegates_of(self, user_ids: Collection[str]) -> frozenset[str]:
        """To whom these people lend their right now."""
        lent = select(DelegationRow.delegate_id).where(
            DelegationRow.delegator_id.in_(user_ids), *_in_force(self._uow.clock.now())
        )
        return frozenset(self._session.scalars(lent))

    def _read(self, condition: ColumnElement[bool]) -> tuple[Delegation, ...]:
        rows = self._session.execute(
            select(DelegationRow, _Delegator.name, _Delegate.name)
            .join(_Delegator, _Delegator.id == DelegationRow.delegator_id)
            .join(_Delegate, _Delegate.id == DelegationRow.delegate_id)
            .where(condition)
            .order_by(DelegationRow.created_at.desc(), DelegationRow.id)
            .execution_options(populate_existing=True)
        )
        return tuple(
            Delegation(
                id=row.id,
                delegator_id=row.delegator_id,
                delegator_name=delegator,
                delegate_id=row.delegate_id,
                delegate_name=delegate,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                created_at=row.created_at,
                revoked_at=row.revoked_at,
            )
            for row, delegator, delegate in rows
        )


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    known = DelegationRow.created_at <= now
    return (known, DelegationRow.revoked_at.is_(None), DelegationRow.starts_at <= now, DelegationRow.ends_at > now)
