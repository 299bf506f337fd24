"""The pages of erasure requests: who is meant, what would go, the erasure, and the record that proves it.

Invariants: whom it is about travels in the body of a request, never in an address; nothing is erased before somebody
has seen how much it is and has typed the name again; the record names nobody.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.admin_access import AdminAloneDep
from api.administrators import AdminDep
from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep
from api.errors import Failure, failure_of
from api.files import file_response
from api.routes.admin_erasure import Certificate, Erasure, ErasureId, record_of
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.errors import CopilotError, InputError
from copilot.privacy.rendering import to_json
from copilot.privacy.service import ErasureReport, Holdings, Reason
from copilot.privacy.texts import table_words
from copilot.store.audit_reading import AuditFilters, AuditReading
from copilot.store.database import UnitOfWork
from copilot.store.erasure_reading import ErasureReading

router = APIRouter(prefix="/admin/erasure", include_in_schema=False)
_LAST = 20
Person = Annotated[str, Form(max_length=320)]
Account = Annotated[str, Form(max_length=200)]


@router.get("")
def erasures(request: Request, _viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """What was erased, what is kept how long, and the form that begins another request."""
    return _page(request, uow=uow, application=application)


@router.post("/preview")
def preview(
    request: Request,
    viewer: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    person: Person = "",
    account: Account = "",
) -> Response:
    """How much is held about a person, what would go, and what would stay."""
    try:
        found = application.privacy.find(
            _said(person), viewer=_in(viewer, language), uow=uow, account=account.strip() or None
        )
    except CopilotError as error:
        problem = failure_of(request, error)
        return _page(request, uow=uow, application=application, person=person, account=account, problem=problem)
    return _preview(request, found, person=person, account=account, language=language)


@router.post("/export")
def export(
    viewer: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    person: Person = "",
    account: Account = "",
) -> Response:
    """Everything held, to be handed over. Recorded in the audit chain."""
    found = application.privacy.export(
        _said(person), viewer=_in(viewer, language), uow=uow, account=account.strip() or None
    )
    return file_response(to_json(found, now=uow.clock.now()).encode(), name="personal-data.json")


@router.post("/erase")
def erase(
    request: Request,
    viewer: AdminAloneDep,
    application: ApplicationDep,
    language: LanguageDep,
    reason: Annotated[Reason, Form()],
    person: Person = "",
    account: Account = "",
    typed: Annotated[str, Form(max_length=320)] = "",
    files: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Erase the person everywhere; the name has to be typed once more."""
    home, asking = account.strip() or None, _in(viewer, language)
    with application.database.unit_of_work() as uow:
        found = application.privacy.find(_said(person), viewer=asking, uow=uow, account=home)
    if not _is_meant(typed, found, said=person):
        wrong = InputError("That is not the name of the person.", hint="Type the name as it is shown above.")
        problem = failure_of(request, wrong)
        return _preview(request, found, person=person, account=account, language=language, problem=problem)
    with application.database.unit_of_work() as uow:
        report = application.privacy.erase(person, reason=reason, viewer=asking, uow=uow, account=home)
    # Files are deleted once the erasure is committed: they cannot be brought back.
    removed = application.privacy.remove_files(report.files) if files else None
    return _done(request, report, removed=removed, application=application, language=language)


@router.get("/{erasure_id}")
def certificate(
    request: Request, erasure_id: ErasureId, _viewer: AdminDep, uow: UnitOfWorkDep, language: LanguageDep
) -> Response:
    """The record of one erasure, to be handed over: it names nobody."""
    record = record_of(erasure_id, uow=uow)
    event = ErasureReading(uow).event(erasure_id)
    return render(request, "admin_erased.html", record=record, event=event, place=_places(language), report=None)


@router.get("/{erasure_id}/certificate.json")
def certificate_file(erasure_id: ErasureId, _viewer: AdminDep, uow: UnitOfWorkDep) -> Response:
    """The same as a file, with the event of the audit chain."""
    erasure = Erasure.of(record_of(erasure_id, uow=uow))
    found = Certificate(**erasure.model_dump(), event=ErasureReading(uow).event(erasure_id))
    content = json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
    return file_response(content.encode(), name=f"{erasure_id}.json")


def _said(person: str) -> str:
    """Who is meant. Raises InputError."""
    if not person.strip():
        raise InputError("Nobody is named.", hint="Write an email, a telephone number or a full name.")
    return person.strip()


def _in(viewer: Viewer, language: Language) -> Viewer:
    """Whoever asks, answered in the language of the page."""
    return viewer.model_copy(update={"language": language.value})


def _is_meant(typed: str, found: Holdings, *, said: str) -> bool:
    """Whether what was typed is a name of the person, or what was asked for where no name is known."""
    names = found.person.names or (said,)
    return fold(typed.strip()) in {fold(name.strip()) for name in names}


def _places(language: Language) -> Any:
    return lambda table: table_words(table, language=language)


def _page(
    request: Request,
    *,
    uow: UnitOfWork,
    application: Application,
    person: str = "",
    account: str = "",
    problem: Failure | None = None,
) -> Response:
    let_go = AuditReading(uow).page(AuditFilters(actions=["privacy.let_go"]), before=None, limit=_LAST)
    return render(
        request,
        "admin_erasure.html",
        status=problem.status if problem else 200,
        records=ErasureReading(uow).all(),
        person=person,
        account=account,
        problem=problem,
        kept=ErasureReading(uow).kept(),
        rules=application.guardrails.policy.retention,
        let_go=let_go.events,
        own_rules=application.settings.guardrail_policy_file is not None,
    )


def _preview(
    request: Request,
    found: Holdings,
    *,
    person: str,
    account: str,
    language: Language,
    problem: Failure | None = None,
) -> Response:
    return render(
        request,
        "admin_erasure_preview.html",
        status=problem.status if problem else 200,
        found=found,
        person=person,
        account=account,
        reasons=list(Reason),
        name=next(iter(found.person.names), person),
        place=_places(language),
        problem=problem,
    )


def _done(
    request: Request, report: ErasureReport, *, removed: int | None, application: Application, language: Language
) -> Response:
    with application.database.unit_of_work() as uow:
        reading = ErasureReading(uow)
        record = reading.one(report.erasure_id) if report.erasure_id else None
        event = reading.event(report.erasure_id) if report.erasure_id else None
    return render(
        request,
        "admin_erased.html",
        record=record,
        event=event,
        place=_places(language),
        report=report,
        removed=removed,
    )
