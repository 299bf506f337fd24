"""The caller's day, the same as their home page, and the first steps."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from copilot.workflows.today.view import FirstSteps, Today

router = APIRouter(prefix="/api/v1/today", tags=["today"], responses=PROBLEMS)


class Shown(BaseModel):
    """Whether the list of first steps is put away."""

    hidden: bool = Field(description="Put it away; false shows it again.")


@router.get("")
def read_today(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Today:
    """Meetings, what waits, alerts, renewals or the state of the installation: what your role needs first.

    The `total` of a card of the queue or of alerts is what the list at its `address` holds for you.
    """
    return application.today.read(viewer=viewer, uow=uow)


@router.put("/first-steps")
def show_first_steps(
    wanted: Annotated[Shown, Body()], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> FirstSteps:
    """Put the list of first steps away, or show it again. Steps are ticked by what you do."""
    application.today.hide_first_steps(hidden=wanted.hidden, viewer=viewer, uow=uow)
    return application.today.first_steps(viewer=viewer, uow=uow)
