"""Briefs that are made by themselves: before meetings, weekly, on another owner; and of all one's accounts now.

Invariant: everybody sees and changes their own wishes only.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.brief_schedules import NowOut, NowRequest, OccasionOut, ScheduleChange, ScheduleOut, ScheduleRequest
from api.schemas.common import PROBLEMS

router = APIRouter(prefix="/api/v1/brief-schedules", tags=["briefs"], responses=PROBLEMS)

ScheduleId = Annotated[str, Path(max_length=64)]


@router.get("")
def list_schedules(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> list[ScheduleOut]:
    """Your wishes, those for all your accounts first."""
    return [ScheduleOut.of(one) for one in application.brief_schedules.all(viewer=viewer, uow=uow)]


@router.post("", status_code=201)
def save(
    wanted: Annotated[ScheduleRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ScheduleOut:
    """Have briefs made on an occasion."""
    saved = application.brief_schedules.save(wanted.wish(), viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/brief-schedules/{saved.schedule.id}"
    return ScheduleOut.of(saved)


@router.get("/occasions")
def list_occasions(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> list[OccasionOut]:
    """What came of the latest occasions, the newest first."""
    return [OccasionOut.of(one) for one in application.brief_schedules.occasions(viewer=viewer, uow=uow)]


@router.post("/now", status_code=202)
def make_all(
    wanted: Annotated[NowRequest, Body()], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> NowOut:
    """Have a brief made of every account of your own, in the background; not where nothing changed since the last."""
    accounts = application.brief_schedules.make_all(language=wanted.language, viewer=viewer, uow=uow)
    return NowOut(accounts=accounts)


@router.get("/{schedule_id}")
def read(schedule_id: ScheduleId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> ScheduleOut:
    """One of your wishes."""
    return ScheduleOut.of(application.brief_schedules.get(schedule_id, viewer=viewer, uow=uow))


@router.patch("/{schedule_id}")
def switch(
    schedule_id: ScheduleId,
    wanted: Annotated[ScheduleChange, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ScheduleOut:
    """Switch one of your wishes on or off."""
    return ScheduleOut.of(application.brief_schedules.switch(schedule_id, on=wanted.active, viewer=viewer, uow=uow))


@router.delete("/{schedule_id}", status_code=204)
def remove(schedule_id: ScheduleId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> None:
    """Take one of your wishes back. Briefs that were made stay."""
    application.brief_schedules.remove(schedule_id, viewer=viewer, uow=uow)
