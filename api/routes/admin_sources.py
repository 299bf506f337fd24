"""Where the data came from: systems, imports with the rows they left out, findings. For administrators.

Invariant: it is read here, never changed; findings and reports quote cells of exports, so nobody else may see them.
"""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel

from api.administrators import AdminDep
from api.deps import LanguageDep, UnitOfWorkDep
from api.import_views import SkippedRow, read_report
from api.schemas.common import PROBLEMS
from copilot.domain.data_issues import describe
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.store.import_reading import ImportReading, IssueFilters, Run, RunHead, RunSums

router = APIRouter(prefix="/api/v1/admin", tags=["administration"], responses=PROBLEMS)
RunId = Annotated[str, Path(max_length=100)]


class System(BaseModel):
    """One system that records came from."""

    name: str
    records: dict[str, int]
    """Record type -> how many."""
    newest_record: date | None
    last_import: str | None
    """Id of the last run that had a table of it."""


class ImportRun(BaseModel):
    """One import. `rows` = `imported` + `changed` + `unchanged` + `skipped`."""

    id: str
    source: str
    systems: list[str]
    started_at: datetime
    finished_at: datetime
    done_by: str
    sums: RunSums

    @classmethod
    def of(cls, head: RunHead) -> "ImportRun":
        return cls(
            id=head.id,
            source=head.root,
            systems=list(head.systems),
            started_at=head.started_at,
            finished_at=head.finished_at,
            done_by=head.actor_id,
            sums=head.sums,
        )


class ImportRunInFull(ImportRun):
    """One import with its report."""

    report: dict[str, Any]


class SkippedRows(BaseModel):
    """Rows that were read and went nowhere. `counts` counts all; of a table the first 2,000 are named."""

    counts: dict[str, int]
    rows: list[SkippedRow]


class Finding(BaseModel):
    """Something about the data that a person should know, in the reader's language."""

    code: str
    words: str
    source: str | None
    file: str | None
    row_number: int | None
    account_id: str | None


class Findings(BaseModel):
    """Findings that fit, and how many there are by code in all."""

    by_code: dict[str, int]
    total: int
    findings: list[Finding]


def run_of(run_id: str, *, uow: UnitOfWork) -> Run:
    """An import with its report. Raises NotFound."""
    run = ImportReading(uow).run(run_id)
    if run is None:
        raise NotFound("There is no such import.", hint="Its report may have been deleted after the time it is kept.")
    return run


@router.get("/sources")
def list_systems(_viewer: AdminDep, uow: UnitOfWorkDep) -> list[System]:
    """Every system that records came from."""
    reading = ImportReading(uow)
    last = reading.last_of_systems()
    return [
        System(
            name=system.name,
            records=dict(system.records),
            newest_record=system.newest,
            last_import=last[system.name].id if system.name in last else None,
        )
        for system in reading.systems()
    ]


@router.get("/imports")
def list_imports(
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    before: Annotated[AwareDatetime | None, Query(description="Finished before then.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[ImportRun]:
    """Imports, the latest first."""
    found = ImportReading(uow).runs(limit=limit, before=None if before is None else (before, ""))
    return [ImportRun.of(head) for head in found]


@router.get("/imports/{run_id}")
def show_import(run_id: RunId, _viewer: AdminDep, uow: UnitOfWorkDep) -> ImportRunInFull:
    """One import with its report."""
    run = run_of(run_id, uow=uow)
    return ImportRunInFull(**ImportRun.of(run.head).model_dump(), report=run.report)


@router.get("/imports/{run_id}/skipped")
def list_skipped(
    run_id: RunId,
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    reason: Annotated[str, Query(max_length=100)] = "",
    table: Annotated[str, Query(max_length=500)] = "",
) -> SkippedRows:
    """The rows that an import left out, by reason."""
    report = read_report(run_of(run_id, uow=uow).report)
    return SkippedRows(counts=dict(report.skipped), rows=list(report.skipped_rows(reason=reason, table=table)))


@router.get("/findings")
def list_findings(
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    code: Annotated[str, Query(max_length=100)] = "",
    source: Annotated[str, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Findings:
    """What is wrong with the data."""
    reading, filters = ImportReading(uow), IssueFilters(code=code, root=source)
    return Findings(
        by_code=reading.issue_counts(),
        total=reading.issue_number(filters),
        findings=[
            Finding(
                code=line.code,
                words=describe(line.code, line.details, language=language),
                source=line.root,
                file=line.file,
                row_number=line.row_number,
                account_id=line.account_id,
            )
            for line in reading.issues(filters, limit=limit, offset=offset)
        ],
    )
