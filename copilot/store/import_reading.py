"""What was imported and what is wrong with it, for whoever runs the installation.

Invariant: nothing here is filtered by a viewer, because runs and findings are about files, not about one account; only
an administrator, who sees every account, may be shown it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from copilot.store.database import UnitOfWork
from copilot.store.record_counts import RecordCounts
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, DataIssueRow, ImportRunRow, SourceFileRow

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class RunSums:
    """The figures of one run: `rows` = `imported` + `changed` + `unchanged` + `skipped`."""

    rows: int
    imported: int
    changed: int
    unchanged: int
    skipped: int
    files: int
    ignored: int
    documents: int
    findings: int
    removed: int
    """Documents and files that had gone from the source."""


@dataclass(frozen=True, slots=True)
class RunHead:
    """One import, without its report."""

    id: str
    root: str
    systems: tuple[str, ...]
    started_at: datetime
    finished_at: datetime
    actor_id: str
    actor_name: str | None
    """None: a user who is not known here."""
    sums: RunSums


@dataclass(frozen=True, slots=True)
class Run:
    """One import with its report, as `knowledge.report` wrote it."""

    head: RunHead
    report: dict[str, Any]


class LastRun(NamedTuple):
    """The latest run of a system."""

    id: str
    finished_at: datetime


@dataclass(slots=True)
class SourceSystem:
    """One system that records came from."""

    name: str
    records: Counter[str] = field(default_factory=Counter)
    """Record type -> how many."""
    newest: date | None = None
    """The day of its newest record."""


@dataclass(frozen=True, slots=True)
class IssueFilters:
    """Which findings. Empty means any; what is set must hold together."""

    code: str = ""
    root: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One finding with where it was found."""

    id: str
    code: str
    record_type: str | None
    details: dict[str, Any]
    root: str | None
    file: str | None
    row_number: int | None
    account_id: str | None
    account_name: str | None


class ImportReading:
    """Reads within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow, self._session = uow, uow.session

    def systems(self) -> tuple[SourceSystem, ...]:
        """Every system that records came from, by name."""
        found: dict[str, SourceSystem] = {}
        for count in RecordCounts(self._uow).read():
            system = found.setdefault(count.system, SourceSystem(count.system))
            system.records[count.record_type] = count.number
            system.newest = max(filter(None, (system.newest, count.newest)), default=None)
        return tuple(found[name] for name in sorted(found))

    def roots(self) -> tuple[str, ...]:
        """Names of everything that files were imported from."""
        # From one name to the next in the index; `distinct` would look at every file.
        first = select(func.min(SourceFileRow.root).label("root")).cte("roots", recursive=True)
        following = select(func.min(SourceFileRow.root)).where(SourceFileRow.root > first.c.root).scalar_subquery()
        roots = first.union_all(select(following).where(first.c.root.is_not(None)))
        return tuple(
            self._session.scalars(select(roots.c.root).where(roots.c.root.is_not(None)).order_by(roots.c.root))
        )

    def runs(self, *, limit: int, before: tuple[datetime, str] | None = None) -> tuple[RunHead, ...]:
        """The latest runs first, below the time and id of the last one seen."""
        query = _heads().order_by(ImportRunRow.finished_at.desc(), ImportRunRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(tuple_(ImportRunRow.finished_at, ImportRunRow.id) < before)
        return tuple(_head(row) for row in self._session.execute(query))

    def run(self, run_id: str) -> Run | None:
        """One run with its report; None: there is none, or its report was let go."""
        row = self._session.execute(_heads().where(ImportRunRow.id == run_id)).first()
        report = self._session.scalar(select(ImportRunRow.report).where(ImportRunRow.id == run_id))
        return None if row is None or report is None else Run(_head(row), report)

    def last_finished(self, root: str) -> datetime | None:
        """When the latest import of a source was done."""
        return self._session.scalar(select(func.max(ImportRunRow.finished_at)).where(ImportRunRow.root == root))

    def last_of_systems(self) -> dict[str, LastRun]:
        """The latest run that had a table of a system, by system."""
        had = func.jsonb_array_elements_text(ImportRunRow.systems).table_valued("system").render_derived("had")
        latest = (ImportRunRow.finished_at.desc(), ImportRunRow.id.desc())
        query = select(had.c.system, ImportRunRow.id, ImportRunRow.finished_at).join(had, true())
        rows = self._session.execute(query.ext(distinct_on(had.c.system)).order_by(had.c.system, *latest))
        return {row.system: LastRun(row.id, row.finished_at) for row in rows}

    def issue_counts(self) -> dict[str, int]:
        """Findings by code, the most frequent first."""
        number = func.count().label("number")
        rows = self._session.execute(
            select(DataIssueRow.code, number).group_by(DataIssueRow.code).order_by(number.desc(), DataIssueRow.code)
        )
        return {row.code: row.number for row in rows}

    def issues(self, filters: IssueFilters, *, limit: int, offset: int = 0) -> tuple[IssueLine, ...]:
        """Findings by code, file and row."""
        query = _issues(filters).limit(limit).offset(offset)
        return tuple(_line(row) for row in self._session.execute(query))

    def all_issues(self, filters: IssueFilters) -> Iterator[IssueLine]:
        """The same, all of them, read in pages."""
        offset = 0
        while found := self.issues(filters, limit=_BATCH, offset=offset):
            yield from found
            offset += len(found)

    def issue_number(self, filters: IssueFilters) -> int:
        """How many fit."""
        query = select(func.count()).select_from(DataIssueRow)
        query = query.outerjoin(SourceFileRow, SourceFileRow.id == DataIssueRow.source_file_id)
        return self._session.scalar(query.where(*_conditions(filters))) or 0


def _heads() -> Any:
    """Without the report, which may be long: even one key of it would be found by reading it whole."""
    kept = ("id", "root", "started_at", "finished_at", "actor_id", "totals", "systems", "issues")
    columns = [getattr(ImportRunRow, name) for name in (*kept, "documents_removed", "files_removed")]
    query = select(*columns, UserRow.name.label("actor_name"))
    return query.outerjoin(UserRow, UserRow.id == ImportRunRow.actor_id)


def _head(row: Any) -> RunHead:
    totals: dict[str, Any] = row.totals or defaultdict(int)
    numbers = {name: int(totals.get(name, 0)) for name in ("rows", "imported", "changed", "unchanged", "skipped")}
    return RunHead(
        id=row.id,
        root=row.root,
        systems=tuple(sorted(set(row.systems or ()))),
        started_at=row.started_at,
        finished_at=row.finished_at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        sums=RunSums(
            **numbers,
            files=int(totals.get("files", 0)),
            ignored=int(totals.get("ignored", 0)),
            documents=sum((totals.get("documents") or {}).values()),
            findings=sum((row.issues or {}).values()),
            removed=(row.documents_removed or 0) + (row.files_removed or 0),
        ),
    )


def _conditions(filters: IssueFilters) -> Sequence[ColumnElement[bool]]:
    wanted = ((DataIssueRow.code, filters.code), (SourceFileRow.root, filters.root), (SourceFileRow.path, filters.file))
    return [column == value for column, value in wanted if value]


def _issues(filters: IssueFilters) -> Any:
    return (
        select(
            DataIssueRow.id,
            DataIssueRow.code,
            DataIssueRow.record_type,
            DataIssueRow.details,
            SourceFileRow.root,
            SourceFileRow.path.label("file"),
            DataIssueRow.row_number,
            DataIssueRow.account_id,
            AccountRow.name.label("account_name"),
        )
        .outerjoin(SourceFileRow, SourceFileRow.id == DataIssueRow.source_file_id)
        .outerjoin(AccountRow, AccountRow.id == DataIssueRow.account_id)
        .where(*_conditions(filters))
        .order_by(DataIssueRow.code, SourceFileRow.path, DataIssueRow.row_number, DataIssueRow.id)
    )


def _line(row: Any) -> IssueLine:
    return IssueLine(**row._asdict())
