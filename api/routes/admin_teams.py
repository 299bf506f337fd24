"""Teams. For administrators.

Invariant: a team with people in it, former ones too, is not deleted.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from api.administrators import AdminDep
from api.deps import UnitOfWorkDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.people import TeamName, TeamOut
from copilot.identity import teams

router = APIRouter(prefix="/api/v1/teams", tags=["people"], responses=PROBLEMS)

TeamId = Annotated[str, Path(max_length=64)]


@router.get("")
def list_teams(admin: AdminDep, uow: UnitOfWorkDep) -> list[TeamOut]:
    """All teams by name."""
    return [TeamOut.of(team) for team in teams.teams(actor=admin, uow=uow)]


@router.post("", status_code=201, responses=CONFLICT)
def create(wanted: Annotated[TeamName, Body()], response: Response, admin: AdminDep, uow: UnitOfWorkDep) -> TeamOut:
    """A new team without people."""
    made = teams.create_team(wanted.name, actor=admin, uow=uow)
    response.headers["Location"] = f"/api/v1/teams/{made.id}"
    return TeamOut.of(made)


@router.put("/{team_id}", status_code=204, responses=CONFLICT)
def rename(team_id: TeamId, wanted: Annotated[TeamName, Body()], admin: AdminDep, uow: UnitOfWorkDep) -> None:
    """Another name."""
    teams.rename_team(team_id, wanted.name, actor=admin, uow=uow)


@router.delete("/{team_id}", status_code=204, responses=CONFLICT)
def delete(team_id: TeamId, admin: AdminDep, uow: UnitOfWorkDep) -> None:
    """Remove a team in which nobody is."""
    teams.delete_team(team_id, actor=admin, uow=uow)
