"""The list of questionnaires, handing one in, and the page of each: first what was found, then its answers.

Invariant: what cannot be read is said beside the form that it was handed in with, which keeps the words
that were typed; nothing is stored of it.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerAloneDep, ViewerDep
from api.errors import Failure, failure_of
from api.files import file_response
from api.routes.rfps import ProjectId
from api.uploads import content_of
from api.web import flash
from api.web.rfp_view import (
    Filters,
    everybody,
    filled_and_left_out,
    found,
    has_closest,
    sections,
    shown,
    who_can_be_asked,
)
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.questionnaires import AnswerForm
from copilot.domain.rfp_answers import ShortForm
from copilot.domain.rfp_projects import Project, ProjectState, QuestionState
from copilot.errors import InputError, NotFound
from copilot.retrieval.search import pending_notice
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.workflows.rfp.access import find
from knowledge.questionnaires import read_pasted, read_questionnaire
from knowledge.questionnaires.reading import MAX_PASTED_CHARACTERS

router = APIRouter(include_in_schema=False)
_OFFERED = 200
_Number = Annotated[int, Query(ge=1, le=1_000)]


def _list(
    request: Request,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    problem: Failure | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    application: Application = request.app.state.application
    projects = application.rfps.projects
    heads = projects.heads(viewer=viewer, uow=uow)
    return render(
        request,
        "rfps.html",
        status=problem.status if problem else 200,
        heads=heads,
        mine=projects.mine(heads, viewer=viewer, uow=uow),
        accounts=AccountRepository(uow).first_names(viewer=viewer, limit=_OFFERED),
        problem=problem,
        typed=typed or {},
    )


@router.get("/rfps")
def rfp_list(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep) -> Response:
    """What is being answered, and the form to hand one in."""
    return _list(request, viewer=viewer, uow=uow)


@router.post("/rfps")
def create(
    request: Request,
    viewer: ViewerAloneDep,
    application: ApplicationDep,
    file: Annotated[UploadFile | None, File()] = None,
    pasted: Annotated[str, Form(max_length=MAX_PASTED_CHARACTERS)] = "",
    title: Annotated[str, Form(max_length=300)] = "",
    account: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Read it and go to what was found in it."""
    try:
        made = _made(application, viewer, file=file, pasted=pasted, title=title, account=account)
    except (InputError, NotFound) as error:
        with application.database.unit_of_work() as uow:
            typed = {"pasted": pasted, "title": title, "account": account}
            return _list(request, viewer=viewer, uow=uow, problem=failure_of(request, error), typed=typed)
    response = RedirectResponse(f"/rfps/{made.id}", status_code=303)
    flash.leave(response, "rfp_created", secure=application.settings.secure_cookies)
    return response


def _made(
    application: Application, viewer: Viewer, *, file: UploadFile | None, pasted: str, title: str, account: str
) -> Project:
    today = application.clock.today()
    if file is not None and file.filename:
        name, content = content_of(file)
        questionnaire = read_questionnaire(name, content, today=today)
    elif pasted.strip():
        name, content = "", pasted.encode()
        questionnaire = read_pasted(pasted, today=today)
    else:
        raise InputError("There is neither a file nor a text.", hint="Choose a file, or paste the questions.")
    with application.database.unit_of_work() as uow:
        return application.rfps.projects.create(
            questionnaire,
            file_name=name,
            content=content,
            title=title,
            account_id=_account_id(account, viewer=viewer, uow=uow),
            viewer=viewer,
            uow=uow,
        )


def _account_id(typed: str, *, viewer: Viewer, uow: UnitOfWork) -> str | None:
    """Id of the account that was chosen by its name. Raises InputError where no or more than one has it."""
    wanted = typed.strip()
    if not wanted:
        return None
    found = AccountRepository(uow).page(viewer=viewer, query=wanted, limit=_OFFERED).accounts
    exact = [item for item in found if item.name == wanted] or found
    if len(exact) != 1:
        raise InputError("No single account has this name.", hint="Choose one of the list, or leave the field empty.")
    return exact[0].id


@router.get("/rfps/{project_id}")
def rfp(
    request: Request,
    project_id: ProjectId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    state: str = "",
    section: Annotated[str, Query(max_length=2_000)] = "",
    only: Annotated[list[str] | None, Query(max_length=5)] = None,
    page: _Number = 1,
    edit: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """What was found, until somebody confirms it; then the answers."""
    stored = find(project_id, viewer=viewer, uow=uow)
    project, leads = application.rfps.projects.of(stored, viewer=viewer, uow=uow), stored.led_by(viewer)
    preview = project.state is ProjectState.PREVIEW and leads
    people = everybody(uow=uow)
    counts = application.retrieval.waiting(uow=uow)
    filters = Filters.of(state=state, section=section, only=only or (), page=page)
    return render(
        request,
        "rfp_preview.html" if preview else "rfp.html",
        project=project,
        leads=leads,
        filled=filled_and_left_out(project) if leads else 0,
        filters=filters,
        shown=found(project, page=page) if preview else shown(project, filters, viewer=viewer),
        sections=sections(project),
        waiting=sum(map(has_closest, project.questions)),
        people=who_can_be_asked(stored.account_id, people=people, uow=uow) if leads else (),
        names={person.user_id: person.name for person in people},
        shorts=list(ShortForm),
        states=list(QuestionState),
        forms=list(AnswerForm),
        edit=edit,
        to_index=pending_notice(pending=counts.pending, passages=counts.passages) if counts.pending else None,
    )


@router.get("/rfps/{project_id}/original")
def original(project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """The file as it came in, to be saved."""
    projects = application.rfps.projects
    content = projects.original(project_id, viewer=viewer, uow=uow)
    name = projects.get(project_id, viewer=viewer, uow=uow).file_name
    return file_response(content, name=name or "questionnaire.txt")


@router.get("/rfps/{project_id}/working-copy")
def working_copy(project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """The file with every answer there is, marked as a draft."""
    made = application.rfps.projects.working_copy(project_id, viewer=viewer, uow=uow)
    return file_response(made.content, name=made.name)


@router.get("/rfps/{project_id}/gaps")
def gaps(
    project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> Response:
    """What is missing, as a workbook."""
    content = application.rfps.projects.gaps(project_id, language, viewer=viewer, uow=uow)
    return file_response(content, name="gaps.xlsx")
