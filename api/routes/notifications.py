"""How one wants to be written to about the queue.

Invariant: everybody reads and changes their own wishes only.
"""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from copilot.domain.notifications import Preferences

router = APIRouter(prefix="/api/v1/notifications", tags=["notifications"], responses=PROBLEMS)


class NotificationSettings(BaseModel):
    """What you chose, and whether this installation can send mail at all."""

    preferences: Preferences
    mail_is_configured: bool


@router.get("/preferences")
def read(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> NotificationSettings:
    """Whether you are written to at once, once a day or never, and about what not."""
    found = application.notifications.preferences.of(viewer, uow=uow)
    return NotificationSettings(preferences=found, mail_is_configured=application.notifications.sends_mail)


@router.put("/preferences")
def choose(
    wanted: Annotated[
        Preferences,
        Body(examples=[{"mode": "digest", "digest_hour": 8, "time_zone": "Europe/Madrid", "muted": ["approved"]}]),
    ],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> NotificationSettings:
    """Choose when you are written to (`none`, `at_once`, `digest`), in which time zone, and about what not."""
    chosen = application.notifications.preferences.choose(wanted, viewer=viewer, uow=uow)
    return NotificationSettings(preferences=chosen, mail_is_configured=application.notifications.sends_mail)
