"""The answers of a questionnaire: who sees to them, what they say, and their way into the queue and out as files.

Invariant: an answer is changed only as it was seen, named by its version in If-Match; what is handed out before its
approval is for colleagues and says so.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Response

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.errors import Precondition
from api.files import file_response
from api.localisation import mark as _
from api.preconditions import IfMatch, missing
from api.routes.rfps import ProjectId
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.rfps import AnswerIn, AssignmentIn, FiledOut, FilingIn, PassageIn
from copilot.domain.rfp_projects import Project, ProjectQuestion
from copilot.workflows.rfp.taking import Taking

router = APIRouter(prefix="/api/v1/rfps/{project_id}", tags=["questionnaires"], responses=PROBLEMS)
_A_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
_IN_THE_BACKGROUND: dict[int | str, dict[str, Any]] = {202: {"description": "They go to the queue in the background."}}
QuestionPath = Annotated[str, Path(max_length=300)]
_BAD_TAG = _("If-Match must be the version of the answer, as the question has it.")
_BAD_TAG_HINT = _("Read the questionnaire again, and send the version in quotes.")


def _version(if_match: str | None) -> int:
    """The version that was seen. Raises Precondition."""
    if if_match is None:
        raise missing()
    plain = if_match.strip().strip('"')
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise Precondition(
            HTTPStatus.PRECONDITION_FAILED, code="precondition_failed", detail=_BAD_TAG, hint=_BAD_TAG_HINT
        )
    return int(plain)


def _tagged(question: ProjectQuestion, response: Response) -> ProjectQuestion:
    response.headers["ETag"] = f'"{question.version}"'
    return question


@router.post("/assignments")
def assign(
    project_id: ProjectId,
    wanted: Annotated[AssignmentIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Project:
    """Ask somebody to see to questions; they are told."""
    return application.rfps.projects.assign(
        project_id, wanted.question_ids, to_user_id=wanted.to, viewer=viewer, uow=uow
    )


@router.put("/questions/{question_id:path}/answer", responses=CONFLICT)
def edit_answer(
    project_id: ProjectId,
    question_id: QuestionPath,
    given: Annotated[AnswerIn, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    if_match: IfMatch = None,
) -> ProjectQuestion:
    """Put one's own words in the place of an answer."""
    edited = application.rfps.projects.edit(
        project_id,
        question_id,
        text=given.text,
        short=given.short,
        chosen=given.chosen,
        version=_version(if_match),
        viewer=viewer,
        uow=uow,
    )
    return _tagged(edited, response)


@router.put("/questions/{question_id:path}/passage", responses=CONFLICT)
def take_passage(
    project_id: ProjectId,
    question_id: QuestionPath,
    given: Annotated[PassageIn, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    if_match: IfMatch = None,
) -> ProjectQuestion:
    """Make one of the closest passages the answer, where nothing answers: its own sentences, citing it."""
    passage = Taking(given.evidence_id, short=given.short, chosen=given.chosen)
    version = _version(if_match)
    taken = application.rfps.projects.take(project_id, question_id, passage, version=version, viewer=viewer, uow=uow)
    return _tagged(taken, response)


@router.delete("/questions/{question_id:path}/passage", responses=CONFLICT)
def take_passage_back(
    project_id: ProjectId,
    question_id: QuestionPath,
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    if_match: IfMatch = None,
) -> ProjectQuestion:
    """Have nothing answered again, as before a passage was taken; only while its words are as they were taken."""
    version = _version(if_match)
    left = application.rfps.projects.take(project_id, question_id, None, version=version, viewer=viewer, uow=uow)
    return _tagged(left, response)


@router.post("/questions/{question_id:path}/answer-again", responses=CONFLICT)
def answer_again(
    project_id: ProjectId,
    question_id: QuestionPath,
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    if_match: IfMatch = None,
) -> ProjectQuestion:
    """Have an answer written anew, from what is known now."""
    answered = application.rfps.projects.answer_again(
        project_id, question_id, version=_version(if_match), viewer=viewer, uow=uow
    )
    return _tagged(answered, response)


@router.post("/items", status_code=201, responses=CONFLICT | _IN_THE_BACKGROUND)
def file_answers(
    project_id: ProjectId,
    wanted: Annotated[FilingIn, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> list[FiledOut]:
    """Put answers into the queue, one entry per question or per section.

    More answers than policy wants at once go there in the background: the status is then 202, and `filing` of the
    progress says how many still wait.
    """
    done = application.rfps.projects.file(
        project_id, per=wanted.per, question_ids=wanted.question_ids, viewer=viewer, uow=uow
    )
    if done.waiting:
        response.status_code = HTTPStatus.ACCEPTED
    return [FiledOut.of(each) for each in done.drafts]


@router.post("/package", status_code=201, responses=CONFLICT)
def make_package(
    project_id: ProjectId, response: Response, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> FiledOut:
    """File the questionnaire filled in with approved answers, and an appendix with their sources."""
    filed = application.rfps.projects.package(project_id, viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/queue/{filed.item.id}"
    return FiledOut.of(filed)


@router.get("/original", response_class=Response, responses=_A_FILE)
def read_original(
    project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """The file as it came in."""
    projects = application.rfps.projects
    content = projects.original(project_id, viewer=viewer, uow=uow)
    name = projects.get(project_id, viewer=viewer, uow=uow).file_name
    return file_response(content, name=name or "questionnaire.txt")


@router.get("/working-copy", response_class=Response, responses=_A_FILE)
def read_working_copy(
    project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """The file with every answer there is, for colleagues; what nobody approved says so."""
    made = application.rfps.projects.working_copy(project_id, viewer=viewer, uow=uow)
    return file_response(made.content, name=made.name)


@router.get("/gaps", response_class=Response, responses=_A_FILE)
def read_gaps(
    project_id: ProjectId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> Response:
    """What has no source, failed, is stale or contradicts itself, with whom to ask: a workbook."""
    content = application.rfps.projects.gaps(project_id, language, viewer=viewer, uow=uow)
    return file_response(content, name="gaps.xlsx")
