"""One thing a message asks, with whom it is about and who asks.

Invariant: whose accounts `mine` means is decided by the viewer's role, never by the words alone.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from copilot.agent.planner.cues import mark
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.subjects import Subjects
from copilot.agent.planner.unread import unread_words
from copilot.domain.access import Role, Viewer
from copilot.domain.periods import Period
from copilot.domain.plans import Step


@dataclass(frozen=True)
class Clause:
    """One thing a message asks, with whom it is about."""

    reading: Reading
    subjects: Subjects
    viewer: Viewer
    today: date

    @property
    def own(self) -> bool:
        """Whether `my accounts` means those the viewer owns; a manager's are their team's."""
        return self.viewer.role in {Role.AE, Role.CSM}

    @property
    def period(self) -> Period | None:
        """The first period of the clause."""
        return self.reading.periods[0].period if self.reading.periods else None

    @property
    def past_period(self) -> Period | None:
        """The first period that has begun, for what happened; else the first."""
        found = [item.period for item in self.reading.periods]
        begun = (item for item in found if item.start is None or item.start <= self.today)
        return next(begun, self.period)

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """Words, as written, that the rules did not read and that may restrict what is asked."""
        return unread_words(self.reading)

    @property
    def mine(self) -> bool:
        """Whether it asks for the viewer's own accounts."""
        return self.own and bool(mark("own_ones").search(self.reading.work))


WANTS = (
    "follow_up",
    "after_meeting",
    "meeting_prep",
    "rfp_answer",
    "explain_score",
    "risks",
    "brief",
    "timeline",
    "search",
    "compare",
)
"""Cues of a message that asks for something by itself."""
NEEDS_ACCOUNT: Literal["account"] = "account"
Planned = tuple[Step, ...] | Literal["account"] | None
"""The steps of a clause; `account` if it lacks one; None if the rule does not fit."""
