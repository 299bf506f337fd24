"""The queue: what waits for a decision.

Invariant: what is listed is what the viewer may see; a filter that means nothing narrows nothing.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.queue_reading import Sort, list_queue
from api.web.links import member
from api.web.templating import render
from api.web.words import FINDING_FAMILIES
from copilot.approvals.service import QueueFilters
from copilot.domain.findings import Risk
from copilot.domain.review_items import UNDECIDED, ReviewState

router = APIRouter(include_in_schema=False)
_PAGE = 50

SHOWN: dict[str, tuple[ReviewState, ...]] = {
    "waiting": tuple(sorted(UNDECIDED)),
    "approved": (ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.RELEASE_FAILED),
    "rejected": (ReviewState.REJECTED, ReviewState.WITHDRAWN, ReviewState.RECALLED),
    "over": (ReviewState.EXPIRED, ReviewState.STALE, ReviewState.SUPERSEDED),
    "all": (),
}
"""Groups of states that the list can be narrowed to."""


@router.get("/queue")
def queue(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    show: Annotated[str, Query(max_length=20)] = "waiting",
    risk: Annotated[str, Query(max_length=20)] = "",
    found: Annotated[str, Query(max_length=30)] = "",
    sort: Annotated[str, Query(max_length=20)] = "",
    mine: Annotated[str, Query(max_length=10)] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """What waits for a decision, the riskiest first."""
    chosen = show if show in SHOWN else "waiting"
    wanted, order = member(Risk, risk), member(Sort, sort) or Sort.RISK
    family = found if found in FINDING_FAMILIES else ""
    filters = QueueFilters(
        states=SHOWN[chosen],
        risks=(wanted,) if wanted else (),
        requester_id=viewer.user_id if mine else None,
        rules=(family,) if family else (),
    )
    page = list_queue(
        application.approvals, viewer=viewer, uow=uow, filters=filters, sort=order, cursor=cursor, limit=_PAGE
    )
    return render(
        request,
        "queue.html",
        page=page,
        show=chosen,
        risk=wanted,
        risks=list(reversed(Risk)),
        found=family,
        families=list(FINDING_FAMILIES),
        sort=order,
        mine=bool(mine),
        cursor=cursor,
        filtered=bool(wanted or family or mine or chosen != "waiting"),
    )
