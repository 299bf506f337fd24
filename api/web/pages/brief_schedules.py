"""Briefs that are made by themselves: choose when, see what came of it, have all of them now.

Invariant: everybody sees and changes their own wishes only. Errors come back beside the form.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.errors import Failure, failure_of
from api.localisation import mark as _
from api.web import flash
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.brief_schedules import MOST_HOURS_BEFORE, Occasion, Wish
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.accounts import AccountHead, AccountRepository
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
_PAGE = "/briefs"
_UNUSABLE = _("This cannot be kept.")
_UNUSABLE_HINT = _("Choose the occasion and the language from the lists, and 1 to 168 hours before a meeting.")
_CHOICES = (Occasion.MEETING, Occasion.WEEKLY, Occasion.OWNER_CHANGE)

ScheduleId = Annotated[str, Path(max_length=64)]
Word = Annotated[str, Form(max_length=20)]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was in the form, and what was wrong with it."""

    account: AccountHead | None = None
    """None: all accounts."""
    occasion: str = Occasion.MEETING.value
    language: str = ""
    hours_before: str = "24"
    weekday: str = "0"
    hour: str = "7"
    failure: Failure | None = None


@router.get("/briefs")
def brief_schedules(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    account: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """What is made when, what came of it lately, and a form: for one account if the address names one."""
    head = AccountRepository(uow).head(account, viewer=viewer) if account else None
    attempt = Attempt(account=head, language=language.value)
    return _page(request, attempt, viewer=viewer, uow=uow, application=application)


@router.post("/briefs")
def save(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    account: Annotated[str, Form(max_length=64)] = "",
    occasion: Word = "",
    language: Word = "",
    hours_before: Word = "24",
    weekday: Word = "0",
    hour: Word = "7",
) -> Response:
    """Keep a wish; another one for the same occasion and account changes it."""
    head = AccountRepository(uow).head(account, viewer=viewer) if account else None
    try:
        wish = _wish(occasion, account, language, hours_before, weekday, hour)
        with uow.savepoint():
            application.brief_schedules.save(wish, viewer=viewer, uow=uow)
    except InputError as error:
        attempt = Attempt(head, occasion, language, hours_before, weekday, hour, failure_of(request, error))
        return _page(request, attempt, viewer=viewer, uow=uow, application=application)
    return _done("brief_schedule_saved", application)


@router.post("/briefs/now")
def make_all(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    own_language: LanguageDep,
    language: Annotated[Language, Form()],
) -> Response:
    """Have a brief made of every account of the viewer's own."""
    try:
        with uow.savepoint():
            count = application.brief_schedules.make_all(language=language, viewer=viewer, uow=uow)
    except InputError as error:
        attempt = Attempt(language=own_language.value, failure=failure_of(request, error))
        return _page(request, attempt, viewer=viewer, uow=uow, application=application)
    return _done("briefs_asked", application, number=str(count))


@router.post("/briefs/{schedule_id}/switch")
def switch(
    schedule_id: ScheduleId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, on: Word = ""
) -> Response:
    """Switch a wish on or off."""
    application.brief_schedules.switch(schedule_id, on=bool(on), viewer=viewer, uow=uow)
    return _done("brief_schedule_on" if on else "brief_schedule_off", application)


@router.post("/briefs/{schedule_id}/delete")
def remove(schedule_id: ScheduleId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Take a wish back."""
    application.brief_schedules.remove(schedule_id, viewer=viewer, uow=uow)
    return _done("brief_schedule_removed", application)


def _wish(occasion: str, account: str, language: str, hours_before: str, weekday: str, hour: str) -> Wish:
    """Raises InputError."""
    sent = {
        "occasion": occasion,
        "account_id": account or None,
        "language": language,
        "hours_before": hours_before,
        "weekday": weekday,
        "hour": hour,
    }
    try:
        wish = Wish.model_validate(sent)
    except ValidationError as error:
        raise InputError(_UNUSABLE, hint=_UNUSABLE_HINT) from error
    if wish.occasion not in _CHOICES:
        raise InputError(_UNUSABLE, hint=_UNUSABLE_HINT)
    return wish


def _page(request: Request, attempt: Attempt, *, viewer: Viewer, uow: UnitOfWork, application: Application) -> Response:
    return render(
        request,
        "brief_schedules.html",
        status=attempt.failure.status if attempt.failure else HTTPStatus.OK,
        attempt=attempt,
        schedules=application.brief_schedules.all(viewer=viewer, uow=uow),
        occasions=application.brief_schedules.occasions(viewer=viewer, uow=uow),
        zone=application.notifications.preferences.of(viewer, uow=uow).time_zone,
        choices=_CHOICES,
        most_hours=MOST_HOURS_BEFORE,
    )


def _done(code: str, application: Application, **values: str) -> Response:
    response = RedirectResponse(_PAGE, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
