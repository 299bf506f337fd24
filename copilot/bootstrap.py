"""The only composition root: builds every part from the settings.

Invariant: importing any module does no I/O; connections open when a part is first used.
"""

from dataclasses import dataclass
from datetime import date

from copilot import telemetry
from copilot.clock import Clock, SystemClock
from copilot.people import People
from copilot.settings import Settings
from copilot.store.database import Database, open_database
from copilot.store.people import PeopleRepository


@dataclass(frozen=True)
class Application:
    """Everything a surface (command line, API, worker) needs."""

    settings: Settings
    clock: Clock
    database: Database
    people: People

    def close(self) -> None:
        """Give connections back."""
        self.database.dispose()


def build(settings: Settings) -> Application:
    """Connect and assemble. Raises ConfigurationError or UnavailableError."""
    telemetry.configure(settings.log_level)
    database = open_database(settings)
    database.clock = SystemClock(pinned_today=settings.pinned_today or _pinned_by_demo(database))
    return assemble(settings, database=database)


def assemble(settings: Settings, *, database: Database) -> Application:
    """Build every part around a database that is there; its clock is everybody's."""
    clock = database.clock
    return Application(
        settings=settings,
        clock=clock,
        database=database,
        people=People(clock=clock, session_hours=settings.session_hours),
    )


def _pinned_by_demo(database: Database) -> date | None:
    with database.unit_of_work() as uow:
        pinned = PeopleRepository(uow).workspace_fact("demo.today")
    return date.fromisoformat(pinned) if pinned else None
