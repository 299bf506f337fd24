"""The last import of each root, for whoever looks after the installation.

Invariant: a report quotes rows of many accounts, so it is read for admins only, and only counts leave here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from copilot.domain.access import Role, Viewer
from copilot.store.database import UnitOfWork
from copilot.store.tables.records import ImportRunRow


@dataclass(frozen=True, slots=True)
class LastImport:
    """What the last import of a root left out."""

    run_id: str
    root: str
    finished_at: datetime
    unreadable_files: int
    tables_left_out: int
    rows_skipped: int

    @property
    def refused(self) -> int:
        """Files, tables and rows together."""
        return self.unreadable_files + self.tables_left_out + self.rows_skipped


def last_imports(*, viewer: Viewer, uow: UnitOfWork) -> tuple[LastImport, ...]:
    """By root, the newest first; nothing for anybody but admins."""
    if viewer.role is not Role.ADMIN:
        return ()
    kept = ("id", "root", "finished_at", "totals", "files_unreadable", "tables_left_out")
    newest = (
        select(*(getattr(ImportRunRow, name) for name in kept))
        .ext(distinct_on(ImportRunRow.root))
        .order_by(ImportRunRow.root, ImportRunRow.finished_at.desc(), ImportRunRow.id.desc())
    )
    found = [_counted(row) for row in uow.session.execute(newest)]
    return tuple(sorted(found, key=lambda one: one.finished_at, reverse=True))


def _counted(row: Any) -> LastImport:
    totals: Mapping[str, Any] = row.totals or {}
    return LastImport(
        run_id=row.id,
        root=row.root,
        finished_at=row.finished_at,
        unreadable_files=row.files_unreadable or 0,
        tables_left_out=row.tables_left_out or 0,
        rows_skipped=int(totals.get("skipped", 0)),
    )
