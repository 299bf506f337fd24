"""What contacts wish about being written to or called, as it is recorded.

Invariant: wishes are added, never changed; no name and no address is kept with them.
"""

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from copilot.domain.access import Viewer
from copilot.domain.contact_rules import Channel, StatedWish, Wish, WishSource, address_key
from copilot.store.database import UnitOfWork
from copilot.store.tables.contacts import ContactPreferenceRow
from copilot.store.tables.records import ContactRow
from copilot.store.visibility import visible_accounts


class ContactPreferenceRepository:
    """Reads and adds wishes within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def visible_contacts(self, email_or_id: str, *, viewer: Viewer) -> Sequence[tuple[str, str | None]]:
        """Id and address of the contacts meant that `viewer` may see."""
        rows = self._session.execute(
            select(ContactRow.id, ContactRow.email)
            .where(
                or_(ContactRow.id == email_or_id, func.lower(ContactRow.email) == email_or_id.lower()),
                ContactRow.account_id.in_(visible_accounts(viewer)),
            )
            .order_by(ContactRow.id)
        )
        return [(row.id, row.email) for row in rows]

    def add(self, stated: StatedWish, *, contact_id: str | None, email: str | None, recorded_by: str) -> str:
        """Keep a wish of the person with this address, or of the contact without one; return its id."""
        preference_id = f"wish_{self._uow.clock.new_id().hex}"
        self._session.add(
            ContactPreferenceRow(
                id=preference_id,
                contact_id=contact_id,
                address_sha256=address_key(email) if email else None,
                channel=stated.channel.value,
                wish=stated.wish.value,
                stated_on=stated.stated_on,
                source=stated.source.value,
                recorded_by=recorded_by,
                recorded_at=self._uow.clock.now(),
            )
        )
        self._session.flush()
        return preference_id

    def stated(self, *, contact_id: str | None, email: str | None) -> tuple[StatedWish, ...]:
        """Everything that was stated by the person, oldest record first."""
        row = ContactPreferenceRow
        known = [row.contact_id == contact_id] if contact_id else []
        known += [row.address_sha256 == address_key(email)] if email else []
        rows = self._session.scalars(select(row).where(or_(*known)).order_by(row.recorded_at, row.id))
        return tuple(
            StatedWish(Channel(item.channel), Wish(item.wish), item.stated_on, WishSource(item.source)) for item in rows
        )
