"""Who approves for whom while somebody is away.

Invariant: everybody lends their own right only, for days that are named; it lends no right to see anything.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.errors import Failure, failure_of
from api.localisation import mark as _
from api.web import flash
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.errors import InputError
from copilot.store.database import UnitOfWork
from copilot.store.delegations import Delegation

router = APIRouter(include_in_schema=False)
_PAGE = "/delegations"
_USUAL_LENGTH = timedelta(days=7)
_PAST_SHOWN = 10
_NO_DATE = _("A date is missing or is no date.")
_NO_DATE_HINT = _("Give the first and the last day.")
_ENDS_BEFORE = _("The last day is before the first.")
_ENDS_BEFORE_HINT = _("Correct the dates.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was in the form."""

    delegate: str
    first: str
    last: str
    failure: Failure | None = None


@router.get("/delegations")
def delegations(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Who stands in for the viewer, for whom the viewer stands in, and a form."""
    tomorrow = uow.clock.now().date() + timedelta(days=1)
    attempt = Attempt("", tomorrow.isoformat(), (tomorrow + _USUAL_LENGTH).isoformat())
    return _page(request, attempt, viewer=viewer, uow=uow, application=application)


@router.post("/delegations")
def create(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    delegate: Annotated[str, Form(max_length=254)] = "",
    first: Annotated[str, Form(max_length=10)] = "",
    last: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Lend the viewer's right to approve, from the first day to the end of the last."""
    try:
        starts_at, ends_at = _span(first, last, now=uow.clock.now())
        with uow.savepoint():
            made = application.delegations.create(delegate, starts_at, ends_at, viewer=viewer, uow=uow)
    except InputError as error:
        attempt = Attempt(delegate, first, last, failure_of(request, error))
        return _page(request, attempt, viewer=viewer, uow=uow, application=application)
    return _done("delegation_made", application, name=made.delegate_name)


@router.post("/delegations/{delegation_id}/revoke")
def revoke(
    delegation_id: Annotated[str, Path(max_length=64)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Response:
    """End one now: who lent it takes it back, who got it returns it."""
    application.delegations.revoke(delegation_id, viewer=viewer, uow=uow)
    return _done("delegation_ended", application)


def _span(first: str, last: str, *, now: datetime) -> tuple[datetime, datetime]:
    """Whole days in UTC; what begins today begins now. Raises InputError."""
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
        ends_at = datetime.combine(end + timedelta(days=1), time(), tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(_NO_DATE, hint=_NO_DATE_HINT) from error
    if end < begin:
        raise InputError(_ENDS_BEFORE, hint=_ENDS_BEFORE_HINT)
    return max(datetime.combine(begin, time(), tzinfo=UTC), now), ends_at


def _page(request: Request, attempt: Attempt, *, viewer: Viewer, uow: UnitOfWork, application: Application) -> Response:
    now, own = uow.clock.now(), application.delegations.of(viewer, uow)
    current = [line for line in own.given if _is_current(line, now)]
    lent = [line for line in own.received if _is_current(line, now)]
    past = [line for line in (*own.given, *own.received) if not _is_current(line, now)]
    people = [
        person
        for role in (Role.MANAGER, Role.ADMIN, Role.CSM, Role.AE)
        for person in application.people.viewers_with_role(role, uow=uow)
        if person.user_id != viewer.user_id
    ]
    return render(
        request,
        "delegations.html",
        status=attempt.failure.status if attempt.failure else HTTPStatus.OK,
        attempt=attempt,
        given=current,
        received=lent,
        past=sorted(past, key=lambda line: line.ends_at, reverse=True)[:_PAST_SHOWN],
        people=people,
        earliest=now.date(),
        last_day=last_day,
        longest=application.policy.review.longest_delegation_days,
    )


def _is_current(line: Delegation, now: datetime) -> bool:
    """Whether it can be used, now or later."""
    return line.revoked_at is None and line.ends_at > now


def last_day(ends_at: datetime) -> date:
    """The day that a delegation covers last: its end is the midnight after it."""
    return (ends_at - timedelta(microseconds=1)).date()


def _done(code: str, application: Application, **values: str) -> Response:
    response = RedirectResponse(_PAGE, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
