"""Whose records a person's are, and who else could be meant by the same name, address or number.

Invariant: nothing here is filtered by a viewer, so only the privacy service, which admits administrators, may ask.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, literal_column, or_, select, update

from copilot.domain.redaction import words_of
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, ContactRow
from copilot.store.tables.work import ReviewItemRow


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """A contact's record."""

    id: str
    source_system: str
    source_id: str
    account_id: str | None
    account_name: str | None
    name: str
    email: str | None
    phone: str | None
    title: str | None
    stance: str | None
    language: str | None
    left_on: date | None
    do_not_contact: bool
    as_of: date

    def to_dict(self) -> dict[str, Any]:
        """Every field, dates as text."""
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}


_COLUMNS = (
    ContactRow.id,
    ContactRow.source_system,
    ContactRow.source_id,
    ContactRow.account_id,
    AccountRow.name.label("account_name"),
    ContactRow.name,
    ContactRow.email,
    ContactRow.phone,
    ContactRow.title,
    ContactRow.stance,
    ContactRow.language,
    ContactRow.left_on,
    ContactRow.do_not_contact,
    ContactRow.as_of,
)

_NFKD: Any = literal_column("NFKD")
"""A keyword of SQL, not a value."""


class PersonRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def contacts(
        self,
        *,
        ids: Collection[str] = (),
        emails: Collection[str] = (),
        phones: Collection[str] = (),
        words: Collection[str] = (),
    ) -> list[ContactFacts]:
        """Contacts with one of these ids, addresses (lower case), last nine digits or words of a name (folded)."""
        digits = func.right(func.regexp_replace(func.coalesce(ContactRow.phone, ""), "[^0-9]", "", "g"), 9)
        conditions = [
            ContactRow.id.in_(ids),
            func.lower(ContactRow.email).in_(emails),
            digits.in_(phones),
            *(_plain_name().regexp_match(rf"\m{word}\M", flags="i") for word in words),
        ]
        query = (
            select(*_COLUMNS)
            .outerjoin(AccountRow, AccountRow.id == ContactRow.account_id)
            .where(or_(*conditions))
            .order_by(ContactRow.id)
        )
        return [ContactFacts(**row._asdict()) for row in self._session.execute(query)]

    def users(self) -> list[tuple[str, str]]:
        """Name and address of everybody who works or worked here."""
        return [(row.name, row.email) for row in self._session.execute(select(UserRow.name, UserRow.email))]

    def account_names(self, account_ids: Collection[str]) -> dict[str, str]:
        """Names by id."""
        rows = self._session.execute(select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(account_ids)))
        return {row.id: row.name for row in rows}

    def account_of_item(self, item_id: str) -> str | None:
        """The account of a review item."""
        return self._session.scalar(select(ReviewItemRow.account_id).where(ReviewItemRow.id == item_id))

    def accounts_called(self, name: str) -> list[str]:
        """Ids of the accounts with this id or name, whatever its case and accents."""
        rows = self._session.execute(
            select(AccountRow.id, AccountRow.name).where(
                or_(AccountRow.id == name, func.lower(AccountRow.name) == name.strip().lower())
            )
        ).all()
        return sorted(row.id for row in rows if row.id == name or words_of(row.name) == words_of(name))

    def ban_contact(self, contact_ids: Collection[str], *, banned: bool = True) -> list[str]:
        """Have nobody write to these contacts any more, or let them again; returns those that were otherwise before.

        A record that an import holds now is passed over: it holds it for minutes, and writes what its source says.
        """
        free = (
            select(ContactRow.id)
            .where(ContactRow.id.in_(contact_ids), ContactRow.do_not_contact.is_(not banned))
            .with_for_update(skip_locked=True)
            .cte("free")
        )
        changing = update(ContactRow).where(ContactRow.id == free.c.id).values(do_not_contact=banned)
        return list(self._session.scalars(changing.returning(ContactRow.id)))

    def remove(self, contact_ids: Collection[str]) -> int:
        """Delete contact records; returns how many there were."""
        gone = self._session.execute(delete(ContactRow).where(ContactRow.id.in_(contact_ids)).returning(ContactRow.id))
        return len(gone.all())


def _plain_name() -> Any:
    """A contact's name without accents."""
    decomposed = func.normalize(ContactRow.name, _NFKD)
    return func.regexp_replace(decomposed, "[\u0300-\u036f]", "", "g")
