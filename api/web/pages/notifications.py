"""How a person hears about the queue by email, and the way out that every such email names.

Invariant: everybody changes their own only; the token in an email stops emails and does nothing else.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import ApplicationDep, OptionalViewerDep, UnitOfWorkDep, ViewerDep
from api.errors import Failure, failure_of
from api.languages import language_of
from api.localisation import mark as _
from api.web import flash
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Role
from copilot.domain.notifications import MailMode, NotificationKind, Preferences, time_zones
from copilot.errors import InputError, NotFound

router = APIRouter(include_in_schema=False)
_PAGE = "/notifications"
_HOURS = tuple(range(24))
_UNKNOWN = _("These settings cannot be used.")
_UNKNOWN_HINT = _("Choose from the lists, and write the time zone as a region and a city, such as Europe/Madrid.")
KINDS = {
    NotificationKind.WAITING: _("A draft waits for my decision"),
    NotificationKind.ASSIGNED: _("Somebody asks me to decide"),
    NotificationKind.ESCALATED: _("A draft is overdue and was passed on to me"),
    NotificationKind.CHANGES_REQUESTED: _("Changes are requested in what I asked for"),
    NotificationKind.APPROVED: _("What I asked for is approved"),
    NotificationKind.REJECTED: _("What I asked for is rejected"),
    NotificationKind.PARKED: _("It is not known whether something I asked for went out"),
    NotificationKind.WEBHOOK_OFF: _("A webhook was switched off because it kept failing"),
    NotificationKind.REPORTED: _("Somebody reports an answer of the chat as wrong"),
    NotificationKind.ALERTS: _("Something changed for my accounts"),
    NotificationKind.SCORES: _("A score was learnt again"),
    NotificationKind.BRIEFS: _("Briefs I asked to be made by themselves are there"),
    NotificationKind.RFP_ASSIGNED: _("Questions of a questionnaire are assigned to me"),
}
"""Reasons to write to somebody; a test compares them with the kinds there are."""
_HEARD_BY = {
    NotificationKind.SCORES: frozenset({Role.ADMIN}),
    NotificationKind.WEBHOOK_OFF: frozenset({Role.ADMIN}),
    NotificationKind.REPORTED: frozenset({Role.MANAGER, Role.ADMIN}),
}
"""Roles that hear of it; nobody else is asked about it."""

Token = Annotated[str, Path(max_length=200)]


@router.get("/notifications")
def notifications(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """What the viewer has chosen."""
    chosen = application.notifications.preferences.of(viewer, uow=uow)
    return _page(request, chosen, application=application, role=viewer.role)


@router.post("/notifications")
def choose(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    mode: Annotated[str, Form(max_length=20)] = "",
    hour: Annotated[str, Form(max_length=2)] = "",
    zone: Annotated[str, Form(max_length=64)] = "",
    wanted: Annotated[list[str] | None, Form(max_length=20)] = None,
) -> Response:
    """Remember what the viewer wants from now on; a box that is not ticked is a reason not to be written to."""
    preferences = application.notifications.preferences
    muted = tuple(kind for kind in NotificationKind if kind.value not in (wanted or ()))
    try:
        chosen = Preferences.model_validate(
            {"mode": mode, "digest_hour": hour, "time_zone": zone.strip(), "muted": muted}
        )
    except ValidationError:
        failure = failure_of(request, InputError(_UNKNOWN, hint=_UNKNOWN_HINT))
        before = preferences.of(viewer, uow=uow)
        return _page(request, before, application=application, role=viewer.role, failure=failure)
    preferences.choose(chosen, viewer=viewer, uow=uow)
    response = RedirectResponse(_PAGE, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, "notifications_saved", secure=application.settings.secure_cookies)
    return response


@router.get("/unsubscribe/{token}")
def ask_to_stop(request: Request, token: Token, _viewer: OptionalViewerDep) -> Response:
    """Ask before stopping: a program that follows links in emails must not stop them."""
    return _unsubscribe(request, token)


@router.post("/unsubscribe/{token}")
def stop(
    request: Request, token: Token, uow: UnitOfWorkDep, application: ApplicationDep, _viewer: OptionalViewerDep
) -> Response:
    """Stop all emails to whoever got the token. The token is the proof, so nobody has to be signed in."""
    language = language_of(request).value
    try:
        application.notifications.preferences.unsubscribe(token, uow=uow, language=language)
    except NotFound:
        return _unsubscribe(request, token, status=HTTPStatus.NOT_FOUND)
    return _unsubscribe(request, token, stopped=True)


def _unsubscribe(
    request: Request, token: str, *, stopped: bool = False, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    unknown = status is HTTPStatus.NOT_FOUND
    return render(
        request, "unsubscribe.html", status=status, token=token, stopped=stopped, unknown=unknown, width="narrow"
    )


def _page(
    request: Request, chosen: Preferences, *, application: Application, role: Role, failure: Failure | None = None
) -> Response:
    asked = {kind: words for kind, words in KINDS.items() if role in _HEARD_BY.get(kind, frozenset(Role))}
    return render(
        request,
        "notifications.html",
        status=failure.status if failure else HTTPStatus.OK,
        chosen=chosen,
        modes=list(MailMode),
        kinds=asked,
        kept=[kind for kind in KINDS if kind not in asked and kind not in chosen.muted],
        hours=_HOURS,
        zones=sorted(zone for zone in time_zones() if "/" in zone or zone == "UTC"),
        failure=failure,
        sends_mail=application.notifications.sends_mail,
    )
