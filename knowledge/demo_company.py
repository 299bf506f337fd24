"""Loads the demo company: people, records, documents, and the day it is told on.

Invariant: it never touches a workspace that holds anybody's own data, and loading it again changes nothing.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from copilot.bootstrap import Application
from copilot.clock import SystemClock
from copilot.domain.access import Role, Viewer
from copilot.errors import ConfigurationError
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.scores import ScoreRepository
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.progress import Progress
from knowledge.report import ImportReport

FOLDER = Path(__file__).parent / "demo"
ROOT_NAME = "demo"
EXPORTED_ON = date(2026, 11, 13)
TODAY_FACT = "demo.today"
_MEGABYTE = 1_000_000
_WEEKS_WATCHED = 6


@dataclass(frozen=True, slots=True)
class Company:
    """What `company.toml` says."""

    name: str
    today: date
    teams: dict[str, str]
    people: tuple[Viewer, ...]


def company() -> Company:
    """Read the description of the demo company."""
    content = tomllib.loads((FOLDER / "company.toml").read_text(encoding="utf-8"))
    people = tuple(
        Viewer(
            user_id=f"demo-{user['email'].partition('@')[0]}",
            email=user["email"],
            name=user["name"],
            role=Role(user["role"]),
            team_id=user["team"],
            language=user["language"],
        )
        for user in content["user"]
    )
    teams = {team["key"]: team["name"] for team in content["team"]}
    return Company(name=content["name"], today=content["today"], teams=teams, people=people)


def load_people(application: Application, *, password: str) -> Company:
    """Create the demo's people with this password and pin the demo's day.

    Raises ConfigurationError when the workspace holds data that are not the demo's.
    """
    described = company()
    with application.database.unit_of_work() as uow:
        repository = PeopleRepository(uow)
        _refuse_foreign_workspace(repository, described)
        repository.set_workspace_fact(TODAY_FACT, described.today.isoformat())
        for team_id, name in described.teams.items():
            repository.save_team(team_id, name)
        for viewer in described.people:
            application.people.add_user(viewer, password=password, uow=uow)
    return described


def load_records(application: Application, *, actor: Viewer, progress: Progress) -> ImportReport:
    """Import the demo's exports and documents."""
    options = ImportOptions(
        max_bytes=application.settings.max_file_megabytes * _MEGABYTE, root_name=ROOT_NAME, as_of=EXPORTED_ON
    )

    def after_import(uow: UnitOfWork) -> int:
        return application.after_import(uow=uow)

    return import_folder(
        FOLDER,
        database=application.database,
        actor_id=actor.user_id,
        options=options,
        progress=progress,
        after_import=after_import,
    )


def watch(application: Application) -> int:
    """Compute the scores of the last weeks, one day a week, then of today, with the alerts of each of these days.

    As if the copilot had been there, so that there is movement to see. What is dated counts from its date on; what the
    records hold without a date (the stage of a deal, the licensed seats) was, for want of better, always as it is now.
    Whatever was computed before stays. Returns how many alerts there are notes about now that had none.
    """
    database, real = application.database, application.database.clock
    today, written = real.today(), 0
    with database.unit_of_work() as uow:
        done = ScoreRepository(uow).days(until=today - timedelta(days=1))
    past = [today - timedelta(weeks=weeks) for weeks in range(_WEEKS_WATCHED, 0, -1)]
    try:
        for day in (day for day in past if not done or day > done[0]):
            database.clock = SystemClock(pinned_today=day)
            application.scores.recompute(database)
            written += application.alert_drafts.write_due(database)
    finally:
        database.clock = real
    application.scores.recompute(database)
    return written + application.alert_drafts.write_due(database)


def _refuse_foreign_workspace(repository: PeopleRepository, described: Company) -> None:
    known = {viewer.email for viewer in described.people}
    if repository.workspace_fact(TODAY_FACT) is None and set(repository.emails()) - known:
        raise ConfigurationError(
            "This workspace already belongs to somebody: the demo stays out of it.",
            hint="Set COPILOT_DATA_DIR to another folder for the demo.",
        )
