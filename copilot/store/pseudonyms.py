"""Vaults of pseudonyms between turns and processes, and who is known around accounts.

Invariant: a placeholder that is in the database keeps its value; a second process that gave it to something else is
refused. What was forgotten or has expired is not written again by a process that still had it in memory.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Viewer
from copilot.domain.personal_data import DataClass
from copilot.domain.pseudonyms import (
    STAFF,
    KnownPerson,
    PseudonymChanges,
    PseudonymEntry,
    PseudonymState,
    parts_of,
    typed_by,
    value_key,
)
from copilot.errors import Conflict
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.pseudonyms import PseudonymEntryRow, PseudonymVaultRow
from copilot.store.tables.records import AccountRow, ContactRow
from copilot.store.visibility import visible_accounts

_FEWEST_WORDS = 2
"""Of a name that is forgotten together with the longer form it is part of; a first name alone may be anybody's."""


class PseudonymRepository:
    """Reads and writes vaults within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._clock = uow.clock

    def load(self, conversation_id: str) -> PseudonymState:
        """The vault of a conversation; an empty one if there is none yet, or nothing in it that has not expired."""
        row = self._session.get(PseudonymVaultRow, conversation_id)
        if row is None:
            return PseudonymState()
        entries = self._session.scalars(
            select(PseudonymEntryRow)
            .where(
                PseudonymEntryRow.conversation_id == conversation_id, PseudonymEntryRow.expires_at > self._clock.now()
            )
            .order_by(PseudonymEntryRow.placeholder)
        )
        return PseudonymState(
            entries=tuple(_entry(item) for item in entries), last_number=row.last_number, masked=dict(row.masked)
        )

    def save(self, conversation_id: str, changes: PseudonymChanges, *, keep_days: int) -> None:
        """Write what a turn added; everything in the conversation is kept for `keep_days` from now.

        Raises Conflict when another process gave the same placeholder to another value meanwhile.
        """
        now = self._clock.now()
        until = now + timedelta(days=keep_days)
        vault = insert(PseudonymVaultRow).values(
            conversation_id=conversation_id, created_at=now, last_used_at=now, last_number=0, masked={}
        )
        self._session.execute(vault.on_conflict_do_nothing())
        row = self._session.get_one(PseudonymVaultRow, conversation_id, with_for_update=True, populate_existing=True)
        row.last_used_at = now
        row.last_number = max(row.last_number, changes.last_number)
        row.masked = _sum(row.masked, changes.masked)
        mine = PseudonymEntryRow.conversation_id == conversation_id
        for entry in changes.added:
            self._add(conversation_id, entry, now_and_until=(now, until))
        for entry in changes.seen_again:
            self._session.execute(
                update(PseudonymEntryRow)
                .where(mine, PseudonymEntryRow.placeholder == entry.placeholder)
                .values(sources=sorted(entry.sources))
            )
        self._session.execute(update(PseudonymEntryRow).where(mine).values(expires_at=until))
        self._session.flush()

    def masked(self, conversation_id: str) -> dict[str, int]:
        """How many times each class of data was masked or removed in a conversation. No values."""
        row = self._session.get(PseudonymVaultRow, conversation_id)
        return dict(row.masked) if row else {}

    def forget(self, values: Collection[str]) -> int:
        """Forget every entry of these values in all conversations, in any spelling. Returns how many went.

        A name also takes with it the shorter forms of two words or more that are part of it.
        """
        keys = sorted({value_key(form) for value in values for form in _forms(value)} - {""})
        return self._delete(PseudonymEntryRow.value_key.in_(keys)) if keys else 0

    def purge(self) -> int:
        """Forget what has expired. Returns how many entries went; the counts stay."""
        return self._delete(PseudonymEntryRow.expires_at <= self._clock.now())

    def known_people(self, *, viewer: Viewer, account_ids: Collection[str] | None = None) -> tuple[KnownPerson, ...]:
        """Contacts that the viewer may see (None: of all their accounts) and our own people, former ones included."""
        query = select(ContactRow).where(ContactRow.account_id.in_(visible_accounts(viewer))).order_by(ContactRow.id)
        if account_ids is not None:
            query = query.where(ContactRow.account_id.in_(sorted(account_ids)))
        contacts = [
            KnownPerson(
                name=row.name,
                emails=(row.email,) if row.email else (),
                phones=(row.phone,) if row.phone else (),
                sources=frozenset({str(row.account_id)}),
            )
            for row in self._session.scalars(query)
        ]
        staff = [
            KnownPerson(name=row.name, emails=(row.email,), sources=frozenset({STAFF}), is_contact=False)
            for row in self._session.scalars(select(UserRow).order_by(UserRow.id))
        ]
        return (*contacts, *staff)

    def visible_sources(self, sources: Iterable[str], *, viewer: Viewer) -> frozenset[str]:
        """Those of `sources` that the viewer may read from; of several together, only if they may from each."""
        asked = set(sources)
        wanted = {part for source in asked for part in parts_of(source)}
        own = {STAFF, typed_by(viewer.user_id), *(item.value for item in viewer.visibility_classes)} & wanted
        accounts = select(AccountRow.id).where(
            AccountRow.id.in_(sorted(wanted - own)), AccountRow.id.in_(visible_accounts(viewer))
        )
        seen = own | set(self._session.scalars(accounts))
        return frozenset(source for source in asked if seen.issuperset(parts_of(source)))

    def _add(self, conversation_id: str, entry: PseudonymEntry, *, now_and_until: tuple[Any, Any]) -> None:
        row = insert(PseudonymEntryRow).values(
            conversation_id=conversation_id,
            placeholder=entry.placeholder,
            data_class=entry.data_class.value if entry.data_class else None,
            value=_storable(entry.value),
            value_key=value_key(_storable(entry.value)),
            sources=sorted(entry.sources),
            created_at=now_and_until[0],
            expires_at=now_and_until[1],
        )
        kept = self._session.scalar(row.on_conflict_do_nothing().returning(PseudonymEntryRow.placeholder))
        if kept is None and self._value(conversation_id, entry.placeholder) != _storable(entry.value):
            raise Conflict(
                "This conversation went on somewhere else at the same moment.", hint="Nothing was saved. Try again."
            )

    def _value(self, conversation_id: str, placeholder: str) -> str | None:
        return self._session.scalar(
            select(PseudonymEntryRow.value).where(
                PseudonymEntryRow.conversation_id == conversation_id, PseudonymEntryRow.placeholder == placeholder
            )
        )

    def _delete(self, condition: Any) -> int:
        result = self._session.execute(delete(PseudonymEntryRow).where(condition))
        return result.rowcount if isinstance(result, CursorResult) else 0


def _storable(value: str) -> str:
    """Half a character and the null character cannot be stored; a value that has them must not cost the whole turn."""
    return value.replace("\x00", "").encode(errors="replace").decode()


def _entry(row: PseudonymEntryRow) -> PseudonymEntry:
    return PseudonymEntry(
        placeholder=row.placeholder,
        data_class=DataClass(row.data_class) if row.data_class else None,
        value=row.value,
        sources=frozenset(row.sources),
    )


def _forms(value: str) -> Iterable[str]:
    yield value
    words = value.split()
    for length in range(_FEWEST_WORDS, len(words)):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


def _sum(before: dict[str, Any], added: Mapping[str, int]) -> dict[str, int]:
    return {key: int(before.get(key, 0)) + added.get(key, 0) for key in sorted({*before, *added})}
