"""The only place that reads the time of day or draws a random identifier.

Invariant: everything else receives a `Clock`, so that a test or a replay can fix both.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4


class Clock(Protocol):
    """Source of time, identifiers and secrets."""

    def now(self) -> datetime:
        """Current instant, timezone-aware, in UTC."""
        ...

    def today(self) -> date:
        """The business date that figures are computed for (pinned in the demo)."""
        ...

    def new_id(self) -> UUID:
        """A fresh random identifier."""
        ...

    def new_token(self) -> str:
        """A fresh unguessable token, URL-safe, 256 bits."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The real clock. `pinned_today` fixes the business date, never the instant."""

    pinned_today: date | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.pinned_today or self.now().date()

    def new_id(self) -> UUID:
        return uuid4()

    def new_token(self) -> str:
        return secrets.token_urlsafe(32)


@dataclass(slots=True)
class FixedClock:
    """A clock for tests: it moves only when told to and draws predictable identifiers."""

    instant: datetime
    drawn: int = field(default=0)

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return self.instant.date()

    def advance(self, by: timedelta) -> None:
        """Move the clock forward (or back, for a clock-jump test)."""
        self.instant += by

    def new_id(self) -> UUID:
        self.drawn += 1
        return UUID(int=self.drawn)

    def new_token(self) -> str:
        self.drawn += 1
        return f"token-{self.drawn:08d}"
