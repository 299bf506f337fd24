"""CRM records as the import writes them, in batches.

Invariant: a record is written only when what it says has changed; a batch is three statements, however many
records it holds.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import Table, Text, case, cast, column, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from copilot.domain.records import Account, Record
from copilot.store.accounts import fold
from copilot.store.database import UnitOfWork
from copilot.store.tables import records as tables
from copilot.store.tables.base import Base
from copilot.store.tables.people import UserRow

RECORD_TABLES: Mapping[str, type[Base]] = {
    "account": tables.AccountRow,
    "contact": tables.ContactRow,
    "opportunity": tables.OpportunityRow,
    "activity": tables.ActivityRow,
    "ticket": tables.TicketRow,
    "usage_point": tables.UsagePointRow,
    "survey": tables.SurveyRow,
    "invoice": tables.InvoiceRow,
    "product": tables.ProductRow,
    "price_book_entry": tables.PriceBookEntryRow,
}
"""The table of each record type."""
_OF_ACCOUNT = ("contact", "opportunity", "activity", "ticket", "usage_point", "survey", "invoice")
_MANY = 5_000
_RECORDED = "churn_recorded_on"


class Outcome(StrEnum):
    """What importing one record did."""

    IMPORTED = "imported"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class AccountKey:
    """What an account can be recognised by."""

    id: str
    system: str
    source_id: str
    name: str
    website: str | None = None


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One record to store, with its account, its content hash and the file it came from."""

    id: str
    record: Record
    account_id: str | None
    content_hash: str
    source_file_id: str


class RecordRepository:
    """Writes records and reads what resolving references needs. For the import only: it sees every account."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._uow = uow

    def upsert(self, record_type: str, entries: Sequence[RecordEntry]) -> dict[str, Outcome]:
        """Store a batch of records of one type (ids must differ) and say for each id what happened.

        A record that says the same keeps its row; only its date and file are moved forward.
        """
        table = _table(record_type)
        known = self._known(table, [entry.id for entry in entries])
        outcomes: dict[str, Outcome] = {}
        new, changed, confirmed = [], [], []
        for entry in entries:
            before = known.get(entry.id)
            if before is None:
                outcome = Outcome.IMPORTED
                new.append(entry)
            elif before[0] != entry.content_hash:
                outcome = Outcome.CHANGED
                changed.append(entry)
            else:
                outcome = Outcome.UNCHANGED
                if before[1] != entry.source_file_id or before[2] < entry.record.as_of:
                    confirmed.append(entry)
            outcomes[entry.id] = outcome
        self._copy(table, new)
        self._update(table, changed)
        self._confirm(table, confirmed)
        return outcomes

    def _known(self, table: Table, ids: Sequence[str]) -> dict[str, tuple[str, str | None, date]]:
        columns = (table.c.id, table.c.content_hash, table.c.source_file_id, table.c.as_of)
        rows = self._session.execute(select(*columns).where(table.c.id.in_(ids)))
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def _copy(self, table: Table, entries: Sequence[RecordEntry]) -> None:
        if not entries:
            return
        rows = [_row(entry) for entry in entries]
        names = list(rows[0])
        columns = ", ".join(f'"{name}"' for name in names)
        with (
            self._uow.driver_connection().cursor() as cursor,
            cursor.copy(f'copy "{table.name}" ({columns}) from stdin') as copy,
        ):
            for row in rows:
                copy.write_row([row[name] for name in names])

    def _update(self, table: Table, entries: Sequence[RecordEntry]) -> None:
        if not entries:
            return
        rows = [_row(entry) for entry in entries]
        # One statement: one for each row would set off what follows a statement as often.
        columns = [column(name, table.c[name].type) for name in rows[0]]
        sent = func.jsonb_to_recordset(cast(literal(json.dumps(rows, default=str), Text), JSONB)).table_valued(*columns)
        new = sent.render_derived(name="new", with_types=True).c
        values: dict[str, Any] = {name: new[name] for name in rows[0] if name != "id"}
        if _RECORDED in values:
            # The first import that told it stays the one; after it was withdrawn, another departure has its own.
            first = func.coalesce(table.c[_RECORDED], values[_RECORDED])
            values[_RECORDED] = case((table.c.churned_on.is_not(None), first), else_=values[_RECORDED])
        self._session.execute(update(table).where(table.c.id == new.id).values(values))

    def _confirm(self, table: Table, entries: Sequence[RecordEntry]) -> None:
        groups: dict[tuple[str, date], list[str]] = {}
        for entry in entries:
            groups.setdefault((entry.source_file_id, entry.record.as_of), []).append(entry.id)
        for (file_id, as_of), ids in groups.items():
            statement = update(table).where(table.c.id.in_(ids)).values(source_file_id=file_id, as_of=as_of)
            self._session.execute(statement)

    def ids_of_files(self, record_type: str, file_ids: Sequence[str]) -> set[str]:
        """Records whose latest source is one of these files."""
        table = _table(record_type)
        return set(self._session.scalars(select(table.c.id).where(table.c.source_file_id.in_(file_ids))))

    def remove(self, record_type: str, ids: Iterable[str]) -> int:
        """Delete records and return how many. What refers to a deleted account stays, without an account."""
        table, wanted = _table(record_type), sorted(ids)
        removed = 0
        for start in range(0, len(wanted), _MANY):
            batch = wanted[start : start + _MANY]
            if record_type == "account":
                self._orphan(batch)
            gone = self._session.execute(delete(table).where(table.c.id.in_(batch)).returning(table.c.id))
            removed += len(gone.all())
        return removed

    def _orphan(self, account_ids: Sequence[str]) -> None:
        for record_type in _OF_ACCOUNT:
            table = _table(record_type)
            self._session.execute(update(table).where(table.c.account_id.in_(account_ids)).values(account_id=None))

    def account_keys(self, *, without: Iterable[str] = ()) -> list[AccountKey]:
        """Every account by what it can be recognised by, except those about to be removed."""
        row, gone = tables.AccountRow, set(without)
        query = select(row.id, row.source_system, row.source_id, row.name, row.website).order_by(row.id)
        return [AccountKey(*found) for found in self._session.execute(query) if found[0] not in gone]

    def contact_addresses(self) -> list[tuple[str, str]]:
        """Email address (lower case) and account of every contact that has both."""
        row = tables.ContactRow
        query = select(row.email, row.account_id).where(row.email.is_not(None), row.account_id.is_not(None))
        return [(str(email).lower(), str(account_id)) for email, account_id in self._session.execute(query)]

    def user_names(self) -> list[tuple[str, str]]:
        """Name and email address of every user, to find the owner whom an export names."""
        return [(name, email) for name, email in self._session.execute(select(UserRow.name, UserRow.email))]

    def product_names(self) -> list[str]:
        """Names in the product catalogue and the price books."""
        products = self._session.scalars(select(tables.ProductRow.name))
        priced = self._session.scalars(select(tables.PriceBookEntryRow.product_name).distinct())
        return sorted({*products, *priced})

    def sector_counts(self) -> Counter[str]:
        """How often each sector occurs among the accounts."""
        row = tables.AccountRow
        return Counter(industry for industry in self._session.scalars(select(row.industry)) if industry)

    def count(self, record_type: str, *, without_account: bool = False) -> int:
        """How many records of a type there are, or how many of them belong to no account."""
        table = _table(record_type)
        query = select(func.count()).select_from(table)
        if without_account:
            query = query.where(table.c.account_id.is_(None))
        return self._session.scalar(query) or 0


def _table(record_type: str) -> Table:
    table = RECORD_TABLES[record_type].__table__
    if not isinstance(table, Table):
        raise TypeError(record_type)
    return table


def _row(entry: RecordEntry) -> dict[str, Any]:
    record = entry.record
    row: dict[str, Any] = {name: _stored(getattr(record, name)) for name in type(record).model_fields}
    row |= {"id": entry.id, "content_hash": entry.content_hash, "source_file_id": entry.source_file_id}
    if isinstance(record, Account):
        row[_RECORDED] = record.as_of if record.churned_on is not None else None
        row["search_key"] = fold(f"{record.name} {record.website or ''}").strip()
    elif record.record_type in _OF_ACCOUNT:
        row["account_id"] = entry.account_id
    return row


def _stored(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
