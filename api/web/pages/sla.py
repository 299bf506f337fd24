"""The board of deadlines: what waits by when it is due, and how long decisions take.

Invariant 3: items that the viewer may see, and nothing of the others.
"""

from fastapi import APIRouter, Request, Response

from api.deps import LanguageDep, UnitOfWorkDep, ViewerDep
from api.web import value_view as view
from api.web.queue_query import ME, Group, QueueQuery
from api.web.templating import render
from copilot.domain.drafts import DraftKind
from copilot.store.queue_filters import Sort
from copilot.store.sla_board import Due
from copilot.workflows.value.deadlines import FEW_DECIDED, read_deadlines

router = APIRouter(include_in_schema=False)


@router.get("/queue/sla")
def sla(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, language: LanguageDep) -> Response:
    """What is overdue, due today and later, by kind and by whom it waits for."""
    found, words = read_deadlines(viewer=viewer, uow=uow), view.ValueWords(language)
    return render(
        request,
        "sla.html",
        found=found,
        words=words,
        dues=list(Due),
        few=FEW_DECIDED,
        plot=view.decided_plot(found.weeks, least=FEW_DECIDED, words=words),
        queue=_queue_address,
        me=ME,
        width="value",
    )


def _queue_address(*, overdue: bool = False, kind: str = "", assignee: str = "", requester: str = "") -> str:
    """The list of the queue that holds these items."""
    return QueueQuery(
        show=Group.OVERDUE if overdue else Group.OPEN,
        kind=DraftKind(kind) if kind else None,
        assignee=assignee,
        requester=requester,
        sort=Sort.DEADLINE,
    ).address
