"""The pages of erasure requests: who is meant, what would go, the erasure, and the record that proves it.

Invariants: whom it is about travels in the body of a request, never in an address; nothing is erased before somebody
has seen how much it is and has typed the name again; a request only asks, and the worker does it; neither the page of
an erasure nor its record names anybody.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.administrators import AdminDep
from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep
from api.errors import Failure, failure_of
from api.files import file_response
from api.routes.admin_erasure import certificate_of
from api.schemas.erasures import ErasureId, progress_of
from api.web import flash
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.erasure import Reason
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.errors import CopilotError, InputError
from copilot.privacy.person import Person as Known
from copilot.privacy.rendering import to_json
from copilot.privacy.service import Holdings
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
    """Erasures and how far they are, what is kept how long, and the form that begins another request."""
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
    viewer: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    reason: Annotated[Reason, Form()],
    person: Person = "",
    account: Account = "",
    typed: Annotated[str, Form(max_length=320)] = "",
    files: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Ask for the person's erasure everywhere; the name has to be typed once more."""
    home, asking, privacy = account.strip() or None, _in(viewer, language), application.privacy
    meant = privacy.identify(_said(person), viewer=asking, uow=uow, account=home)
    if not _is_meant(typed, meant, said=person):
        wrong = InputError("That is not the name of the person.", hint="Type the name as it is shown above.")
        found = privacy.find(person, viewer=asking, uow=uow, account=home)
        problem = failure_of(request, wrong)
        return _preview(request, found, person=person, account=account, language=language, problem=problem)
    erasure_id = privacy.confirm(meant, reason=reason, viewer=asking, uow=uow, remove_files=bool(files))
    return _to(erasure_id)


@router.get("/{erasure_id}")
def one_erasure(
    request: Request,
    erasure_id: ErasureId,
    viewer: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> Response:
    """How far an erasure is; once it is done, its record, to be handed over. It names nobody."""
    record = application.privacy.one(erasure_id, viewer=_in(viewer, language), uow=uow)
    progress = progress_of(record, uow=uow, application=application, language=language)
    if progress.result is None:
        return render(request, "admin_erasing.html", record=record, progress=progress)
    return render(
        request,
        "admin_erased.html",
        record=record,
        result=progress.result,
        event=ErasureReading(uow).event(erasure_id),
        place=_places(language),
    )


@router.post("/{erasure_id}/again")
def try_again(
    erasure_id: ErasureId, viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> Response:
    """Have an erasure that failed tried again."""
    application.privacy.again(erasure_id, viewer=_in(viewer, language), uow=uow)
    return _to(erasure_id)


@router.post("/{erasure_id}/withdraw")
def withdraw(
    erasure_id: ErasureId, viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> Response:
    """Withdraw an erasure that nobody has begun, or that failed."""
    application.privacy.withdraw(erasure_id, viewer=_in(viewer, language), uow=uow)
    response = RedirectResponse("/admin/erasure", status_code=303)
    flash.leave(response, "erasure_withdrawn", secure=application.settings.secure_cookies)
    return response


@router.get("/{erasure_id}/certificate.json")
def certificate_file(
    erasure_id: ErasureId, viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> Response:
    """The record as a file, with the event of the audit chain. Conflict until the erasure is done."""
    found = application.privacy.done(erasure_id, viewer=_in(viewer, language), uow=uow)
    content = json.dumps(certificate_of(found, uow=uow).model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
    return file_response(content.encode(), name=f"{erasure_id}.json")


def _to(erasure_id: str) -> Response:
    return RedirectResponse(f"/admin/erasure/{erasure_id}", status_code=303)


def _said(person: str) -> str:
    """Who is meant. Raises InputError."""
    if not person.strip():
        raise InputError("Nobody is named.", hint="Write an email, a telephone number or a full name.")
    return person.strip()


def _in(viewer: Viewer, language: Language) -> Viewer:
    """Whoever asks, answered in the language of the page."""
    return viewer.model_copy(update={"language": language.value})


def _is_meant(typed: str, meant: Known, *, said: str) -> bool:
    """Whether what was typed is a name of the person, or what was asked for where no name is known."""
    names = meant.names or (said,)
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
