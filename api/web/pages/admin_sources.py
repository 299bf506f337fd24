"""The pages of data sources: systems, imports, what they left out, and importing what is uploaded.

Invariant: an upload is imported only by the button under its rehearsal; every page is for administrators only.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.admin_access import AdminAloneDep
from api.administrators import AdminDep
from api.csv_files import csv_response
from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep
from api.errors import failure_of
from api.import_views import read_report
from api.localisation import mark as _
from api.localisation import translate
from api.routes.admin_sources import RunId, run_of
from api.routes.admin_uploads import OptionsDep, SentFiles, UploadId, UploadsDep, named, state_of
from api.upload_states import Phase, Upload
from api.web import flash
from api.web.links import with_query
from api.web.templating import render
from copilot.domain.access import Visibility
from copilot.domain.data_issues import describe
from copilot.domain.import_messages import localise
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.database import UnitOfWork
from copilot.store.import_reading import ImportReading, IssueFilters
from copilot.store.people import PeopleRepository
from knowledge.connectors.lexicon import label_of
from knowledge.fields import FIELDS
from knowledge.report_texts import text

router = APIRouter(prefix="/admin/sources", include_in_schema=False)
_PAGE = 20
_FINDINGS = 100
_ROWS = 200
_SHOWN_CODES = 8


_OPTIONS = {
    "--skip-unreadable": _("Import the rest when files cannot be read"),
    "--confirm-removals": _("Remove more than half of what the source brought before, if the files no longer have it"),
    "--visibility": _("Documents that belong to no account are for"),
}
"""What an import's words call by the command line's name, as the form below them has it."""


def _as_here(words: str, *, language: Language) -> str:
    for option, label in _OPTIONS.items():
        words = words.replace(
            option, translate(_("“%(option)s”"), language=language) % {"option": translate(label, language=language)}
        )
    return words


def _words(language: Language) -> dict[str, Any]:
    """How templates say what is in reports and findings."""
    return {
        "said": lambda code: _as_here(text(code, language=language), language=language),
        "as_here": lambda words: _as_here(words, language=language),
        "system_name": label_of,
        "finding": lambda code, details: describe(code, details, language=language),
        "localised": lambda words: localise(words, language=language),
    }


@router.get("")
def sources(
    request: Request,
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    uploads: UploadsDep,
    language: LanguageDep,
    before: Annotated[str, Query(max_length=40)] = "",
    run: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Everything at a glance."""
    return _overview(request, uow=uow, uploads=uploads, language=language, before=_place(before, run))


def _overview(
    request: Request,
    *,
    uow: UnitOfWork,
    uploads: UploadsDep,
    language: Language,
    before: tuple[datetime, str] | None = None,
    **more: Any,
) -> Response:
    reading = ImportReading(uow)
    runs = reading.runs(limit=_PAGE + 1, before=before)
    counts = reading.issue_counts()
    waiting = [upload for upload in uploads.staging.all() if upload.phase is not Phase.IMPORTED]
    last = runs[_PAGE - 1] if len(runs) > _PAGE else None
    following = {"before": last.finished_at.isoformat(), "run": last.id} if last else None
    problem = more.pop("problem", None)
    return render(
        request,
        "admin_sources.html",
        status=problem.status if problem else 200,
        systems=reading.systems(),
        last=reading.last_of_systems(),
        runs=runs[:_PAGE],
        first_page=before is None,
        following=with_query("/admin/sources", following) if following else "",
        roots=reading.roots(),
        counts=dict(list(counts.items())[:_SHOWN_CODES]),
        findings=sum(counts.values()),
        waiting=waiting,
        has_worker=uploads.has_worker() if any(upload.is_waiting for upload in waiting) else True,
        names=PeopleRepository(uow).names([upload.sent_by for upload in waiting]),
        audiences=list(Visibility),
        record_types=list(FIELDS),
        problem=problem,
        **_words(language),
    )


def _place(before: str, run: str) -> tuple[datetime, str] | None:
    try:
        moment = datetime.fromisoformat(before)
    except ValueError:
        return None
    return (moment, run) if moment.tzinfo is not None else None


@router.get("/imports/{run_id}")
def one_import(
    request: Request,
    run_id: RunId,
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    reason: Annotated[str, Query(max_length=100)] = "",
    table: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """One import: what each file was taken for and where its rows went."""
    run = run_of(run_id, uow=uow)
    report = read_report(run.report)
    rows = list(report.skipped_rows(reason=reason, table=table))
    return render(
        request,
        "admin_import.html",
        run=run.head,
        report=report,
        reason=reason,
        table=table,
        skipped_rows=rows[:_ROWS],
        skipped_more=len(rows) - _ROWS,
        csv=with_query(f"/admin/sources/imports/{run_id}/skipped.csv", {"reason": reason, "table": table}),
        **_words(language),
    )


@router.get("/imports/{run_id}/skipped.csv")
def skipped_rows(
    run_id: RunId,
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    reason: Annotated[str, Query(max_length=100)] = "",
    table: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """The rows that went nowhere, to be put right where they come from."""
    report = read_report(run_of(run_id, uow=uow).report)

    def lines() -> Iterator[Sequence[object]]:
        yield [translate(name, language=language) for name in (_("File"), _("Row"), _("Reason"), _("Code"))]
        for row in report.skipped_rows(reason=reason, table=table):
            yield row.table, row.row_number, text(row.reason, language=language), row.reason

    return csv_response(lines(), name="skipped-rows.csv")


@router.get("/findings")
def findings(
    request: Request,
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    code: Annotated[str, Query(max_length=100)] = "",
    source: Annotated[str, Query(max_length=500)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """What is wrong with the data, finding by finding."""
    reading, filters = ImportReading(uow), IssueFilters(code=code, root=source)
    counts = reading.issue_counts()
    of_code = counts.get(code, 0) if code else sum(counts.values())
    total = reading.issue_number(filters) if source else of_code
    return render(
        request,
        "admin_findings.html",
        counts=counts,
        lines=reading.issues(filters, limit=_FINDINGS, offset=(page - 1) * _FINDINGS),
        roots=reading.roots(),
        total=total,
        page=page,
        pages=max(1, -(-total // _FINDINGS)),
        code=code,
        source=source,
        given={"code": code, "source": source},
        **_words(language),
    )


@router.get("/findings.csv")
def findings_file(
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    code: Annotated[str, Query(max_length=100)] = "",
    source: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """The same, all of them, for whoever looks after the source."""

    def lines() -> Iterator[Sequence[object]]:
        header = (_("Source"), _("File"), _("Row"), _("Account"), _("Finding"), _("Code"))
        yield [translate(name, language=language) for name in header]
        for line in ImportReading(uow).all_issues(IssueFilters(code=code, root=source)):
            words = describe(line.code, line.details, language=language)
            yield line.root, line.file, line.row_number, line.account_name, words, line.code

    return csv_response(lines(), name="findings.csv")


@router.post("/uploads")
def send(
    request: Request,
    files: SentFiles,
    options: OptionsDep,
    viewer: AdminAloneDep,
    uploads: UploadsDep,
    application: ApplicationDep,
    language: LanguageDep,
    source: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take files in and have their import rehearsed."""
    try:
        upload = uploads.receive(named(files), source=source, options=options, viewer=viewer)
    except InputError as error:
        problem = failure_of(request, error)
        with application.database.unit_of_work() as uow:
            return _overview(request, uow=uow, uploads=uploads, language=language, problem=problem)
    return _to(upload)


@router.get("/uploads/{upload_id}")
def one_upload(
    request: Request, upload_id: UploadId, _viewer: AdminAloneDep, uploads: UploadsDep, language: LanguageDep
) -> Response:
    """How far it is; what the import would do; the button that does it."""
    upload = uploads.staging.find(upload_id)
    return render(
        request,
        "admin_upload.html",
        state=state_of(upload, uploads=uploads, language=language),
        upload=upload,
        running=upload.is_running,
        report=read_report(upload.report) if upload.report else None,
        audiences=list(Visibility),
        **_words(language),
    )


@router.post("/uploads/{upload_id}/check")
def check_again(upload_id: UploadId, options: OptionsDep, viewer: AdminAloneDep, uploads: UploadsDep) -> Response:
    """Rehearse it again with other options."""
    return _to(uploads.rehearse_again(upload_id, options, viewer=viewer))


@router.post("/uploads/{upload_id}/import")
def confirm(upload_id: UploadId, viewer: AdminAloneDep, uploads: UploadsDep) -> Response:
    """Import what was rehearsed."""
    return _to(uploads.confirm(upload_id, viewer=viewer))


@router.post("/uploads/{upload_id}/stop")
def stop(upload_id: UploadId, _viewer: AdminAloneDep, uploads: UploadsDep, application: ApplicationDep) -> Response:
    """Stop the check or the import; nothing of it is kept."""
    upload = uploads.stop(upload_id)
    response = _to(upload)
    if upload.is_running:
        flash.leave(response, "upload_stopping", secure=application.settings.secure_cookies)
    return response


@router.post("/uploads/{upload_id}/discard")
def discard(upload_id: UploadId, _viewer: AdminAloneDep, uploads: UploadsDep, application: ApplicationDep) -> Response:
    """Delete the files; nothing is imported."""
    uploads.discard(upload_id)
    response = RedirectResponse("/admin/sources", status_code=303)
    flash.leave(response, "upload_discarded", secure=application.settings.secure_cookies)
    return response


def _to(upload: Upload) -> Response:
    return RedirectResponse(f"/admin/sources/uploads/{upload.id}", status_code=303)
