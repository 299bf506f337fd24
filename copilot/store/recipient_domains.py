"""Whose a mail domain is: ours, the account's, another account's, or nobody's that is known.

Invariant 3: of an account that the viewer may not see, nothing is told: its domain looks like one that nobody knows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience
from copilot.errors import InputError
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, ContactRow
from copilot.store.visibility import account_is_visible

_DOMAIN = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z0-9-]{2,63}$")


class Whose(StrEnum):
    """Who is behind a domain."""

    OURS = "ours"
    OF_ACCOUNT = "of_account"
    OF_ANOTHER = "of_another"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RecipientPlace:
    """A domain, and whose it is."""

    domain: str
    whose: Whose
    account_name: str | None = None
    """Of the account whose it is, if it is one."""

    @property
    def audience(self) -> Audience:
        """Who reads what is sent there."""
        return Audience.INTERNAL if self.whose is Whose.OURS else Audience.EXTERNAL


class RecipientDomains:
    """Reads within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def seen_by(self, account_id: str, *, people: Sequence[Viewer]) -> tuple[Viewer, ...]:
        """Those of the people who see the account."""
        one = select(AccountRow.id).where(AccountRow.id == account_id)
        return tuple(each for each in people if self._session.scalar(one.where(account_is_visible(each))))

    def place(self, text: str, *, account_id: str | None, viewer: Viewer) -> RecipientPlace:
        """Whose the domain (or the domain of the address) is. Raises InputError if it is none."""
        domain = text.strip().lower().rpartition("@")[2]
        if not _DOMAIN.match(domain):
            raise InputError("That is no mail domain.", hint="Write it like example.com.")
        if self._session.scalar(select(UserRow.id).where(_ends_in(UserRow.email, domain)).limit(1)):
            return RecipientPlace(domain, Whose.OURS)
        accounts = select(AccountRow.id, AccountRow.name).where(account_is_visible(viewer))
        of_contact = select(ContactRow.account_id).where(_ends_in(ContactRow.email, domain))
        site = func.regexp_replace(func.lower(AccountRow.website), r"^(https?://)?(www\.)?([^/:]+).*$", r"\3")
        found = self._session.execute(
            accounts.where(or_(AccountRow.id.in_(of_contact), site == domain)).order_by(AccountRow.name).limit(50)
        ).all()
        own = next((row for row in found if row.id == account_id), None)
        if own is not None:
            return RecipientPlace(domain, Whose.OF_ACCOUNT, own.name)
        return (
            RecipientPlace(domain, Whose.OF_ANOTHER, found[0].name) if found else RecipientPlace(domain, Whose.UNKNOWN)
        )


def _ends_in(address: Any, domain: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = func.lower(address).endswith(f"@{domain}", autoescape=True)
    return found
