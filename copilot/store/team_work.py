"""What the members of a team have on their hands now: items, alerts, rights lent.

Invariant 3: items and alerts are counted as the lists that they lead to show them, so only what the viewer may see; a
delegation of a person whom the viewer may look at is told with who stands in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ARRAY, TEXT, any_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from copilot.domain.access import Viewer
from copilot.domain.alerts import AlertState
from copilot.domain.review_items import OPEN
from copilot.store.customers import is_customer
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.scores import AlertRow
from copilot.store.tables.work import DelegationRow, ReviewItemRow
from copilot.store.visibility import account_is_visible, visible_accounts

_Delegator, _Delegate = aliased(UserRow), aliased(UserRow)


@dataclass(frozen=True, slots=True)
class Waits:
    """Items of one person that can be decided now; what was sent back waits for nobody's decision."""

    asked_for: int = 0
    overdue: int = 0
    """Of those."""
    to_decide: int = 0
    """They were asked to decide about."""
    to_decide_overdue: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One right to approve that is lent, or will be."""

    delegator_id: str
    delegator_name: str
    delegate_id: str
    delegate_name: str
    starts_at: datetime
    ends_at: datetime


class TeamWork:
    """Of some people, for one viewer, in one unit of work."""

    def __init__(self, uow: UnitOfWork, *, people: Collection[str], viewer: Viewer) -> None:
        self._session = uow.session
        self._people = literal(sorted(people), ARRAY(TEXT))
        self._viewer = viewer
        self._now = uow.clock.now()

    def waits(self) -> dict[str, Waits]:
        """By person."""
        asked = self._counted(ReviewItemRow.requester_id)
        deciding = self._counted(ReviewItemRow.assignee_id)
        return {
            person: Waits(*asked.get(person, (0, 0)), *deciding.get(person, (0, 0))) for person in {*asked, *deciding}
        }

    def alerts(self) -> dict[str, int]:
        """Open ones, by owner."""
        rows = self._session.execute(
            select(AlertRow.owner_id, func.count())
            .where(
                AlertRow.owner_id == any_(self._people),
                AlertRow.state == AlertState.OPEN.value,
                AlertRow.account_id.in_(visible_accounts(self._viewer)),
            )
            .group_by(AlertRow.owner_id)
        )
        return {owner_id: number for owner_id, number in rows if owner_id is not None}

    def renewals(self, *, since: date, until: date) -> dict[str, int]:
        """By the owner's address in lower case: customers whose contract ends in these days and who do not leave."""
        owner = func.lower(func.coalesce(AccountRow.owner_email, ""))
        rows = self._session.execute(
            select(owner, func.count())
            .where(
                AccountRow.renewal_date.between(since, until),
                AccountRow.churned_on.is_(None),
                is_customer(since),
                account_is_visible(self._viewer),
            )
            .group_by(owner)
        )
        return {row[0]: row[1] for row in rows}

    def standing_in(self) -> tuple[Standing, ...]:
        """What they lend or were lent that is not over, the first to end first."""
        rows = self._session.execute(
            select(
                DelegationRow.delegator_id,
                _Delegator.name,
                DelegationRow.delegate_id,
                _Delegate.name,
                DelegationRow.starts_at,
                DelegationRow.ends_at,
            )
            .join(_Delegator, _Delegator.id == DelegationRow.delegator_id)
            .join(_Delegate, _Delegate.id == DelegationRow.delegate_id)
            .where(
                or_(DelegationRow.delegator_id == any_(self._people), DelegationRow.delegate_id == any_(self._people)),
                DelegationRow.revoked_at.is_(None),
                DelegationRow.ends_at > self._now,
            )
            .order_by(DelegationRow.ends_at, DelegationRow.id)
        )
        return tuple(Standing(*row) for row in rows)

    def _counted(
        self, person: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
    ) -> dict[str, tuple[int, int]]:
        """Open ones and those of them that are overdue."""
        rows = self._session.execute(
            select(person, func.count(), func.count().filter(ReviewItemRow.due_at <= self._now))
            .where(
                person == any_(self._people),
                ReviewItemRow.state.in_([state.value for state in OPEN]),
                item_is_visible(self._viewer),
            )
            .group_by(person)
        )
        return {str(key): (number, overdue) for key, number, overdue in rows}
