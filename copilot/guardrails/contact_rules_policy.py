"""The section `[contact]` of the guardrail policy: when and how often people may be written to.

Invariant: a policy that loads names a real time zone and limits that can be met.
"""

from datetime import time
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

NEVER_WRITTEN_TO = (
    "contact.opted_out",
    "contact.do_not_contact",
    "contact.left_company",
    "contact.not_of_account",
    "contact.internal_draft",
    "contact.not_checked",
)
"""Rules that no policy makes lighter."""


class Weekday(StrEnum):
    """Days in the order of `datetime.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Cap(BaseModel):
    """At most so many emails and calls in any stretch of so many days, whoever makes them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(strict=True, ge=1, le=366)
    touches: int = Field(strict=True, ge=1, le=1000)


class ContactPolicy(BaseModel):
    """See the module docstring."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    consent_required: bool = False
    """Whether silence is no consent: nobody is written to who did not agree."""
    home_zone: str = "Europe/Madrid"
    """IANA zone that stands in where a recipient's own is not known."""
    quiet_from: time = time(19, 0)
    quiet_until: time = time(8, 30)
    quiet_days: tuple[Weekday, ...] = (Weekday.SATURDAY, Weekday.SUNDAY)
    contact_caps: tuple[Cap, ...] = (Cap(days=7, touches=3), Cap(days=30, touches=8))
    account_caps: tuple[Cap, ...] = (Cap(days=7, touches=8), Cap(days=30, touches=20))
    opt_out_words_days: int = Field(default=180, strict=True, ge=1, le=366)
    """How far back the words of a contact are looked through for the wish to be left alone."""

    @field_validator("home_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"`{value}` is no time zone, e.g. Europe/Madrid") from error
        return value

    @model_validator(mode="after")
    def _leaves_time_to_write(self) -> Self:
        if self.quiet_until >= self.quiet_from:
            raise ValueError("quiet_until has to be earlier in the day than quiet_from")
        if len(set(self.quiet_days)) == len(Weekday):
            raise ValueError("quiet_days leaves no day to write on")
        return self
