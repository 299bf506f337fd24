"""Lending one's right to approve to somebody until a date.

Invariant: only one's own right can be lent, for a bounded time, and never on: who was lent a right cannot lend it
further. A delegation lets nobody see anything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.approvals.lost_rights import void_lost_votes
from copilot.approvals.refusals import error
from copilot.approvals.review_rules import ReviewRules
from copilot.domain.access import Role, Viewer
from copilot.errors import InputError, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.delegations import Delegation, DelegationRepository
from copilot.store.people import PeopleRepository

CREATED = "delegation.created"
REVOKED = "delegation.revoked"


@dataclass(frozen=True, slots=True)
class OwnDelegations:
    """A person's delegations, the newest first."""

    given: tuple[Delegation, ...]
    received: tuple[Delegation, ...]


@dataclass(frozen=True, slots=True)
class Delegations:
    """Lends under one policy."""

    rules: ReviewRules

    def create(
        self, delegate_email: str, starts_at: datetime, ends_at: datetime, *, viewer: Viewer, uow: UnitOfWork
    ) -> Delegation:
        """Lend the viewer's right to approve to the person with this address, between two moments with a time zone.

        Raises InputError in the viewer's language.
        """
        delegate = PeopleRepository(uow).by_email(delegate_email.strip())
        if delegate is None:
            raise error(InputError, "delegate_unknown", viewer)
        if delegate.user_id == viewer.user_id:
            raise error(InputError, "delegate_self", viewer)
        known = starts_at.tzinfo is not None and ends_at.tzinfo is not None
        if not known or ends_at <= max(starts_at, uow.clock.now()):
            raise error(InputError, "delegation_times", viewer)
        if ends_at - starts_at > timedelta(days=self.rules.longest_delegation_days):
            raise error(InputError, "delegation_long", viewer)
        made = DelegationRepository(uow).add(
            delegator_id=viewer.user_id, delegate_id=delegate.user_id, starts_at=starts_at, ends_at=ends_at
        )
        AuditLog(uow).append(
            CREATED,
            actor_id=viewer.user_id,
            subject=f"delegation:{made.id}",
            details={
                "delegate": delegate.user_id,
                "starts_at": starts_at.isoformat(),
                "ends_at": ends_at.isoformat(),
            },
        )
        return made

    def of(self, viewer: Viewer, uow: UnitOfWork) -> OwnDelegations:
        """What the viewer lends and is lent, past delegations too."""
        found = DelegationRepository(uow).of(viewer.user_id)
        return OwnDelegations(
            given=tuple(each for each in found if each.delegator_id == viewer.user_id),
            received=tuple(each for each in found if each.delegate_id == viewer.user_id),
        )

    def revoke(self, delegation_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """End one at once: the delegator takes the right back, the delegate returns it, an admin ends anybody's.

        Votes given with it on items that have not left are void, for good. Ending it again changes nothing. Raises
        NotFound.
        """
        repository = DelegationRepository(uow)
        found = repository.find(delegation_id)
        concerns = found is not None and viewer.user_id in {found.delegator_id, found.delegate_id}
        if found is None or not (concerns or viewer.role is Role.ADMIN):
            raise error(NotFound, "delegation_not_found", viewer)
        if repository.revoke(delegation_id):
            AuditLog(uow).append(REVOKED, actor_id=viewer.user_id, subject=f"delegation:{delegation_id}")
            void_lost_votes(uow=uow, voter_id=found.delegate_id)
