"""What the codes of alerts are called on pages; see `api.web.words`."""

from api.localisation import mark as _

KINDS = {"churn_risk": _("Risk of leaving"), "expansion": _("Chance of expansion")}
STATES = {"open": _("Open"), "snoozed": _("Snoozed"), "dismissed": _("Dismissed"), "closed": _("Closed")}
OUTCOMES = {
    "saved": _("Saved: the customer stays"),
    "lost": _("Lost"),
    "false_alarm": _("False alarm"),
    "won": _("Won: the customer buys more"),
}
SCORES = {
    "churn_90": _("Probability of leaving within 90 days"),
    "health": _("Health"),
    "expansion": _("Probability of buying more within 180 days"),
}
EVENTS = {
    "alert.raised": _("Alert raised"),
    "alert.woken": _("Snoozed alert came back"),
    "alert.snoozed": _("Alert snoozed"),
    "alert.dismissed": _("Alert dismissed"),
    "alert.closed": _("Alert closed"),
    "alert.reopened": _("Alert reopened"),
    "alert.owner_changed": _("Alert went to the account's new owner"),
    "alert.step_done": _("Step of an alert done"),
    "alert.step_undone": _("Step of an alert open again"),
    "alert.drafted": _("Note about an alert drafted"),
    "alert.outreach_drafted": _("Email about an alert drafted"),
    "alerts.told": _("Owner told of the day's alerts"),
}
"""Events of the audit chain."""

TABLES: dict[str, dict[str, str]] = {
    "alert_kind": KINDS,
    "alert_state": STATES,
    "alert_outcome": OUTCOMES,
    "alert_score": SCORES,
    "alert_event": EVENTS,
}
