"""A manager's team: what each member has on their hands, what came of their drafts, who stands in for whom.

Invariant: only managers and administrators open it; it lists people by name and never by a figure.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.web.pages.delegations import last_day
from api.web.queue_query import Group, QueueQuery
from api.web.templating import render
from copilot.store.queue_filters import Sort
from copilot.workflows.value.report import NO_TEAM
from copilot.workflows.value.rules import load_value_rules
from copilot.workflows.value.team import RENEWAL_DAYS, WEEKS, team_view

router = APIRouter(include_in_schema=False)


@router.get("/team")
def team(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    team: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The members by name."""
    rules = load_value_rules(application.settings.value_file)
    return render(
        request,
        "team.html",
        found=team_view(team, rules=rules, viewer=viewer, uow=uow),
        team=team,
        no_team=NO_TEAM,
        weeks=WEEKS,
        days=RENEWAL_DAYS,
        queue=_queue_address,
        last_day=last_day,
        width="value",
    )


def _queue_address(*, overdue: bool = False, requester: str = "", assignee: str = "") -> str:
    """The list of the queue that holds one person's open items."""
    query = QueueQuery(show=Group.OPEN, overdue=overdue, requester=requester, assignee=assignee, sort=Sort.DEADLINE)
    return query.address
