"""What is known around a draft: the people, companies and countries that its text may name.

Invariant 3: of account data only that of an account the viewer may see is read; our own people and products are
nobody's secret. One query, whatever the size of the company.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, select, union_all

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, ContactRow, ProductRow
from copilot.store.visibility import visible_accounts

_MOST_CONTACTS = 2_000
"""Per account. No account of people who work together has more."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Names as they are written in the records."""

    contacts: frozenset[str] = frozenset()
    """Contacts of the account."""
    staff: frozenset[str] = frozenset()
    """Our own people, former ones included."""
    account: frozenset[str] = frozenset()
    """The account's own name, and that of its parent."""
    products: frozenset[str] = frozenset()
    country: str | None = None
    """As the record has it: an ISO code, or the text of the export."""


class SurroundingsRepository:
    """Reads for detectors; nothing of it is shown to anybody."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def neighbourhood(self, account_id: str | None, *, viewer: Viewer) -> Neighbourhood:
        """Names around an account; without one, or with one the viewer may not see, only our own."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self._session.execute(union_all(*_names(account_id, viewer=viewer))).all():
            if row[1]:
                found[row[0]].add(row[1])
        return Neighbourhood(
            contacts=frozenset(found["contact"]),
            staff=frozenset(found["staff"]),
            account=frozenset(found["account"]),
            products=frozenset(found["product"]),
            country=next(iter(found["country"]), None),
        )


def _names(account_id: str | None, *, viewer: Viewer) -> list[Select[*tuple[Any, ...]]]:
    """One branch per kind of name."""
    ours: list[Select[*tuple[Any, ...]]] = [
        select(literal("staff"), UserRow.name),
        select(literal("product"), ProductRow.name),
    ]
    if account_id is None:
        return ours
    seen = account_id, visible_accounts(viewer)
    own = (AccountRow.id == seen[0], AccountRow.id.in_(seen[1]))
    contacts = (
        select(literal("contact"), ContactRow.name)
        .where(ContactRow.account_id == seen[0], ContactRow.account_id.in_(seen[1]))
        .limit(_MOST_CONTACTS)
        .subquery()
    )
    return [
        *ours,
        select(literal("account"), AccountRow.name).where(*own),
        select(literal("account"), AccountRow.parent_name).where(*own),
        select(literal("country"), AccountRow.country).where(*own),
        select(contacts),
    ]
