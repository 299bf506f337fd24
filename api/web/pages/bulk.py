"""Approving several drafts at once: first the list of what would be approved, then what became of each.

Invariant: nothing is decided before the page that lists it was confirmed, and only what it listed, by digest.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.web.queue_list import may_bulk
from api.web.queue_query import LONGEST_ADDRESS, from_text
from api.web.templating import render
from copilot.approvals.bulk import MOST_AT_ONCE, may_be_approved_together
from copilot.approvals.service import ReviewView
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.review_items import OPEN
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.store.queue_turns import turns_of

router = APIRouter(include_in_schema=False)
_SEPARATOR = ":"

Ids = Annotated[list[str] | None, Query(alias="item", max_length=MOST_AT_ONCE)]
ListText = Annotated[str, Query(alias="list", max_length=LONGEST_ADDRESS)]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One draft that was chosen."""

    view: ReviewView
    problem: str
    """Why it cannot be approved with the others: `decided`, `own` or `alone`; empty: it can."""


@router.get("/queue/bulk")
def confirm(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    items: Ids = None,
    list_text: ListText = "",
) -> Response:
    """What would be approved; decides nothing."""
    candidates = _candidates(items or (), viewer=viewer, uow=uow, application=application)
    return render(
        request,
        "bulk.html",
        ready=[candidate.view for candidate in candidates if not candidate.problem],
        left_out=[candidate for candidate in candidates if candidate.problem],
        list_query=from_text(list_text),
        separator=_SEPARATOR,
    )


@router.post("/queue/bulk")
def approve(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    chosen: Annotated[list[str] | None, Form(max_length=MOST_AT_ONCE)] = None,
    list_text: Annotated[str, Form(alias="list", max_length=LONGEST_ADDRESS)] = "",
) -> Response:
    """Approve what was listed, each by the digest that was listed; the same again changes nothing."""
    digests: dict[str, str] = {}
    for named in chosen or ():
        item_id, _, digest = named[:200].partition(_SEPARATOR)
        digests[item_id] = digest
    results = application.bulk.approve_many(digests, viewer=viewer, uow=uow) if digests else ()
    return render(
        request,
        "bulk_done.html",
        approved=[result for result in results if result.approved],
        refused=[result for result in results if not result.approved],
        list_query=from_text(list_text),
    )


def _candidates(
    item_ids: list[str] | tuple[()], *, viewer: Viewer, uow: UnitOfWork, application: Application
) -> list[Candidate]:
    turns = turns_of(viewer, uow=uow)
    found = []
    for item_id in dict.fromkeys(item_ids):
        try:
            view = application.approvals.get(item_id, viewer=viewer, uow=uow)
        except NotFound:
            # Gone, or never the viewer's to see: nothing to say about it.
            continue
        if view.item.state not in OPEN:
            problem = "decided"
        elif not may_be_approved_together(view):
            problem = "alone"
        else:
            problem = "" if may_bulk(view.item, turns) else "own"
        found.append(Candidate(view, problem))
    return found
