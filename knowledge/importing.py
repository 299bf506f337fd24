"""Imports a whole folder: exports into records, documents into passages, doubts into findings.

Invariant: one import is one transaction; a failure anywhere leaves everything as it was. Importing the same files
again changes nothing.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from copilot.domain.identity import stable_id
from copilot.privacy.suppression import Suppressions
from copilot.store.database import Database, UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.store.record_counts import RecordCounts
from copilot.store.records import RecordRepository
from copilot.store.sources import SourceFile, SourceRepository, StoredIssue
from copilot.telemetry import get_logger
from knowledge.erased import ErasedPeople
from knowledge.fields import IMPORT_ORDER
from knowledge.filing import DocumentFiler
from knowledge.issues import Finding, finding_id
from knowledge.media_types import media_type
from knowledge.planning import ImportOptions, ImportPlan, plan_import, several_unreadable
from knowledge.progress import Progress, Silent
from knowledge.report import ImportReport
from knowledge.writing import RecordWriter

_log = get_logger(__name__)
_EXAMPLES = 5

AfterImport = Callable[[UnitOfWork], int]
"""Called inside the transaction once everything is written; returns how many drafts it marked stale."""


def _nothing(_: UnitOfWork) -> int:
    return 0


class _Rehearsed(Exception):
    """Ends a dry run so that its unit of work rolls back."""


def import_folder(
    path: Path,
    *,
    database: Database,
    actor_id: str,
    options: ImportOptions,
    progress: Progress | None = None,
    after_import: AfterImport = _nothing,
) -> ImportReport:
    """Import everything below `path` (or one file) and return the report.

    A dry run does the same and rolls back. `after_import` is where pending drafts that cite changed evidence are
    marked stale and where background work is asked for; it is not called in a dry run. What `progress` or
    `after_import` raise ends the import, and nothing of it is kept.
    Raises InputError, UnreadableFile or MappingError (nothing was written), or UnavailableError (rolled back; if the
    connection was lost while it was being kept, only whether there is a run of its id tells).
    """
    shown = progress or Silent()
    started = time.monotonic()
    plan = plan_import(path, options=options, today=database.clock.today(), progress=shown)
    report = ImportReport(root=plan.root, dry_run=options.dry_run, files_found=_files_found(plan))
    report.ignored = [{"file": item.path, "rule": item.rule} for item in plan.discovered.ignored]
    try:
        with database.unit_of_work() as uow:
            _import(plan, uow=uow, actor_id=actor_id, options=options, progress=shown, report=report,
                    after_import=after_import, started=started)  # fmt: skip
            _end_rehearsal(options)
    except _Rehearsed:
        report.run_id = None
    _log.info("import.finished", files=report.files_found, rows=report.rows, dry_run=options.dry_run)
    return report


def _end_rehearsal(options: ImportOptions) -> None:
    if options.dry_run:
        raise _Rehearsed


def _files_found(plan: ImportPlan) -> int:
    return len(plan.discovered.files) + len(plan.discovered.ignored)


def _import(
    plan: ImportPlan, *, uow: UnitOfWork, actor_id: str, options: ImportOptions, progress: Progress,
    report: ImportReport, after_import: AfterImport, started: float,
) -> None:  # fmt: skip
    sources = SourceRepository(uow)
    sources.lock()
    began = uow.clock.now()
    suppressions = Suppressions.load(uow)
    earlier = {file.id: file for file in sources.files_of(plan.root).values()}
    files = _source_files(plan, suppressions)
    sources.save(files)
    file_ids = {index: file.id for index, file in enumerate(files)}
    all_ids = sorted({*earlier, *file_ids.values()})

    writer = RecordWriter(uow, plan, file_ids, all_ids, report, ErasedPeople(suppressions))
    writer.write(progress=progress)
    gone = writer.removals(confirmed=options.confirm_removals)
    writer.know_contacts()

    filer = DocumentFiler(uow, plan, options, file_ids, earlier, writer.accounts, report, suppressions)
    filer.file_all(progress=progress)
    _report_unreadable(plan, filer, options=options, report=report)

    _remove(gone, uow=uow, filer=filer, file_ids=all_ids, report=report)
    _forget_files(earlier, files, sources=sources, report=report)
    findings = [*writer.settle_findings(), *filer.findings]
    _store_findings(findings, plan, all_ids, file_ids, sources, report, suppressions)
    report.check()
    report.seconds = round(time.monotonic() - started, 2)
    if not options.dry_run:
        RecordCounts(uow).fold()
        report.drafts_made_stale = after_import(uow)
        told = suppressions.value(report.to_dict())
        report.run_id = sources.save_run(
            root=plan.root, started_at=began, actor_id=actor_id, report=told, run_id=options.run_id
        )


def _source_files(plan: ImportPlan, suppressions: Suppressions) -> list[SourceFile]:
    ids = [stable_id("source_file", plan.root, file.path.as_posix()) for file in plan.discovered.files]
    return [
        SourceFile(
            id=file_id,
            root=plan.root,
            path=suppressions.path(file.path.as_posix(), file_id=file_id),
            sha256=file.sha256,
            media_type=media_type(file.path),
            size_bytes=file.size,
        )
        for file_id, file in zip(ids, plan.discovered.files, strict=True)
    ]


def _report_unreadable(plan: ImportPlan, filer: DocumentFiler, *, options: ImportOptions, report: ImportReport) -> None:
    problems = [(plan.discovered.files[index].path.as_posix(), error) for index, error in plan.unreadable]
    problems += filer.problems
    if problems and not options.skip_unreadable:
        raise several_unreadable(problems)
    report.unreadable = [{"file": path, "reason": f"{error.message}\n{error.hint}"} for path, error in problems]


def _remove(
    gone: dict[str, set[str]], *, uow: UnitOfWork, filer: DocumentFiler, file_ids: Sequence[str], report: ImportReport
) -> None:
    """Remove what this root no longer brings: documents first, so that their vectors go with them."""
    report.documents_removed = filer.remove_others(file_ids)
    documents = DocumentRepository(uow)
    for home in SourceRepository(uow).homes_of_accounts(sorted(gone.get("account", ()))):
        documents.remove(home.id)
        report.documents_removed += 1
    records = RecordRepository(uow)
    for record_type in reversed(IMPORT_ORDER):
        if gone.get(record_type):
            counts = report.records.setdefault(record_type, Counter())
            counts["removed"] += records.remove(record_type, gone[record_type])


def _forget_files(
    earlier: dict[str, SourceFile], files: Sequence[SourceFile], *, sources: SourceRepository, report: ImportReport
) -> None:
    current = {file.id for file in files}
    disappeared = [file for file_id, file in earlier.items() if file_id not in current]
    sources.remove([file.id for file in disappeared])
    report.files_removed = sorted(file.path for file in disappeared)


def _store_findings(
    findings: Sequence[Finding], plan: ImportPlan, all_ids: Sequence[str], file_ids: dict[int, str],
    sources: SourceRepository, report: ImportReport, suppressions: Suppressions,
) -> None:  # fmt: skip
    issues = []
    for finding in findings:
        file_id = None if finding.file_index is None else file_ids[finding.file_index]
        issues.append(
            StoredIssue(
                id=finding_id(finding, file_id=file_id),
                code=finding.code,
                record_type=finding.record_type,
                record_id=finding.record_id,
                account_id=finding.account_id,
                source_file_id=file_id,
                row_number=finding.row_number,
                details=suppressions.value(dict(finding.details)),
            )
        )
        _count_finding(finding, plan, report)
    sources.replace_issues(all_ids, issues)


def _count_finding(finding: Finding, plan: ImportPlan, report: ImportReport) -> None:
    report.issues[finding.code] += 1
    examples = report.examples.setdefault(finding.code, [])
    if len(examples) < _EXAMPLES and not any(item["details"] == finding.details for item in examples):
        path = None if finding.file_index is None else plan.discovered.files[finding.file_index].path.as_posix()
        examples.append({"file": path, "row": finding.row_number, "details": dict(finding.details)})


def preview(path: Path, *, database: Database, actor_id: str, options: ImportOptions) -> ImportReport:
    """What an import would do, without doing it."""
    return import_folder(path, database=database, actor_id=actor_id, options=replace(options, dry_run=True))
