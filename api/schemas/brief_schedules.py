"""Briefs that are made by themselves, over HTTP."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.brief_schedules import MOST_HOURS_BEFORE, Occasion, OccasionOutcome, Wish
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.brief_schedules import ListedOccasion, ListedSchedule

_EXAMPLE: dict[str, Any] = {"occasion": "meeting", "account_id": None, "language": "en", "hours_before": 24}


class ScheduleRequest(BaseModel):
    """A wish to keep; another one for the same occasion and account changes it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    occasion: Occasion
    """`once` is asked for at `/now` instead."""
    account_id: str | None = Field(default=None, max_length=64)
    """Null: every account that is your own."""
    language: Language
    hours_before: int = Field(default=24, ge=1, le=MOST_HOURS_BEFORE)
    weekday: int = Field(default=0, ge=0, le=6)
    """0 is Monday."""
    hour: int = Field(default=7, ge=0, le=23)
    """On your clock, see your notification settings."""

    def wish(self) -> Wish:
        """What to keep. Raises InputError."""
        if self.occasion is Occasion.ONCE:
            raise InputError("This occasion cannot be kept.", hint="Ask for briefs of all your accounts now instead.")
        return Wish(**self.model_dump())


class NowRequest(BaseModel):
    """Briefs of all your own accounts, now."""

    model_config = ConfigDict(extra="forbid")

    language: Language


class NowOut(BaseModel):
    """How many accounts it is for; the briefs are made in the background."""

    accounts: int


class ScheduleChange(BaseModel):
    """On or off. What came while it was off is not made up for."""

    model_config = ConfigDict(extra="forbid")

    active: bool


class ScheduleOut(BaseModel):
    """A wish as it is kept. `lost`: it is for an account that you no longer see, so nothing comes of it."""

    id: str
    occasion: Occasion
    account_id: str | None
    account_name: str | None
    language: Language
    hours_before: int | None
    weekday: int | None
    hour: int | None
    active: bool
    lost: bool
    created_at: datetime

    @classmethod
    def of(cls, listed: ListedSchedule) -> "ScheduleOut":
        """With the name of its account."""
        one = listed.schedule
        return cls(
            id=one.id,
            occasion=one.occasion,
            account_id=None if listed.is_lost else one.account_id,
            account_name=listed.account_name,
            language=one.language,
            hours_before=one.hours_before,
            weekday=one.weekday,
            hour=one.hour,
            active=one.active,
            lost=listed.is_lost,
            created_at=one.created_at,
        )


class OccasionOut(BaseModel):
    """What came of one occasion. `unchanged`: the brief of `review_item_id` still holds, so none was made.

    `error_code`: why none could be made; `begun` while it is being written.
    """

    model_config = ConfigDict(from_attributes=True)

    account_id: str
    account_name: str
    occasion: Occasion
    outcome: OccasionOutcome
    review_item_id: str | None
    error_code: str | None
    happened_at: datetime

    @classmethod
    def of(cls, listed: ListedOccasion) -> "OccasionOut":
        """As it is listed."""
        return cls.model_validate(listed)
