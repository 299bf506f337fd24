"""Imported files, runs of the import, and what it noticed.

Invariant: a file is known by the import root it came from and its path below it; importing a root again never
touches what another root brought.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, DataIssueRow, ImportRunRow, SourceFileRow

_IMPORT_LOCK = 727205
_FILE_FACTS = ("sha256", "media_type", "size_bytes", "imported_at")
_BATCH = 2_000
_CROSS_FILE = "account.possible_duplicate"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of an import root. `path` is below the root, POSIX."""

    id: str
    root: str
    path: str
    sha256: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class DocumentHome:
    """The stored document of a source file and where it is filed."""

    id: str
    source_file_id: str
    account_id: str | None
    visibility: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """One finding about the data, as it is stored."""

    id: str
    code: str
    record_type: str | None
    record_id: str | None
    account_id: str | None
    source_file_id: str | None
    row_number: int | None
    details: dict[str, Any]


class SourceRepository:
    """Reads and writes within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._clock = uow.clock

    def own_addresses(self) -> list[str]:
        """Addresses of our people: of all users and of whoever owns an account."""
        owners = select(AccountRow.owner_email).where(AccountRow.owner_email.is_not(None)).distinct()
        return [*self._session.scalars(select(UserRow.email)), *filter(None, self._session.scalars(owners))]

    def lock(self) -> None:
        """Let no other import write until this unit of work ends."""
        self._session.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))

    def try_lock(self) -> bool:
        """The same, if nobody writes now; False: somebody does."""
        return bool(self._session.scalar(select(func.pg_try_advisory_xact_lock(_IMPORT_LOCK))))

    def files_of(self, root: str) -> dict[str, SourceFile]:
        """What was imported from a root before, by path."""
        rows = self._session.scalars(select(SourceFileRow).where(SourceFileRow.root == root))
        return {
            row.path: SourceFile(row.id, row.root, row.path, row.sha256, row.media_type, row.size_bytes) for row in rows
        }

    def save(self, files: Iterable[SourceFile]) -> None:
        """Insert new files and bring changed ones up to date; an unchanged file keeps its import time."""
        now = self._clock.now()
        for file in files:
            values = {
                "id": file.id, "root": file.root, "path": file.path, "sha256": file.sha256,
                "media_type": file.media_type, "size_bytes": file.size_bytes, "imported_at": now,
            }  # fmt: skip
            statement = insert(SourceFileRow).values(values)
            self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=[SourceFileRow.id],
                    set_={
                        key: statement.excluded[key] for key in ("sha256", "media_type", "size_bytes", "imported_at")
                    },
                    where=SourceFileRow.sha256 != statement.excluded.sha256,
                )
            )

    def remove(self, file_ids: Sequence[str]) -> None:
        """Forget files; their documents must be removed before, so that their vectors go too."""
        self._session.execute(delete(SourceFileRow).where(SourceFileRow.id.in_(file_ids)))

    def homes_of_files(self, file_ids: Sequence[str]) -> dict[str, DocumentHome]:
        """Stored documents by source file."""
        return {home.source_file_id: home for home in self._homes(DocumentRow.source_file_id.in_(file_ids))}

    def homes_of_accounts(self, account_ids: Sequence[str]) -> list[DocumentHome]:
        """Stored documents of accounts, of any root."""
        return self._homes(DocumentRow.account_id.in_(account_ids))

    def _homes(self, condition: Any) -> list[DocumentHome]:
        columns = (DocumentRow.id, DocumentRow.source_file_id, DocumentRow.account_id, DocumentRow.visibility)
        rows = self._session.execute(select(*columns, DocumentRow.warnings).where(condition))
        return [DocumentHome(*row[:4], warnings=tuple(row[4])) for row in rows]

    def replace_issues(self, file_ids: Sequence[str], issues: Sequence[StoredIssue]) -> None:
        """Store what was noticed about these files, in place of what was noticed before.

        Findings that no single file shows (possible duplicates) are replaced as a whole.
        """
        old = or_(DataIssueRow.source_file_id.in_(file_ids), DataIssueRow.code == _CROSS_FILE)
        self._session.execute(delete(DataIssueRow).where(old))
        rows = list({issue.id: issue for issue in issues}.values())
        for start in range(0, len(rows), _BATCH):
            batch = [
                {
                    "id": issue.id, "code": issue.code, "record_type": issue.record_type, "record_id": issue.record_id,
                    "account_id": issue.account_id, "source_file_id": issue.source_file_id,
                    "row_number": issue.row_number, "details": issue.details,
                }
                for issue in rows[start : start + _BATCH]
            ]  # fmt: skip
            self._session.execute(insert(DataIssueRow), batch)

    def issue_places(self, root: str) -> list[tuple[str, str, int | None]]:
        """Code, path and row number of every finding about the files of a root."""
        query = (
            select(DataIssueRow.code, SourceFileRow.path, DataIssueRow.row_number)
            .join(SourceFileRow, SourceFileRow.id == DataIssueRow.source_file_id)
            .where(SourceFileRow.root == root)
            .order_by(DataIssueRow.code, SourceFileRow.path, DataIssueRow.row_number)
        )
        return [(code, path, row) for code, path, row in self._session.execute(query)]

    def save_run(
        self, *, root: str, started_at: datetime, actor_id: str, report: dict[str, Any], run_id: str | None = None
    ) -> str:
        """Keep the report of a run and return the run's id; one that is given may be used once."""
        run_id = run_id or f"run_{self._clock.new_id().hex}"
        self._session.add(
            ImportRunRow(
                id=run_id,
                root=root,
                started_at=started_at,
                finished_at=self._clock.now(),
                actor_id=actor_id,
                report=report,
            )
        )
        self._session.flush()
        return run_id
