"""A clock for runs of several threads or processes: the time moves only when told to.

Invariant: no two of them draw the same identifier, so that processes which share a database never collide.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

START = datetime(2026, 11, 16, 9, tzinfo=UTC)
"""A Monday morning: nobody's hours of rest."""


@dataclass(slots=True)
class SetClock:
    """Stands still until `instant` is set."""

    instant: datetime = START

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return self.instant.date()

    def new_id(self) -> UUID:
        return uuid4()

    def new_token(self) -> str:
        return uuid4().hex
