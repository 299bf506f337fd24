"""The daily run of alerts: what moved is raised, what slept long enough wakes, what left is closed.

Invariant: the run only writes what `copilot.domain.alerting.decide` says. It may run any number of times a day and be
killed at any point: a second run raises nothing that the first one did, and no day brings anybody more than the policy
says. Whoever owns an alert hears of all of a day's in one line, never one by one.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from copilot.approvals.entries import SYSTEM
from copilot.domain.alert_rules import AlertRules
from copilot.domain.alerting import decide
from copilot.domain.alerts import Alert, AlertKind, AlertState, Outcome
from copilot.domain.language import Language
from copilot.store.alert_changes import AlertChanges
from copilot.store.alerts import AlertRepository
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.telemetry import get_logger
from copilot.workflows.alerts.playbooks import Playbooks
from copilot.workflows.alerts.texts import left_on

_log = get_logger(__name__)
NOBODY = "nobody"
"""Whose alerts have no owner here, in the audit chain."""


def subject_of(alert_id: str) -> str:
    """The alert's name in the audit chain."""
    return f"alert:{alert_id}"


@dataclass(frozen=True, slots=True)
class Raising:
    """Under one policy, with one set of playbooks."""

    rules: AlertRules
    playbooks: Playbooks

    def raise_due(self, uow: UnitOfWork, day: date) -> int:
        """Compare the scores of the day with those of before: all at first, then those written since the last time.

        Returns how many alerts were raised or woken.
        """
        repository = AlertRepository(uow)
        self._settle_lost(repository, uow=uow, day=day)
        self._follow_owners(repository, uow=uow)
        changes = AlertChanges(uow, day=day, rules=self.rules, written_since=repository.look(day))
        decided = decide(
            (one for kind in AlertKind for one in changes.watched(kind)),
            day=day,
            raised_today=repository.raised_on(day),
            distrusted=self._distrusted(repository),
            rules=self.rules,
        )
        told = Counter[str | None]()
        for change in decided.raised:
            playbook = self.playbooks.of(change.kind, change.cause)
            alert = repository.add(change, playbook=playbook.key)
            if alert is not None:
                told[alert.owner_id] += 1
                _note(uow, "alert.raised", alert, playbook=alert.playbook)
        for alert in decided.woken:
            woken = repository.change(alert.model_copy(update={"state": AlertState.OPEN, "snoozed_until": None}))
            if woken is not None:
                told[woken.owner_id] += 1
                _note(uow, "alert.woken", woken)
        waiting = repository.keep_held(day, decided.held)
        for owner_id in sorted({*told, *waiting}, key=lambda item: item or ""):
            _tell(uow, owner_id, day, told=told[owner_id], held=decided.held.get(owner_id, 0))
        _log.info(
            "alerts.raised", raised=len(decided.raised), woken=len(decided.woken), held=sum(decided.held.values())
        )
        return sum(told.values())

    def _distrusted(self, repository: AlertRepository) -> frozenset[tuple[AlertKind, str]]:
        """Kinds and causes whose alerts were wrong so often that they have to move a score further."""
        return frozenset(
            (one.kind, one.cause)
            for one in repository.quality(viewer=None)
            if one.precision.whole and one.precision.interval[1] < self.rules.distrust_below
        )

    @staticmethod
    def _settle_lost(repository: AlertRepository, *, uow: UnitOfWork, day: date) -> None:
        """The records know the outcome of an account that left."""
        people = PeopleRepository(uow)
        for alert, gone_on in repository.of_lost_accounts(day=day):
            owner = None if alert.owner_id is None else people.by_id(alert.owner_id)
            language = Language(owner.language) if owner else Language.EN
            closed = repository.change(
                alert.model_copy(
                    update={
                        "state": AlertState.CLOSED,
                        "snoozed_until": None,
                        "outcome": Outcome.LOST,
                        "reason": left_on(gone_on, language=language),
                    }
                )
            )
            if closed is not None:
                _note(uow, "alert.closed", closed, outcome=Outcome.LOST.value)

    @staticmethod
    def _follow_owners(repository: AlertRepository, *, uow: UnitOfWork) -> None:
        """An alert goes with its account to another owner."""
        for alert, owner_id in repository.moved_owner():
            moved = repository.change(alert.model_copy(update={"owner_id": owner_id}))
            if moved is not None:
                _note(uow, "alert.owner_changed", moved, owner=owner_id or NOBODY)


def _note(uow: UnitOfWork, action: str, alert: Alert, **details: str) -> None:
    about = {"account": alert.account_id, "kind": alert.kind.value, "cause": alert.cause, **details}
    AuditLog(uow).append(action, actor_id=SYSTEM, subject=subject_of(alert.id), details=about)


def _tell(uow: UnitOfWork, owner_id: str | None, day: date, *, told: int, held: int) -> None:
    """The one line of the day; the outbox makes a notice of it."""
    details = {"day": day.isoformat(), "told": str(told), "held": str(held)}
    AuditLog(uow).append("alerts.told", actor_id=SYSTEM, subject=f"user:{owner_id or NOBODY}", details=details)
