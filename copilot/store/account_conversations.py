"""Who took part in which conversation with an account, for the map of its people; its contacts and invoices.

Invariant 3: only of accounts that the viewer may see.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, or_, select

from copilot.domain.access import Viewer
from copilot.domain.contact_rules import Channel, StatedWish, Wish, WishSource, address_key, wish_that_holds
from copilot.domain.people_map import Touch
from copilot.domain.records import Contact, Invoice
from copilot.store.database import UnitOfWork
from copilot.store.tables.contacts import ContactPreferenceRow
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import ActivityRow, ContactRow, InvoiceRow
from copilot.store.visibility import visible_accounts

_BACK = timedelta(days=730)
_MOST = 2_000
MOST_CONTACTS = 500
MOST_INVOICES = 500


class ConversationRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def contacts(self, account_id: str, *, viewer: Viewer) -> tuple[Contact, ...]:
        """Contacts by name, those who left too."""
        columns = (getattr(ContactRow, name) for name in Contact.model_fields)
        query = (
            select(*columns)
            .where(ContactRow.account_id == account_id, ContactRow.account_id.in_(visible_accounts(viewer)))
            .order_by(ContactRow.name, ContactRow.id)
            .limit(MOST_CONTACTS)
        )
        return tuple(Contact.model_validate(dict(row)) for row in self._session.execute(query).mappings())

    def invoices(self, account_id: str, *, viewer: Viewer) -> tuple[Invoice, ...]:
        """Invoices, the newest first; those without a day last."""
        columns = (getattr(InvoiceRow, name) for name in Invoice.model_fields)
        query = (
            select(*columns)
            .where(InvoiceRow.account_id == account_id, InvoiceRow.account_id.in_(visible_accounts(viewer)))
            .order_by(InvoiceRow.issued_on.desc().nulls_last(), InvoiceRow.due_on.desc().nulls_last(), InvoiceRow.id)
            .limit(MOST_INVOICES)
        )
        return tuple(Invoice.model_validate(dict(row)) for row in self._session.execute(query).mappings())

    def touches(self, account_id: str, *, viewer: Viewer) -> tuple[Touch, ...]:
        """Conversations of the last two years up to today, from records and from texts."""
        return (*self._of_records(account_id, viewer=viewer), *self._of_texts(account_id, viewer=viewer))

    def refused(self, contacts: Sequence[Contact]) -> frozenset[str]:
        """Ids of those whose latest stated wish is to be left alone on every channel or in writing."""
        keys = {address_key(contact.email): contact.id for contact in contacts if contact.email}
        row = ContactPreferenceRow
        known = or_(row.contact_id.in_([contact.id for contact in contacts]), row.address_sha256.in_(list(keys)))
        stated: dict[str, list[StatedWish]] = {}
        for item in self._session.scalars(select(row).where(known).order_by(row.recorded_at, row.id)):
            contact_id = keys.get(item.address_sha256 or "") or item.contact_id or ""
            wish = StatedWish(Channel(item.channel), Wish(item.wish), item.stated_on, WishSource(item.source))
            stated.setdefault(contact_id, []).append(wish)
        holding = {key: wish_that_holds(wishes, channel=Channel.EMAIL) for key, wishes in stated.items()}
        return frozenset(key for key, wish in holding.items() if wish is not None and wish.wish is Wish.OPTED_OUT)

    def staff(self) -> dict[str, str]:
        """Name by email of everybody who works or worked here."""
        return {row.email: row.name for row in self._session.execute(select(UserRow.email, UserRow.name))}

    def _of_records(self, account_id: str, *, viewer: Viewer) -> list[Touch]:
        today = self._uow.clock.today()
        query = (
            select(ActivityRow.id, ActivityRow.occurred_at, ActivityRow.author, ActivityRow.participants)
            .where(
                ActivityRow.account_id == account_id,
                ActivityRow.account_id.in_(visible_accounts(viewer)),
                ActivityRow.occurred_at >= today - _BACK,
                ActivityRow.occurred_at < today + timedelta(days=1),
            )
            .order_by(ActivityRow.occurred_at.desc())
            .limit(_MOST)
        )
        return [
            Touch(row.occurred_at.date(), _people(row.author, row.participants), _evidence(account_id, row.id))
            for row in self._session.execute(query)
        ]

    def _of_texts(self, account_id: str, *, viewer: Viewer) -> list[Touch]:
        when = func.coalesce(DocumentRow.authored_at, DocumentRow.imported_at)
        query = (
            select(DocumentRow.id, when.label("at"), DocumentRow.author, DocumentRow.participants)
            .where(
                DocumentRow.account_id == account_id,
                DocumentRow.account_id.in_(visible_accounts(viewer)),
                when >= self._uow.clock.today() - _BACK,
            )
            .order_by(when.desc())
            .limit(_MOST)
        )
        return [
            Touch(row.at.date(), _people(row.author, row.participants), f"/documents/{row.id}")
            for row in self._session.execute(query)
        ]


def _people(author: str | None, participants: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*([author] if author else []), *participants]))


def _evidence(account_id: str, activity_id: str) -> str:
    return f"/accounts/{account_id}/evidence/record:{activity_id}:participants"
