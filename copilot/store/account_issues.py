"""What the import noticed about an account's data, with the place where it is to be corrected.

Invariant 3: only of accounts that the viewer may see. The place is the source system's own: its record id, and the file
and row that the import read.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from copilot.domain.access import Viewer
from copilot.domain.account_facts import DataIssue
from copilot.store.database import UnitOfWork
from copilot.store.evidence import ACCOUNT_TABLES
from copilot.store.tables.records import AccountRow, DataIssueRow, SourceFileRow
from copilot.store.visibility import visible_accounts

MOST_ISSUES = 200


@dataclass(frozen=True, slots=True)
class PlacedIssue:
    """One thing to correct. What is not known of its place is None."""

    issue: DataIssue
    source_system: str | None
    source_id: str | None
    file: str | None
    row: int | None


class AccountIssueRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def of_account(self, account_id: str, *, viewer: Viewer) -> tuple[PlacedIssue, ...]:
        """By code, at most so many as `MOST_ISSUES`."""
        row = DataIssueRow
        query = (
            select(row.id, row.code, row.record_type, row.record_id, row.details, SourceFileRow.path, row.row_number)
            .outerjoin(SourceFileRow, SourceFileRow.id == row.source_file_id)
            .where(row.account_id == account_id, row.account_id.in_(visible_accounts(viewer)))
            .order_by(row.code, row.id)
            .limit(MOST_ISSUES)
        )
        found = self._session.execute(query).all()
        wanted: dict[str, set[str]] = defaultdict(set)
        for each in found:
            if each.record_type and each.record_id:
                wanted[each.record_type].add(each.record_id)
        places = self._places(wanted, account_id=account_id)
        return tuple(
            _placed(
                DataIssue(each.id, each.code, each.record_type, each.record_id, each.details),
                places.get(each.record_id or ""),
                file=each.path,
                row=each.row_number,
            )
            for each in found
        )

    def _places(self, wanted: dict[str, set[str]], *, account_id: str) -> dict[str, tuple[str, str]]:
        """Record id -> the system it came from and its id there, of records of this account."""
        places: dict[str, tuple[str, str]] = {}
        for record_type, ids in wanted.items():
            if record_type == "account":
                query = select(AccountRow.id, AccountRow.source_system, AccountRow.source_id).where(
                    AccountRow.id.in_(ids), AccountRow.id == account_id
                )
            elif record_type in ACCOUNT_TABLES:
                table = ACCOUNT_TABLES[record_type]
                query = select(table.id, table.source_system, table.source_id).where(
                    table.id.in_(ids), table.account_id == account_id
                )
            else:
                continue
            places |= {key: (system, source_id) for key, system, source_id in self._session.execute(query)}
        return places


def _placed(issue: DataIssue, place: tuple[str, str] | None, *, file: str | None, row: int | None) -> PlacedIssue:
    system, source_id = place or (None, None)
    return PlacedIssue(issue, source_system=system, source_id=source_id, file=file, row=row)
