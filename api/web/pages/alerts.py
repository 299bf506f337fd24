"""The list of alerts, how good they are, and the page of each with what can be done about it.

Invariants: any address of the list is understood; what means nothing narrows nothing. Whoever changes an alert says
which version of it they saw, and what is refused is said on the page they acted on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.errors import Failure, failure_of
from api.web import flash
from api.web.links import member, with_query
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.alert_acts import OUTCOMES, Act, ActKind
from copilot.domain.alerting import STANDING
from copilot.domain.alerts import AlertKind, AlertState, Outcome
from copilot.domain.language import Language
from copilot.errors import Conflict, InputError
from copilot.store.alerts import AlertFilters, AlertRepository
from copilot.store.database import UnitOfWork
from copilot.workflows.alerts.wording import Telling

router = APIRouter(include_in_schema=False)
_SHOWN = 50
_ALL = "all"
_Word = Annotated[str, Query(max_length=100)]
_Version = Annotated[int, Form(ge=1)]
_Reason = Annotated[str, Form(max_length=2_000)]


@router.get("/alerts")
def alerts(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    state: _Word = "open",
    kind: _Word = "",
    owner: _Word = "",
    account: _Word = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Alerts of the accounts that the viewer may see."""
    states = () if state == _ALL else (member(AlertState, state) or AlertState.OPEN,)
    filters = AlertFilters(states=states, kind=member(AlertKind, kind), owner_id=owner, account_id=account)
    found = application.alerts.page(filters, viewer=viewer, uow=uow, limit=_SHOWN, offset=(page - 1) * _SHOWN)
    asked = {"state": state, "kind": kind, "owner": owner, "account": account}
    chosen = {name: value for name, value in asked.items() if value and (name, value) != ("state", "open")}
    return render(
        request,
        "alerts.html",
        found=found,
        chosen=chosen,
        filters=filters,
        owner=owner,
        owners=AlertRepository(uow).owners(viewer=viewer),
        kinds=list(AlertKind),
        states=list(AlertState),
        previous=with_query("/alerts", chosen | {"page": str(page - 1)}) if page > 1 else "",
        following=with_query("/alerts", chosen | {"page": str(page + 1)}) if found.total > page * _SHOWN else "",
        waiting=AlertRepository(uow).held(viewer.user_id, day=uow.clock.today()),
        most=application.alerts.rules.most_a_day,
        telling=Telling(language),
        playbooks=application.alerts.playbooks,
        manages=viewer.role in {Role.MANAGER, Role.ADMIN},
    )


@router.get("/alerts/quality")
def quality(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """How often alerts told of something real, by kind and cause."""
    return render(
        request,
        "alerts_quality.html",
        causes=application.alerts.quality(viewer=viewer, uow=uow),
        outcomes=list(Outcome),
        distrust=application.alerts.rules.distrust_below,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """One request about one alert."""

    request: Request
    alert_id: str
    viewer: Viewer
    uow: UnitOfWork
    application: Application
    language: Language

    def page(self, failure: Failure | None = None) -> Response:
        """The alert as it is now, with what was refused."""
        application, today = self.application, self.uow.clock.today()
        view = application.alerts.get(self.alert_id, viewer=self.viewer, uow=self.uow)
        return render(
            self.request,
            "alert.html",
            status=failure.status if failure else HTTPStatus.OK,
            view=view,
            alert=view.alert,
            failure=failure,
            stands=view.alert.state in STANDING,
            outcomes=OUTCOMES[view.alert.kind],
            telling=Telling(self.language),
            earliest=today + timedelta(days=1),
            latest=today + timedelta(days=application.alerts.rules.longest_snooze_days),
            quiet=application.alerts.rules.quiet_days,
        )

    def done(self, act: Callable[[], object], told: str) -> Response:
        """Do it and come back to the alert; what is refused is said there."""
        try:
            with self.uow.savepoint():
                act()
        except (InputError, Conflict) as error:
            return self.page(failure_of(self.request, error))
        return self.go(f"/alerts/{self.alert_id}", told)

    def act(self, act: Act, version: int, told: str) -> Response:
        """The same, of what changes the alert's state; what can be taken back comes with a way to do so."""
        alerts = self.application.alerts
        try:
            with self.uow.savepoint():
                changed = alerts.act(self.alert_id, act, version=version, viewer=self.viewer, uow=self.uow)
        except (InputError, Conflict) as error:
            return self.page(failure_of(self.request, error))
        if act.kind is ActKind.REOPEN:
            return self.go(f"/alerts/{self.alert_id}", told)
        response = RedirectResponse(f"/alerts/{self.alert_id}", status_code=HTTPStatus.SEE_OTHER)
        undo = {"id": self.alert_id, "version": str(changed.version)}
        flash.leave_with_undo(response, told, undo, secure=self.application.settings.secure_cookies)
        return response

    def go(self, address: str, told: str) -> Response:
        """On to a page, with a message."""
        response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
        flash.leave(response, told, secure=self.application.settings.secure_cookies)
        return response


def _asked(
    request: Request,
    alert_id: Annotated[str, Path(max_length=64)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> Asked:
    return Asked(request, alert_id, viewer, uow, application, language)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get("/alerts/{alert_id}")
def alert(asked: AskedDep) -> Response:
    """What changed, why, what to do, what was done."""
    return asked.page()


@router.post("/alerts/{alert_id}/snooze")
def snooze(asked: AskedDep, version: _Version, until: Annotated[str, Form(max_length=10)] = "") -> Response:
    """Put it off until a day."""
    try:
        day = date.fromisoformat(until)
    except ValueError:
        day = None
    return asked.act(Act(ActKind.SNOOZE, until=day), version, "alert_snoozed")


@router.post("/alerts/{alert_id}/dismiss")
def dismiss(asked: AskedDep, version: _Version, reason: _Reason = "") -> Response:
    """Set it aside, saying why."""
    return asked.act(Act(ActKind.DISMISS, reason=reason), version, "alert_dismissed")


@router.post("/alerts/{alert_id}/close")
def close(
    asked: AskedDep, version: _Version, outcome: Annotated[str, Form(max_length=20)] = "", note: _Reason = ""
) -> Response:
    """Say what came of it."""
    return asked.act(Act(ActKind.CLOSE, outcome=member(Outcome, outcome), reason=note), version, "alert_closed")


@router.post("/alerts/{alert_id}/reopen")
def reopen(asked: AskedDep, version: _Version) -> Response:
    """Take back what was done."""
    return asked.act(Act(ActKind.REOPEN), version, "alert_reopened")


@router.post("/alerts/{alert_id}/steps")
def tick(
    asked: AskedDep,
    version: _Version,
    step: Annotated[str, Form(max_length=60)],
    done: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Tick a step off, or take that back."""
    alerts = asked.application.alerts
    return asked.done(
        lambda: alerts.tick(
            asked.alert_id, step, done=done == "yes", version=version, viewer=asked.viewer, uow=asked.uow
        ),
        "alert_step",
    )


@router.post("/alerts/{alert_id}/note")
def note(asked: AskedDep) -> Response:
    """Draft what changed, why and what to do."""
    drafts = asked.application.alert_drafts
    return asked.done(
        lambda: drafts.note(asked.alert_id, viewer=asked.viewer, language=asked.language, uow=asked.uow), "alert_noted"
    )


@router.post("/alerts/{alert_id}/outreach")
def outreach(asked: AskedDep, request_text: Annotated[str, Form(alias="request", max_length=2_000)] = "") -> Response:
    """Draft an email to the customer."""
    application = asked.application
    return asked.done(
        lambda: application.alert_drafts.reach_out(
            asked.alert_id, by=application.follow_ups, request=request_text, viewer=asked.viewer, uow=asked.uow
        ),
        "follow_up_made",
    )
