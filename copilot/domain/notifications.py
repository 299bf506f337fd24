"""What is told to people and programs about the queue, and by which rules.

Invariant: what leaves this way is identifiers, codes, counts, times and links; never a text of a draft, never the
name of a customer or of a person.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

WEBHOOK_EVENTS: Mapping[str, str] = {
    "review.submitted": "a draft was filed",
    "review.edited": "a new version was filed, which replaces the one before",
    "review.submitted_again": "the same content was filed anew",
    "review.voted": "one of several approvals was given",
    "review.approved": "it has all its approvals",
    "review.rejected": "it was rejected",
    "review.changes_requested": "it went back to its requester",
    "review.claimed": "somebody took it on",
    "review.given_back": "who took it on gave it back",
    "review.assigned": "somebody was asked to decide",
    "review.escalated": "it is overdue, and others were told",
    "review.superseded": "a newer version replaced it",
    "review.commented": "somebody commented on it",
    "review.withdrawn": "its requester took it back before a decision",
    "review.recalled": "it was taken back between approval and release",
    "review.expired": "nobody decided in time",
    "review.stale": "what it rests on, or the policy, changed",
    "release.released": "it left",
    "release.failed": "its delivery failed and nothing left",
    "release.parked": "nobody can know whether it left: a person has to look",
    "release.retried": "its delivery is tried again",
    "release.resolved": "a person said whether a parked delivery happened",
    "release.copied": "somebody took its approved text to the clipboard",
}
"""What a program can be told, with its meaning. The names are those of the audit chain."""
PING = "webhook.ping"


@cache
def time_zones() -> frozenset[str]:
    """Names of the IANA database. Looked up once: each look walks through every file of it."""
    return frozenset(available_timezones())


class NotificationKind(StrEnum):
    """Why a person is written to."""

    WAITING = "waiting"
    """It waits for their decision."""
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    PARKED = "parked"
    WEBHOOK_OFF = "webhook_off"
    REPORTED = "reported"
    """Whoever asked says that an answer of the chat is wrong."""
    RFP_ASSIGNED = "rfp_assigned"
    """Questions of a questionnaire wait for them."""
    ALERTS = "alerts"
    """Something changed for their accounts: one line for all of a day."""
    SCORES = "scores"
    """A score was learnt again in the background."""
    BRIEFS = "briefs"
    """Briefs were made by themselves, as they wished: one line for all of an hour."""


class MailMode(StrEnum):
    """When a person is written to."""

    NONE = "none"
    AT_ONCE = "at_once"
    DIGEST = "digest"


class Preferences(BaseModel):
    """How one person wants to hear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: MailMode = MailMode.AT_ONCE
    digest_hour: int = Field(default=8, ge=0, le=23)
    """Local hour from which the daily digest goes out."""
    time_zone: str = Field(default="UTC", max_length=64)
    """IANA name, e.g. `Europe/Madrid`."""
    muted: tuple[NotificationKind, ...] = ()
    """Reasons not to be written to."""

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in time_zones():
            raise ValueError("not a time zone of the IANA database, e.g. Europe/Madrid")
        return value

    def local(self, moment: datetime) -> datetime:
        """The moment as the person's clock shows it."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    def due(self, *, now: datetime, last_mail_at: datetime | None, rules: "NotificationRules") -> bool:
        """Whether a mail may go now: at once with a pause between two, or once a day from the hour chosen."""
        if self.mode is MailMode.NONE:
            return False
        if self.mode is MailMode.AT_ONCE:
            return last_mail_at is None or now - last_mail_at >= timedelta(minutes=rules.minutes_between_mails)
        here = self.local(now)
        sent_today = last_mail_at is not None and self.local(last_mail_at).date() >= here.date()
        return here.hour >= self.digest_hour and not sent_today


class NotificationRules(BaseModel):
    """`[notifications]` of the policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes_between_mails: int = Field(default=15, strict=True, ge=1, le=24 * 60)
    """Whoever hears at once gets at most one mail in this time; what happens meanwhile goes into the next."""
    most_lines: int = Field(default=50, strict=True, ge=1, le=500)
    """Lines of one mail; the others are counted."""
    forget_after_days: int = Field(default=7, strict=True, ge=1, le=90)
    """Old news that could not be sent is dropped."""
    webhook_attempts: int = Field(default=10, strict=True, ge=1, le=20)
    webhook_first_pause_seconds: int = Field(default=15, strict=True, ge=1, le=3600)
    """Four times as long after each further failure, up to a day."""
    webhook_off_after_hours: int = Field(default=120, strict=True, ge=1, le=24 * 90)
    """A receiver that fails for so long is switched off, and the administrators are told."""
    webhook_overlap_hours: int = Field(default=24, strict=True, ge=0, le=24 * 14)
    """For how long a replaced secret still signs, beside the new one."""
    keep_deliveries_days: int = Field(default=30, strict=True, ge=1, le=365)

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after that many failed attempts."""
        return min(timedelta(seconds=self.webhook_first_pause_seconds * 4 ** max(attempts - 1, 0)), timedelta(days=1))
