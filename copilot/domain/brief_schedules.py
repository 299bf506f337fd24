"""When a brief is made without anybody asking: occasions, and which of them a moment is.

Invariant: an occasion has one key, whenever and however often it is looked at; what was due before a wish counted is no
occasion of it.
"""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.language import Language
from copilot.domain.notifications import Preferences

MOST_HOURS_BEFORE = 168


class Occasion(StrEnum):
    """What a brief is made for."""

    MEETING = "meeting"
    """Some hours before a meeting or call on record."""
    WEEKLY = "weekly"
    OWNER_CHANGE = "owner_change"
    """The account came into other hands: of all accounts, into one's own."""
    ONCE = "once"
    """Somebody asks for them now, of all their accounts at once."""


class OccasionOutcome(StrEnum):
    """What came of one."""

    MADE = "made"
    UNCHANGED = "unchanged"
    """Nothing changed since the last brief, which is still there."""
    FAILED = "failed"


class Wish(BaseModel):
    """What a person asks for; `account_id` None: all accounts that are their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    occasion: Occasion
    account_id: str | None = Field(default=None, max_length=64)
    language: Language
    hours_before: int = Field(default=24, ge=1, le=MOST_HOURS_BEFORE)
    """Of a meeting."""
    weekday: int = Field(default=0, ge=0, le=6)
    """Of a weekly brief; 0 is Monday."""
    hour: int = Field(default=7, ge=0, le=23)
    """Of a weekly brief, on the person's clock."""


class Schedule(BaseModel):
    """A wish as it is kept. What its occasion does not use is None."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner_id: str
    account_id: str | None
    occasion: Occasion
    hours_before: int | None = None
    weekday: int | None = None
    hour: int | None = None
    language: Language
    active: bool
    from_change: int
    created_at: datetime
    counts_from: datetime

    @model_validator(mode="after")
    def _has_its_time(self) -> Self:
        if self.occasion is Occasion.MEETING and self.hours_before is None:
            raise ValueError("a brief before meetings says how long before")
        if self.occasion is Occasion.WEEKLY and (self.weekday is None or self.hour is None):
            raise ValueError("a weekly brief says when")
        return self

    def week(self, now: datetime, *, preferences: Preferences) -> str | None:
        """Key of the week whose moment came last; None: that was before the wish counted.

        It stands until the next one comes, so that what is due late on a Sunday is not lost on Monday.
        """
        here = preferences.local(now)
        due_on = here.date() - timedelta(days=(here.weekday() - (self.weekday or 0)) % 7)
        due_at = datetime.combine(due_on, time(self.hour or 0), here.tzinfo)
        if here < due_at:
            due_on -= timedelta(days=7)
            due_at = datetime.combine(due_on, time(self.hour or 0), here.tzinfo)
        if due_at <= self.counts_from:
            return None
        year, week, _ = due_on.isocalendar()
        return f"week:{year}-W{week:02}"

    def is_before(self, meeting_at: datetime, *, now: datetime) -> bool:
        """Whether a meeting comes within the hours asked for. One without a time of day lasts its whole day."""
        ends = meeting_at + timedelta(days=1) if meeting_at.time() == time(0) else meeting_at
        return now <= ends and meeting_at <= now + timedelta(hours=self.hours_before or 0)


def meeting_key(activity_id: str, meeting_at: datetime) -> str:
    """Of a meeting on its day: put off to another day it is another occasion."""
    return f"meeting:{activity_id}:{meeting_at.date().isoformat()}"


def asked_key(moment: datetime) -> str:
    """Of a request for briefs now."""
    return f"once:{moment.isoformat()}"


def change_key(number: int) -> str:
    """Of a change of owner."""
    return f"owner:{number}"
