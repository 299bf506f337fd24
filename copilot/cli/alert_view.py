"""How alerts are printed.

Invariant: what came from records is printed without control characters or markup.
"""

from collections.abc import Iterable
from decimal import Decimal

from copilot.cli.alert_words import say
from copilot.cli.context import console
from copilot.cli.queue_view import moment, plain, print_line, short_ids
from copilot.cli.tables import table
from copilot.domain.access import Viewer
from copilot.domain.alerting import NO_SIGNAL
from copilot.domain.alerts import Alert
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.proportions import Share
from copilot.domain.signal_words import signal_name
from copilot.domain.signals import Signal
from copilot.store.alerts import AlertPage, CauseQuality
from copilot.workflows.alerts.acting import AlertView
from copilot.workflows.alerts.wording import Telling


def print_alerts(page: AlertPage, *, viewer: Viewer) -> None:
    """The list, and how many there are where it does not show all."""
    language, ids = Language(viewer.language), short_ids([item.alert.id for item in page.alerts])
    _print_table(
        "columns",
        (
            (
                ids[item.alert.id],
                item.account_name,
                say(item.alert.kind, viewer),
                _move(item.alert, Telling(language)),
                _cause(item.alert.cause, viewer),
                item.owner_name or say("nobody", viewer),
                item.alert.day.isoformat(),
                _state(item.alert, viewer),
            )
            for item in page.alerts
        ),
        viewer=viewer,
    )
    if page.total > len(page.alerts) > 0:
        print_line(say("shown", viewer, shown=len(page.alerts), total=page.total))


def print_alert(view: AlertView, *, viewer: Viewer) -> None:
    """One alert with everything about it."""
    for line in _lines(view, viewer):
        print_line(plain(line))


def print_quality(causes: Iterable[CauseQuality], *, viewer: Viewer) -> None:
    """How often alerts were right, by cause."""
    rows = (
        (
            _cause(item.cause, viewer),
            say(item.kind, viewer),
            *_precision(item.precision, viewer),
            str(item.precision.whole),
            str(item.dismissed),
            str(item.standing),
        )
        for item in causes
    )
    _print_table("quality_columns", rows, viewer=viewer)


def _cause(cause: str, viewer: Viewer) -> str:
    """The same name in the list and in how good alerts are."""
    if cause == NO_SIGNAL:
        return say("no_single_signal", viewer)
    return signal_name(Signal(cause), Language(viewer.language))


def _precision(share: Share, viewer: Viewer) -> tuple[str, str]:
    if share.value is None:
        return say("not_measured", viewer), ""
    told = Formatter(Language(viewer.language))
    value, low, high = (told.percent(Decimal(round(one * 100))) for one in (share.value, *share.interval))
    return value, f"{low} – {high}"


def _lines(view: AlertView, viewer: Viewer) -> Iterable[str]:
    alert, language = view.alert, Language(viewer.language)
    telling = Telling(language)
    yield f"{view.listed.account_name} · {say(alert.kind, viewer)} · {_state(alert, viewer)}"
    yield say(
        "changed",
        viewer,
        score=say(f"score.{alert.score_kind}", viewer),
        before=telling.value(alert.score_kind, alert.before or 0),
        then=(alert.before_day or alert.day).isoformat(),
        now=telling.value(alert.score_kind, alert.now),
        day=alert.day.isoformat(),
    )
    if view.score is not None and view.score.value is not None:
        yield say("today", viewer, now=telling.value(alert.score_kind, view.score.value))
    if alert.reason:
        yield say("reason", viewer, reason=alert.reason)
    if view.reasons:
        yield say("why", viewer)
    for reason in view.reasons:
        way = say("pushes" if reason.moved.pushes else "holds", viewer)
        yield f"- {telling.clause(reason)} ({way}; {reason.evidence.id})"
    playbook = view.playbook
    yield say("to_do", viewer, name=playbook.name.in_language(language), goal=playbook.goal.in_language(language))
    for item in view.steps:
        text, mark = item.step.in_language(language), "x" if item.done else " "
        yield say("step", viewer, mark=mark, key=item.step.key, text=text, by=item.by.isoformat())
    yield say("history", viewer)
    for event in view.history:
        yield f"- {moment(event.happened_at)} {say(event.action, viewer)} · {event.actor or say('machine', viewer)}"


def _move(alert: Alert, telling: Telling) -> str:
    return f"{telling.value(alert.score_kind, alert.before or 0)} → {telling.value(alert.score_kind, alert.now)}"


def _state(alert: Alert, viewer: Viewer) -> str:
    state = say(alert.state, viewer)
    if alert.snoozed_until is not None:
        return f"{state} ({alert.snoozed_until.isoformat()})"
    return f"{state} ({say(alert.outcome, viewer)})" if alert.outcome else state


def _print_table(columns: str, rows: Iterable[tuple[str, ...]], *, viewer: Viewer) -> None:
    listed = list(rows)
    if not listed:
        print_line(say("none", viewer))
        return
    console.print(table(say(columns, viewer).split("|"), listed))
