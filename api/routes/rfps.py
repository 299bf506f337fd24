"""Questionnaires of customers: from the file that came in to the package that goes back.

Invariant 3: a project that the caller may not know of answers exactly like one that does not exist. Nothing leaves
from here: answers and packages go to the queue.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Form, Path, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerAloneDep, ViewerDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.rfps import ChecklistIn, CorrectionsIn, IncludedOut, PastedIn, ProgressOut, ProjectList
from api.uploads import SentFile, content_of
from copilot.domain.rfp_projects import Project
from knowledge.questionnaires import read_pasted, read_questionnaire

router = APIRouter(prefix="/api/v1/rfps", tags=["questionnaires"], responses=PROBLEMS)
ProjectId = Annotated[str, Path(max_length=64)]
_TITLE = Form(max_length=300)
_ACCOUNT = Form(max_length=100)


@router.post("", status_code=201)
def create_project(
    file: SentFile,
    response: Response,
    viewer: ViewerAloneDep,
    application: ApplicationDep,
    title: Annotated[str, _TITLE] = "",
    account_id: Annotated[str, _ACCOUNT] = "",
) -> Project:
    """Read a questionnaire; what was found waits to be confirmed."""
    name, content = content_of(file)
    found = read_questionnaire(name, content, today=application.clock.today())
    with application.database.unit_of_work() as uow:
        made = application.rfps.projects.create(
            found,
            file_name=name,
            content=content,
            title=title,
            account_id=account_id or None,
            viewer=viewer,
            uow=uow,
        )
    response.headers["Location"] = f"/api/v1/rfps/{made.id}"
    return made


@router.post("/pasted", status_code=201)
def create_from_text(
    pasted: Annotated[PastedIn, Body()], response: Response, viewer: ViewerAloneDep, application: ApplicationDep
) -> Project:
    """Read questions out of a text that somebody pasted."""
    found = read_pasted(pasted.text, today=application.clock.today())
    with application.database.unit_of_work() as uow:
        made = application.rfps.projects.create(
            found,
            file_name="",
            content=pasted.text.encode(),
            title=pasted.title,
            account_id=pasted.account_id,
            viewer=viewer,
            uow=uow,
        )
    response.headers["Location"] = f"/api/v1/rfps/{made.id}"
    return made


@router.get("")
def list_projects(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> ProjectList:
    """The caller's projects, those of their team if they lead it, and those with questions assigned to them."""
    return ProjectList(projects=application.rfps.projects.heads(viewer=viewer, uow=uow))


@router.get("/{project_id}")
def read_project(project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Project:
    """One project with its questions; of somebody else's, the questions that the caller was asked to see to."""
    return application.rfps.projects.get(project_id, viewer=viewer, uow=uow)


@router.get("/{project_id}/progress")
def read_progress(
    project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> ProgressOut:
    """How far the run is, and the filing."""
    project = application.rfps.projects.get(project_id, viewer=viewer, uow=uow)
    counts = application.retrieval.waiting(uow=uow)
    return ProgressOut(
        state=project.state,
        progress=project.progress,
        failure=project.failure,
        filing=project.filing,
        passages=counts.passages,
        passages_pending=counts.pending,
    )


@router.patch("/{project_id}/questions", responses=CONFLICT)
def correct_questions(
    project_id: ProjectId,
    wanted: Annotated[CorrectionsIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Project:
    """Change what was found; the id of a skipped place makes a question of it."""
    return application.rfps.projects.correct(project_id, wanted.corrections, viewer=viewer, uow=uow)


@router.post("/{project_id}/include-filled", responses=CONFLICT)
def include_filled(
    project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> IncludedOut:
    """Have the questions answered, too, whose place in the file holds somebody's words already."""
    return IncludedOut(questions=application.rfps.projects.include_filled(project_id, viewer=viewer, uow=uow))


@router.post("/{project_id}/leave-out-again", responses=CONFLICT)
def leave_out_again(
    project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> IncludedOut:
    """Take `include-filled` back, of what was not answered yet."""
    return IncludedOut(questions=application.rfps.projects.leave_out_again(project_id, viewer=viewer, uow=uow))


@router.post("/{project_id}/start", responses=CONFLICT)
def start(project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Project:
    """Have the questions that wait answered in the background. Again while a run is on: nothing changes."""
    return application.rfps.projects.start(project_id, viewer=viewer, uow=uow)


@router.post("/{project_id}/stop")
def stop(project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Project:
    """End the run after the question that is worked on; answers that wait to be filed wait no more."""
    return application.rfps.projects.stop(project_id, viewer=viewer, uow=uow)


@router.post("/{project_id}/decline")
def decline(project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Project:
    """No-go: nothing more is answered or filed."""
    return application.rfps.projects.decline(project_id, viewer=viewer, uow=uow)


@router.post("/{project_id}/reopen")
def reopen(project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Project:
    """Take a declined project up where it was."""
    return application.rfps.projects.reopen(project_id, viewer=viewer, uow=uow)


@router.delete("/{project_id}", status_code=204)
def delete(project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> None:
    """Remove the project with its file; what it put into the queue stays there."""
    application.rfps.projects.delete(project_id, viewer=viewer, uow=uow)


@router.put("/{project_id}/checklist/{key}")
def answer_checklist(
    project_id: ProjectId,
    key: Annotated[str, Path(max_length=100)],
    given: Annotated[ChecklistIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Project:
    """Answer one question of go or no-go."""
    return application.rfps.projects.checklist(
        project_id, key, answer=given.answer, note=given.note, viewer=viewer, uow=uow
    )
