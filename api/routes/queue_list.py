"""The queue as a list: filtered, sorted, searched, page by page; how much waits; approving many at once.

Invariant 3: a page, a count and a result hold what the caller may see and say nothing about the rest.
"""

from contextlib import suppress
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import StringConstraints

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.queue_reading import list_queue, queue_counts
from api.schemas.common import PROBLEMS
from api.schemas.queue import QueueLine, QueueList, QueueNumbers
from api.schemas.queue_actions import BulkAnswer, BulkOutcome, BulkRequest
from copilot.approvals.bulk import BulkApprovals, BulkResult
from copilot.approvals.service import QueueFilters
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import OPEN, ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.queue_filters import LONGEST_QUERY, Sort

router = APIRouter(prefix="/api/v1/queue", tags=["queue"], responses=PROBLEMS)

RuleName = Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z_.]+$")]
Amount = Annotated[Decimal | None, Query(ge=0, lt=Decimal(10) ** 16, allow_inf_nan=False)]
OneId = Annotated[str | None, Query(max_length=64)]


class _RehearsalOver(Exception):
    """Takes back what a rehearsal did."""


@router.get("")
def list_items(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    *,
    state: Annotated[list[ReviewState] | None, Query(description="Default: what can be decided.")] = None,
    every: Annotated[bool, Query(description="In every state.")] = False,
    risk: Annotated[list[Risk] | None, Query()] = None,
    kind: Annotated[list[DraftKind] | None, Query()] = None,
    account_id: OneId = None,
    found: Annotated[
        list[RuleName] | None, Query(description="Rules or families (`leak`, `leak.other_account`) that saw something.")
    ] = None,
    mine: Annotated[bool, Query(description="Only what you asked for.")] = False,
    requester_id: OneId = None,
    assignee_id: Annotated[str | None, Query(max_length=64, description="`me`, or somebody's id.")] = None,
    for_me: Annotated[bool, Query(description="Only what you could approve now.")] = False,
    audience: Audience | None = None,
    language: Language | None = None,
    overdue: bool = False,
    value_from: Amount = None,
    value_below: Amount = None,
    q: Annotated[
        str | None, Query(max_length=LONGEST_QUERY, description="Words in title, account, requester or draft.")
    ] = None,
    sort: Sort = Sort.DEADLINE,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> QueueList:
    """What waits for a decision, or what was decided, among what you may see."""
    filters = QueueFilters(
        states=() if every else tuple(state or sorted(OPEN)),
        risks=tuple(risk or ()),
        kinds=tuple(kind or ()),
        account_id=account_id,
        requester_id=viewer.user_id if mine else requester_id,
        rules=tuple(found or ()),
        assignee_id=viewer.user_id if assignee_id == "me" else assignee_id,
        for_me=for_me,
        audience=audience,
        language=language,
        overdue=overdue,
        value_from=value_from,
        value_below=value_below,
        q=q or None,
    )
    page = list_queue(viewer=viewer, uow=uow, filters=filters, sort=sort, cursor=cursor, limit=limit)
    return QueueList(items=[QueueLine.of(entry) for entry in page.entries], next_cursor=page.cursor)


@router.get("/counts")
def count(viewer: ViewerDep, uow: UnitOfWorkDep) -> QueueNumbers:
    """How much waits, is overdue, is risky, and is yours."""
    return QueueNumbers.of(queue_counts(viewer=viewer, uow=uow))


@router.post("/approvals")
def approve_many(
    wanted: Annotated[BulkRequest, Body()], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> BulkAnswer:
    """Approve several items, each as it was seen; only what policy lets be approved together and no check saw."""
    if wanted.dry_run:
        results = _rehearsed(application.bulk, wanted, viewer=viewer, uow=uow)
    else:
        results = application.bulk.approve_many(wanted.digests, viewer=viewer, uow=uow)
    return BulkAnswer(
        dry_run=wanted.dry_run,
        approved=sum(result.approved for result in results),
        results=[BulkOutcome.of(result) for result in results],
    )


def _rehearsed(bulk: BulkApprovals, wanted: BulkRequest, *, viewer: Viewer, uow: UnitOfWork) -> tuple[BulkResult, ...]:
    """What would become of each: done in full, and taken back."""
    results: tuple[BulkResult, ...] = ()
    with suppress(_RehearsalOver), uow.savepoint():
        results = bulk.approve_many(wanted.digests, viewer=viewer, uow=uow)
        _take_back()
    return results


def _take_back() -> None:
    raise _RehearsalOver
