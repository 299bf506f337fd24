"""How carefully reviews are done, for the people concerned and their managers.

Invariant 3: the figures are those of people whom the viewer may look at, see `copilot.approvals.quality.reviewers`.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.web.templating import render
from copilot.approvals.quality.reviewers import reviewer_figures

router = APIRouter(include_in_schema=False)
PERIODS = (7, 30, 90, 365)
"""Days that can be looked back on."""
_USUAL = 90


@router.get("/reviewers")
def reviewers(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    days: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """Figures about decisions, with how many cases each rests on."""
    period = int(days) if days.isascii() and days.isdigit() and int(days) in PERIODS else _USUAL
    rules = application.policy.quality
    return render(
        request,
        "reviewers.html",
        people=reviewer_figures(rules, days=period, viewer=viewer, uow=uow),
        days=period,
        periods=PERIODS,
        rules=rules,
    )
