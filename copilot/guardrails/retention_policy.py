"""How long data is kept that nobody needs any more: part of the guardrail policy.

Invariant: nothing is let go that somebody may still decide on; by default only what has run out by itself, and what
people asked so long ago that nobody goes on with it.
"""

from pydantic import BaseModel, ConfigDict, Field

_LONGEST = 36_500


class RetentionRules(BaseModel):
    """Days; 0: kept until somebody erases it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    draft_days: int = Field(default=0, strict=True, ge=0, le=_LONGEST)
    """After a decision or a missed deadline: texts, sources, findings, files and comment go; the record of the
    decision and the digest stay."""
    import_report_days: int = Field(default=0, strict=True, ge=0, le=_LONGEST)
    """Reports of imports, which quote cells of the exports."""
    conversation_days: int = Field(default=365, strict=True, ge=0, le=_LONGEST)
    """Chat threads in which nothing was asked for so long; what they filed stays in the queue, its record in the audit
    chain, and its texts are kept as the drafts are."""
    questionnaire_days: int = Field(default=0, strict=True, ge=0, le=_LONGEST)
    """Questionnaires of customers, with their files and answers, that nobody touched for so long. By default they stay:
    what a customer was told before is compared with what they are told now."""
    login_attempt_days: int = Field(default=30, strict=True, ge=0, le=_LONGEST)
    """Hashes of addresses that failed to sign in."""
    alert_days: int = Field(default=0, strict=True, ge=0, le=_LONGEST)
    """Alerts that ended so long ago. By default they stay: they count in how often alerts were right. More than the
    `quiet_days` and `compare_days` of alerts, so that what was dismissed does not come again."""
    signal_snapshot_days: int = Field(default=0, strict=True, ge=0, le=_LONGEST)
    """What no record tells of a past day and was kept on it. By default it stays: models learn from it."""
    text_signal_days: int = Field(default=0, strict=True, ge=0, le=_LONGEST)
    """What was found in texts of so long ago; a text that changes is read again as a whole, and then let go again."""
    model_call_days: int = Field(default=365, strict=True, ge=0, le=_LONGEST)
    """The record of calls of models, which names who asked, and what was spent by day."""
