"""Runs with housekeeping: what has been kept long enough goes.

Invariants: how much went is counted, whose it was is never said; an alert that ended is kept for as long as it keeps
another one of the same change away.
"""

from collections.abc import Mapping
from datetime import timedelta

from copilot.domain.alert_rules import AlertRules
from copilot.domain.conversation import UNDO
from copilot.errors import ConfigurationError
from copilot.guardrails.retention_policy import RetentionRules
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.erasure_retention import RetentionRepository
from copilot.store.model_calls import ModelCallRepository
from copilot.store.pseudonyms import PseudonymRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_TAKEN_UP_WITHIN = timedelta(days=1)
"""How long a turn that stopped can be taken up where it was; later it begins again."""

_ON_RECORD = ("drafts", "conversations", "questionnaires", "import_reports")
"""What people made or brought: that it went, and how much, is told in the audit chain."""


def check_alerts_kept(rules: RetentionRules, alerts: AlertRules) -> None:
    """What was dismissed must not come again because its alert was let go. Raises ConfigurationError."""
    if rules.alert_days and rules.alert_days <= alerts.remembered_days:
        raise ConfigurationError(
            f"Alerts that ended are let go after {rules.alert_days} days (`alert_days` of the guardrail policy), but "
            f"alerts look back {alerts.remembered_days} days (`quiet_days` and `compare_days` of the policy): what was "
            "dismissed would come again.",
            hint=f"Let `alert_days` be more than {alerts.remembered_days}, or 0 to keep them.",
        )


def let_go(rules: RetentionRules, *, uow: UnitOfWork) -> int:
    """Delete or empty what `rules` keep no longer, and what has run out by itself. Returns how much that was."""
    kept, calls, now = RetentionRepository(uow), ModelCallRepository(uow), uow.clock.now()
    calls.note_lost()
    gone = {
        "sessions": kept.sessions(ended_by=now),
        "pseudonyms": PseudonymRepository(uow).purge(),
        "deleted_conversations": kept.deleted_conversations(before=now - UNDO),
        "checkpoints": kept.checkpoints(abandoned_by=now - _TAKEN_UP_WITHIN),
    }
    for name, days, forget in (
        ("login_attempts", rules.login_attempt_days, kept.login_attempts),
        ("import_reports", rules.import_report_days, kept.import_reports),
        ("drafts", rules.draft_days, kept.drafts),
        ("conversations", rules.conversation_days, kept.conversations),
        ("questionnaires", rules.questionnaire_days, kept.questionnaires),
        ("alerts", rules.alert_days, kept.alerts),
        ("signal_snapshots", rules.signal_snapshot_days, kept.signal_snapshots),
        ("text_signals", rules.text_signal_days, kept.text_signals),
        ("model_calls", rules.model_call_days, calls.forget),
    ):
        if days:
            gone[name] = forget(before=now - timedelta(days=days))
    if any(gone.values()):
        _log.info("privacy.let_go", **gone)
    _record({name: gone[name] for name in _ON_RECORD if gone.get(name)}, uow=uow)
    return sum(gone.values())


def _record(gone: Mapping[str, int], *, uow: UnitOfWork) -> None:
    if gone:
        details = {name: str(count) for name, count in gone.items()}
        AuditLog(uow).append("privacy.let_go", actor_id="system", subject="retention:rules", details=details)
