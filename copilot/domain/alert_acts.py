"""What a person can do with an alert: put it off, dismiss it, close it with an outcome, take that back.

Invariant: `perform` changes nothing itself. The same act again gives the alert as it is; what does not fit is a
refusal by name, never a silent change.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from copilot.domain.alert_rules import AlertRules
from copilot.domain.alerting import STANDING
from copilot.domain.alerts import Alert, AlertKind, AlertState, Outcome

Refusal = Literal["not_open", "bad_day", "no_reason", "wrong_outcome", "long_reason"]
LONGEST_REASON = 1_000
OUTCOMES = {
    AlertKind.CHURN_RISK: (Outcome.SAVED, Outcome.LOST, Outcome.FALSE_ALARM),
    AlertKind.EXPANSION: (Outcome.WON, Outcome.LOST, Outcome.FALSE_ALARM),
}
"""How an alert of a kind can end."""
RIGHT = frozenset({Outcome.SAVED, Outcome.LOST, Outcome.WON})
"""Outcomes of alerts that told of something real."""


class ActKind(StrEnum):
    SNOOZE = "snooze"
    DISMISS = "dismiss"
    CLOSE = "close"
    REOPEN = "reopen"
    """Takes back any of the others."""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do."""

    kind: ActKind
    until: date | None = None
    """Of a snooze: the day on which it comes back."""
    reason: str = ""
    """Why it is dismissed; what is known of an outcome."""
    outcome: Outcome | None = None


def perform(alert: Alert, act: Act, *, today: date, rules: AlertRules) -> Alert | Refusal:
    """The alert after the act; the same object if nothing changes."""
    if len(act.reason) > LONGEST_REASON:
        return "long_reason"
    match act.kind:
        case ActKind.SNOOZE:
            return _snoozed(alert, act.until, today=today, rules=rules)
        case ActKind.DISMISS:
            return _dismissed(alert, act.reason.strip())
        case ActKind.CLOSE:
            return _closed(alert, act.outcome, act.reason.strip())
        case ActKind.REOPEN:
            return _changed(alert, state=AlertState.OPEN, snoozed_until=None, reason=None, outcome=None)


def _snoozed(alert: Alert, until: date | None, *, today: date, rules: AlertRules) -> Alert | Refusal:
    if alert.state not in STANDING:
        return "not_open"
    if until is None or not today < until <= today + timedelta(days=rules.longest_snooze_days):
        return "bad_day"
    return _changed(alert, state=AlertState.SNOOZED, snoozed_until=until)


def _dismissed(alert: Alert, reason: str) -> Alert | Refusal:
    if not reason:
        return "no_reason"
    done = _changed(alert, state=AlertState.DISMISSED, snoozed_until=None, reason=reason, outcome=None)
    return done if alert.state in STANDING or done is alert else "not_open"


def _closed(alert: Alert, outcome: Outcome | None, reason: str) -> Alert | Refusal:
    if outcome not in OUTCOMES[alert.kind]:
        return "wrong_outcome"
    done = _changed(alert, state=AlertState.CLOSED, snoozed_until=None, reason=reason or None, outcome=outcome)
    return done if alert.state in STANDING or done is alert else "not_open"


def _changed(alert: Alert, **values: object) -> Alert:
    changed = alert.model_copy(update=values)
    return alert if changed == alert else changed
