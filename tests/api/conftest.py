"""A real application over HTTP, without a network: the test client speaks ASGI."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.settings import Settings
from copilot.store.database import Database
from tests.api.ready_app import ready_app
from tests.api.web_browser import Tab
from tests.api.web_company import PASSWORD, Company, seed
from tests.conftest import TEMPLATE, TODAY, CopyOf, MakeUser


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, embedding_model="none")


@pytest.fixture
def application(database: Database, settings: Settings) -> Iterator[bootstrap.Application]:
    built = with_cheap_passwords(bootstrap.assemble(settings, database=database))
    yield built
    # A turn of the chat may still be at work: its connection must not outlive the database.
    built.close()


def with_cheap_passwords(application: bootstrap.Application) -> bootstrap.Application:
    """Hash passwords with the least work: a test's password protects nothing, and there are hundreds of sign-ins."""
    application.people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return application


@pytest.fixture
def client(application: bootstrap.Application) -> Iterator[TestClient]:
    """A browser that is not signed in. Errors of the server are answers, not exceptions."""
    with TestClient(ready_app(application), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def manager(application: bootstrap.Application, make_user: MakeUser) -> Viewer:
    """A manager with a password."""
    viewer = make_user("Marta Prueba", role=Role.MANAGER)
    with application.database.unit_of_work() as uow:
        application.people.add_user(viewer, password=PASSWORD, uow=uow)
    return viewer


@dataclass(frozen=True)
class Seeded:
    """A database with the small company, and how many identifiers were drawn for it."""

    name: str
    company: Company
    drawn: int


@pytest.fixture(scope="session")
def seeded(copy_of: CopyOf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Filled once for a test process; tests get copies."""
    clock = FixedClock(TODAY)
    with copy_of(TEMPLATE, clock=clock) as database:
        settings = Settings(data_dir=tmp_path_factory.mktemp("seeded"), embedding_model="none")
        application = with_cheap_passwords(bootstrap.assemble(settings, database=database))
        company = seed(application)
        application.close()
        yield Seeded(database.engine.url.database or "", company, clock.drawn)


@pytest.fixture
def database_copied(request: pytest.FixtureRequest) -> str:
    """A test with a company begins with it."""
    if "company" not in request.fixturenames:
        return TEMPLATE
    found: Seeded = request.getfixturevalue("seeded")
    return found.name


@pytest.fixture
def company(application: bootstrap.Application, clock: FixedClock, seeded: Seeded) -> Company:
    """A small company in the database."""
    clock.drawn += seeded.drawn
    return seeded.company


@pytest.fixture
def browser(application: bootstrap.Application) -> Iterator[TestClient]:
    """A browser that does not follow redirects by itself."""
    app = ready_app(application)
    with Tab(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client
