"""Teams, for administrators.

Invariant: only an administrator opens this page; a team with people in it, former ones too, stays.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.administrators import AdminDep
from api.deps import ApplicationDep, UnitOfWorkDep
from api.errors import Failure, failure_of
from api.web import flash
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.errors import CopilotError
from copilot.identity import teams
from copilot.identity.rules import LONGEST_NAME
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
_PAGE = "/admin/teams"
TeamId = Annotated[str, Path(max_length=64)]
Name = Annotated[str, Form(max_length=200)]


@router.get(_PAGE)
def team_list(request: Request, admin: AdminDep, uow: UnitOfWorkDep) -> Response:
    """All teams, and a form for another one."""
    return _page(request, admin=admin, uow=uow)


@router.post(_PAGE)
def create(
    request: Request, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep, name: Name = ""
) -> Response:
    """A new team."""
    try:
        made = teams.create_team(name, actor=admin, uow=uow)
    except CopilotError as error:
        return _page(request, admin=admin, uow=uow, failure=failure_of(request, error), name=name)
    return _done("team_made", application, name=made.name)


@router.post(f"{_PAGE}/{{team_id}}")
def rename(
    request: Request, team_id: TeamId, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep, name: Name = ""
) -> Response:
    """Another name."""
    try:
        teams.rename_team(team_id, name, actor=admin, uow=uow)
    except CopilotError as error:
        return _page(request, admin=admin, uow=uow, failure=failure_of(request, error))
    return _done("team_renamed", application)


@router.post(f"{_PAGE}/{{team_id}}/delete")
def delete(
    request: Request, team_id: TeamId, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """Remove a team in which nobody is."""
    name = next((team.name for team in teams.teams(actor=admin, uow=uow) if team.id == team_id), "")
    try:
        teams.delete_team(team_id, actor=admin, uow=uow)
    except CopilotError as error:
        return _page(request, admin=admin, uow=uow, failure=failure_of(request, error))
    return _done("team_deleted", application, name=name)


def _page(
    request: Request, *, admin: Viewer, uow: UnitOfWork, failure: Failure | None = None, name: str = ""
) -> Response:
    return render(
        request,
        "admin_teams.html",
        status=failure.status if failure else HTTPStatus.OK,
        teams=teams.teams(actor=admin, uow=uow),
        failure=failure,
        name=name,
        longest=LONGEST_NAME,
    )


def _done(code: str, application: Application, **values: str) -> Response:
    response = RedirectResponse(_PAGE, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
