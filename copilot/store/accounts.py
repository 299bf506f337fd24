"""The accounts a viewer may see: listing, searching by name, and finding one.

Invariant 3: every query filters by `account_is_visible(viewer)`; an account that is not visible reads exactly
like one that does not exist.
"""

import base64
import binascii
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, func, select, tuple_

from copilot.domain.access import Viewer
from copilot.errors import InputError, NotFound
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Asked, ask, kept_for_viewers
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, OpportunityRow
from copilot.store.visibility import account_is_visible

_COLUMNS = (
    AccountRow.id,
    AccountRow.name,
    AccountRow.country,
    AccountRow.industry,
    AccountRow.segment,
    AccountRow.lifecycle,
    AccountRow.arr,
    AccountRow.currency,
    AccountRow.renewal_date,
    AccountRow.owner_email,
    AccountRow.website,
)


@dataclass(frozen=True, slots=True)
class AccountHead:
    """One line of the account list. `arr` is annual recurring revenue in `currency`."""

    id: str
    name: str
    country: str | None
    industry: str | None
    segment: str | None
    lifecycle: str | None
    arr: Decimal | None
    currency: str | None
    renewal_date: date | None
    owner_email: str | None
    website: str | None
    open_opportunities: int
    owner_name: str | None = None
    """Display name of the owner, if they are a user here."""


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A page of accounts by name; `next_cursor` is None on the last. `total` counts all that match."""

    accounts: list[AccountHead]
    next_cursor: str | None
    total: int


class AccountRepository:
    """Reads accounts for one viewer at a time."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def page(self, *, viewer: Viewer, query: str = "", cursor: str | None = None, limit: int = 50) -> AccountPage:
        """Accounts by name; `query` matches words of name or website, in any case, without accents.

        Raises InputError when the cursor is not one of ours.
        """
        matching = self._matching(viewer, query=query)
        total = self._session.scalar(select(func.count()).select_from(matching.subquery())) or 0
        selected = matching.order_by(AccountRow.name, AccountRow.id).limit(limit + 1)
        if cursor is not None:
            selected = selected.where(tuple_(AccountRow.name, AccountRow.id) > decode_cursor(cursor))
        heads = [AccountHead(*row) for row in self._session.execute(selected)]
        more = len(heads) > limit
        heads = heads[:limit]
        return AccountPage(
            accounts=heads, next_cursor=encode_cursor(heads[-1].name, heads[-1].id) if more else None, total=total
        )

    def head(self, account_id: str, *, viewer: Viewer) -> AccountHead:
        """One account. Raises NotFound."""
        [rows] = ask(self._uow, head_asked(account_id, viewer=viewer))
        return head_of(rows)

    def named(self, name: str, *, viewer: Viewer, limit: int = 8) -> list[AccountHead]:
        """Accounts meant by `name`: the one with that id or exact name, else those whose name contains it."""
        folded = fold(name)
        exact = _heads(viewer).where((AccountRow.id == name) | (func.lower(AccountRow.name) == name.strip().lower()))
        found = [AccountHead(*row) for row in self._session.execute(exact.limit(limit))]
        if found or not folded:
            return found
        heads = self.page(viewer=viewer, query=name, limit=limit).accounts
        same = [head for head in heads if fold(head.name) == folded]
        return same or heads

    def names(self, account_ids: Sequence[str], *, viewer: Viewer) -> dict[str, str]:
        """Names by id of those accounts that the viewer may see."""
        wanted = select(AccountRow.id, AccountRow.name).where(
            AccountRow.id.in_(set(account_ids)), account_is_visible(viewer)
        )
        return {row.id: row.name for row in self._session.execute(wanted)}

    def first_names(self, *, viewer: Viewer, limit: int) -> tuple[str, ...]:
        """The first names of a `page`, to choose from; nothing is counted for them."""
        named = select(AccountRow.name).where(account_is_visible(viewer)).order_by(AccountRow.name, AccountRow.id)
        return tuple(self._session.scalars(named.limit(limit)))

    def _matching(self, viewer: Viewer, *, query: str) -> Select[*tuple[Any, ...]]:
        selected = _heads(viewer)
        for word in fold(query).split()[:8]:
            selected = selected.where(AccountRow.search_key.contains(word, autoescape=True))
        return selected


def head_asked(account_id: str, *, viewer: Viewer) -> Asked:
    """What `AccountRepository.head` asks."""
    return _head(viewer).asked(viewer, account_id=account_id)


def head_of(rows: Sequence[Any]) -> AccountHead:
    """What is answered. Raises NotFound."""
    if not rows:
        raise no_account()
    return AccountHead(*rows[0])


def no_account() -> NotFound:
    """There is none, or the viewer may not see it."""
    return NotFound("There is no such account among those you may see.", hint="Search for it by name.")


@kept_for_viewers
def _head(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return _heads(viewer).where(AccountRow.id == bindparam("account_id", ""))


def _heads(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    open_opportunities = (
        select(func.count())
        .where(OpportunityRow.account_id == AccountRow.id, OpportunityRow.status == "open")
        .correlate(AccountRow)
        .scalar_subquery()
    )
    owner_name = (
        select(UserRow.name).where(UserRow.email == func.lower(AccountRow.owner_email)).correlate(AccountRow)
    ).scalar_subquery()
    return select(*_COLUMNS, open_opportunities, owner_name).where(account_is_visible(viewer))


def fold(text: str) -> str:
    """Lower case without accents, as in `accounts.search_key`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def encode_cursor(name: str, account_id: str) -> str:
    """An opaque place in the list by name."""
    return base64.urlsafe_b64encode(f"{account_id}\x1f{name}".encode()).decode()


def decode_cursor(cursor: str) -> tuple[str, str]:
    """`(name, id)` of a cursor. Raises InputError."""
    try:
        account_id, separator, name = base64.urlsafe_b64decode(cursor.encode()).decode().partition("\x1f")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise InputError("The cursor cannot be read.", hint="Start from the first page.") from error
    if not separator:
        raise InputError("The cursor cannot be read.", hint="Start from the first page.")
    return name, account_id
