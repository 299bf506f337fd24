"""What people see of alerts and do with them.

Invariants: an alert of an account that the viewer may not see answers like one that does not exist; whoever changes
one says which version of it they saw; every change is an audit event without its words; every change can be taken back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from copilot.approvals.entries import SYSTEM
from copilot.domain.access import Role, Viewer
from copilot.domain.alert_acts import Act, ActKind, perform
from copilot.domain.alert_rules import AlertRules
from copilot.domain.alerting import STANDING
from copilot.domain.alerts import Alert
from copilot.domain.scores import AccountScore
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.store.alerts import AlertFilters, AlertPage, AlertRepository, CauseQuality, ListedAlert
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.scores import ScoreRepository
from copilot.workflows.alerts.playbooks import Playbook, Playbooks, PlayStep
from copilot.workflows.alerts.raising import subject_of
from copilot.workflows.alerts.reasons import Reason, reasons_of
from copilot.workflows.alerts.texts import error

_DONE = {
    ActKind.SNOOZE: "alert.snoozed",
    ActKind.DISMISS: "alert.dismissed",
    ActKind.CLOSE: "alert.closed",
    ActKind.REOPEN: "alert.reopened",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an alert. `actor` None: the daily run did it."""

    happened_at: datetime
    action: str
    actor: str | None


@dataclass(frozen=True, slots=True)
class StepToDo:
    """A step of the playbook, when it is to be done, and whether it is."""

    step: PlayStep
    by: date
    done: bool


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert as its page shows it."""

    listed: ListedAlert
    playbook: Playbook
    steps: tuple[StepToDo, ...]
    reasons: tuple[Reason, ...]
    score: AccountScore | None
    """The score that the account has now."""
    history: tuple[Event, ...]

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.listed.alert


@dataclass(frozen=True, slots=True)
class Alerts:
    """Under one policy, with one set of playbooks. Stateless."""

    rules: AlertRules
    playbooks: Playbooks

    def page(
        self, filters: AlertFilters, *, viewer: Viewer, uow: UnitOfWork, limit: int = 50, offset: int = 0
    ) -> AlertPage:
        """Alerts of accounts that the viewer may see."""
        return AlertRepository(uow).page(filters, viewer=viewer, limit=limit, offset=offset)

    def get(self, alert_id: str, *, viewer: Viewer, uow: UnitOfWork) -> AlertView:
        """One alert with its playbook and history. Raises NotFound."""
        listed = self.find(alert_id, viewer=viewer, uow=uow)
        alert = listed.alert
        playbook = self.playbooks.current(alert.playbook, alert.kind, alert.cause)
        today = uow.clock.today()
        scores = ScoreRepository(uow).latest(alert.score_kind, account_ids=[alert.account_id], on=today)
        return AlertView(
            listed=listed,
            playbook=playbook,
            steps=tuple(
                StepToDo(step, alert.day + timedelta(days=step.within_days), step.key in alert.steps_done)
                for step in playbook.step
            ),
            reasons=reasons_of(alert, viewer=viewer, uow=uow),
            score=scores.get(alert.account_id),
            history=_history(alert.id, uow=uow),
        )

    def find(self, alert_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ListedAlert:
        """One alert. Raises NotFound."""
        found = AlertRepository(uow).find(alert_id, viewer=viewer)
        if found is None:
            raise error(NotFound, "not_found", viewer)
        return found

    def resolve(self, start: str, *, viewer: Viewer, uow: UnitOfWork) -> str:
        """The id that begins so. Raises NotFound if there is none, or more than one."""
        found = AlertRepository(uow).beginning(start, viewer=viewer) if start else ()
        if len(found) != 1 and start not in found:
            raise error(NotFound, "not_found", viewer)
        return start if start in found else found[0]

    def act(self, alert_id: str, act: Act, *, version: int | None, viewer: Viewer, uow: UnitOfWork) -> Alert:
        """Snooze, dismiss, close or reopen; the same again changes nothing.

        `version`: of the alert as the person saw it; None: whatever it is now. Raises NotFound, InputError or Conflict.
        """
        alert = self.find(alert_id, viewer=viewer, uow=uow).alert
        changed = perform(alert, act, today=uow.clock.today(), rules=self.rules)
        if changed is alert:
            return alert
        if isinstance(changed, str):
            kind = Conflict if changed == "not_open" else InputError
            raise error(kind, changed, viewer, most=self.rules.longest_snooze_days)
        if alert.state not in STANDING and AlertRepository(uow).has_standing(alert.account_id, alert.kind):
            raise error(Conflict, "another_open", viewer)
        details = {} if changed.outcome is None else {"outcome": changed.outcome.value}
        if changed.snoozed_until is not None:
            details["until"] = changed.snoozed_until.isoformat()
        return self._written(alert, changed, _DONE[act.kind], details, version=version, viewer=viewer, uow=uow)

    def tick(
        self, alert_id: str, step: str, *, done: bool, version: int | None = None, viewer: Viewer, uow: UnitOfWork
    ) -> Alert:
        """Tick a step of the playbook off, or take that back. Raises NotFound, InputError or Conflict."""
        alert = self.find(alert_id, viewer=viewer, uow=uow).alert
        playbook = self.playbooks.current(alert.playbook, alert.kind, alert.cause)
        if step not in {item.key for item in playbook.step}:
            raise error(InputError, "no_step", viewer)
        kept = tuple(key for key in alert.steps_done if key != step)
        changed = alert.model_copy(update={"steps_done": (*kept, step) if done else kept})
        if set(changed.steps_done) == set(alert.steps_done):
            return alert
        action = "alert.step_done" if done else "alert.step_undone"
        return self._written(alert, changed, action, {"step": step}, version=version, viewer=viewer, uow=uow)

    def quality(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[CauseQuality, ...]:
        """How often alerts told of something real, by kind and cause; of the accounts that a manager may see.

        Raises NotAllowed.
        """
        if viewer.role not in {Role.MANAGER, Role.ADMIN}:
            raise error(NotAllowed, "managers_only", viewer)
        return AlertRepository(uow).quality(viewer=viewer)

    @staticmethod
    def _written(
        alert: Alert,
        changed: Alert,
        action: str,
        details: dict[str, str],
        *,
        version: int | None,
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> Alert:
        seen = alert.version if version is None else version
        written = AlertRepository(uow).change(changed.model_copy(update={"version": seen}))
        if written is None:
            raise error(Conflict, "changed", viewer)
        AuditLog(uow).append(action, actor_id=viewer.user_id, subject=subject_of(alert.id), details=details)
        return written


def _history(alert_id: str, *, uow: UnitOfWork) -> tuple[Event, ...]:
    """Newest first."""
    events = AuditLog(uow).about(subject_of(alert_id))
    names = PeopleRepository(uow).names(_people(event.actor_id for event in events))
    return tuple(
        Event(event.happened_at, event.action, None if event.actor_id == SYSTEM else names.get(event.actor_id, ""))
        for event in reversed(events)
    )


def _people(actors: Iterable[str]) -> Sequence[str]:
    return sorted(set(actors) - {SYSTEM})
