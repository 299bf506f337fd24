"""For who keeps a team's work flowing: the team, and what is due when.

Invariant 3: the team is that of the manager who asks; deadlines are those of items that the caller may see.
"""

from fastapi import APIRouter

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from api.schemas.team import DeadlinesOut, TeamViewOut
from api.value_asked import TeamAsked
from copilot.workflows.value.deadlines import read_deadlines
from copilot.workflows.value.rules import load_value_rules
from copilot.workflows.value.team import team_view

router = APIRouter(prefix="/api/v1", tags=["team"], responses=PROBLEMS)


@router.get("/team")
def read_team(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, team: TeamAsked = "") -> TeamViewOut:
    """Each member's open items, drafts of the last eight weeks, alerts, renewals, and who stands in for whom."""
    rules = load_value_rules(application.settings.value_file)
    return TeamViewOut.of(team_view(team, rules=rules, viewer=viewer, uow=uow))


@router.get("/deadlines")
def read_board(viewer: ViewerDep, uow: UnitOfWorkDep) -> DeadlinesOut:
    """What waits by when it is due, and how long decisions took in the last twelve weeks."""
    return DeadlinesOut.of(read_deadlines(viewer=viewer, uow=uow))
