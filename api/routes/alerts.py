"""Alerts about accounts: what changed, who acts, what to do, what came of it.

Invariant 3: an alert of an account that the caller may not see answers like one that does not exist.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Response

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.schemas.alerts import (
    MOST_AT_ONCE,
    AlertDetail,
    AlertLine,
    AlertList,
    CloseIn,
    DismissIn,
    DraftedOut,
    NoteIn,
    OutreachIn,
    QualityList,
    QualityOut,
    ReopenIn,
    SnoozeIn,
    StepIn,
)
from api.schemas.common import CONFLICT, PROBLEMS
from copilot.domain.alert_acts import Act, ActKind
from copilot.domain.alerts import Alert, AlertKind, AlertState
from copilot.store.alerts import AlertFilters

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"], responses=PROBLEMS)
_THERE_ALREADY: dict[int | str, dict[str, Any]] = {200: {"model": DraftedOut, "description": "There is one already."}}
AlertId = Annotated[str, Path(max_length=64)]


@router.get("")
def list_alerts(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    state: Annotated[list[AlertState] | None, Query(description="Left out: open ones.")] = None,
    kind: AlertKind | None = None,
    cause: Annotated[str, Query(max_length=100)] = "",
    owner: Annotated[str, Query(max_length=64, description="Id of a user; `nobody`: without an owner.")] = "",
    account: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> AlertList:
    """Alerts of the accounts that the caller may see."""
    filters = AlertFilters(
        states=tuple(state or (AlertState.OPEN,)), kind=kind, cause=cause, owner_id=owner, account_id=account
    )
    page = application.alerts.page(filters, viewer=viewer, uow=uow, limit=limit, offset=offset)
    return AlertList(alerts=[AlertLine.of(item) for item in page.alerts], total=page.total)


@router.get("/quality")
def read_quality(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> QualityList:
    """How often alerts told of something real, by cause. For managers and administrators."""
    return QualityList(causes=[QualityOut.of(item) for item in application.alerts.quality(viewer=viewer, uow=uow)])


@router.get("/{alert_id}")
def read_alert(
    alert_id: AlertId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> AlertDetail:
    """One alert with its playbook and history."""
    return AlertDetail.of(application.alerts.get(alert_id, viewer=viewer, uow=uow), language=language)


@router.post("/{alert_id}/snooze", responses=CONFLICT)
def snooze(
    alert_id: AlertId,
    wanted: Annotated[SnoozeIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Alert:
    """Put it off. It comes back on the day, or when the account gets a lot worse."""
    act = Act(ActKind.SNOOZE, until=wanted.until)
    return application.alerts.act(alert_id, act, version=wanted.version, viewer=viewer, uow=uow)


@router.post("/{alert_id}/dismiss", responses=CONFLICT)
def dismiss(
    alert_id: AlertId,
    wanted: Annotated[DismissIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Alert:
    """Set it aside with a reason; it counts neither as right nor as wrong."""
    act = Act(ActKind.DISMISS, reason=wanted.reason)
    return application.alerts.act(alert_id, act, version=wanted.version, viewer=viewer, uow=uow)


@router.post("/{alert_id}/close", responses=CONFLICT)
def close(
    alert_id: AlertId,
    wanted: Annotated[CloseIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Alert:
    """Say what came of it; that counts in how good alerts of its cause are."""
    act = Act(ActKind.CLOSE, outcome=wanted.outcome, reason=wanted.note)
    return application.alerts.act(alert_id, act, version=wanted.version, viewer=viewer, uow=uow)


@router.post("/{alert_id}/reopen", responses=CONFLICT)
def reopen(
    alert_id: AlertId,
    wanted: Annotated[ReopenIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Alert:
    """Take back what was done: it is open again."""
    return application.alerts.act(alert_id, Act(ActKind.REOPEN), version=wanted.version, viewer=viewer, uow=uow)


@router.put("/{alert_id}/steps/{step}", responses=CONFLICT)
def tick(
    alert_id: AlertId,
    step: Annotated[str, Path(max_length=60)],
    wanted: Annotated[StepIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Alert:
    """Tick a step of the playbook off, or take that back."""
    return application.alerts.tick(alert_id, step, done=wanted.done, version=wanted.version, viewer=viewer, uow=uow)


@router.post("/{alert_id}/note", status_code=201, responses=CONFLICT | _THERE_ALREADY)
def draft_note(
    alert_id: AlertId,
    wanted: Annotated[NoteIn, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> DraftedOut:
    """Draft what changed, why and what to do, and put it in the queue. 200: the note that stands already."""
    note = application.alert_drafts.note(alert_id, viewer=viewer, language=wanted.language or language, uow=uow)
    response.status_code = HTTPStatus.CREATED if note.is_new else HTTPStatus.OK
    return DraftedOut(item_id=note.item_id, kind="churn_alert")


@router.post("/{alert_id}/outreach", status_code=201, responses=CONFLICT)
def draft_outreach(
    alert_id: AlertId,
    wanted: Annotated[OutreachIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> DraftedOut:
    """Draft an email to the customer and put it in the queue. Nothing is sent."""
    filed = application.alert_drafts.reach_out(
        alert_id, by=application.follow_ups, request=wanted.request, language=wanted.language, viewer=viewer, uow=uow
    )
    return DraftedOut(item_id=filed.item.id, kind="follow_up")
