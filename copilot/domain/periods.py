"""Stretches of days that a question is about.

Invariant: both ends are included; an open end is None; the words a person used are kept, so that an answer can say
which days it understood.
"""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class Period(BaseModel):
    """From `start` to `end`, both included. At least one end is known."""

    model_config = ConfigDict(frozen=True)

    start: date | None = None
    end: date | None = None
    words: str = ""
    """As the person said it: `this quarter`, `los próximos 90 días`."""

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.start is None and self.end is None:
            raise ValueError("a period has at least one end")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("a period ends after it starts")
        return self

    def contains(self, day: date) -> bool:
        """Whether `day` lies within."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)
