"""Fixtures shared by all tests: a real embedded PostgreSQL, migrated once, cloned for each test."""

import gc
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import structlog
from sqlalchemy import Engine, create_engine

from copilot import telemetry
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.store import embedded
from copilot.store.database import Database
from copilot.store.tables.people import TeamRow, UserRow

MakeUser = Callable[..., Viewer]
CopyOf = Callable[..., AbstractContextManager[Database]]
TEMPLATE = "copilot_template"
TODAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""Monday, nine in the morning: the demo's day."""
_MEMORY = Path("/dev/shm")  # noqa: S108 - only ever a folder of its own in it
_MEMORY_NEEDED = 2 * 1024**3
"""Bytes: a server writes about a tenth of that, and each of several test processes has one."""
_counter = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, help="a folder for pictures of every page")


@pytest.fixture
def screenshots(request: pytest.FixtureRequest) -> Path | None:
    """Where pictures of every page are wanted."""
    folder: Path | None = request.config.getoption("--screenshots")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Whatever is imported and collected stays: looking for garbage in it, again and again, finds none."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see defaults, whatever the shell that runs them has set; no key reaches a test."""
    for name in list(os.environ):
        if name.startswith(("COPILOT_", "OPENAI_", "DATABASE_", "CHROMA_")) and name != "COPILOT_BENCHMARKS":
            monkeypatch.delenv(name)


@pytest.fixture
def every_level_is_logged() -> Iterator[None]:
    """Whatever another test of this process has set."""
    telemetry.configure("debug")
    yield
    structlog.reset_defaults()


def _memory_folder() -> str | None:
    """Where files live in memory, if there is such a place with room; otherwise the usual one.

    A new database is four hundred new files: on a disk they took most of the time of a test that has one.
    """
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _MEMORY_NEEDED:
        return str(_MEMORY)
    return None


@contextmanager
def server_folder(*, below: str | None = None) -> Iterator[Path]:
    """A folder for a server, which is stopped afterwards.

    Not below pytest's own folder: that is closed to other users whenever another run starts, and as root the
    server runs as a user of its own.
    """
    with TemporaryDirectory(prefix="sales-copilot-tests-", dir=below, ignore_cleanup_errors=True) as name:
        folder = Path(name) / "data"
        try:
            yield folder
        finally:
            embedded.stop(folder)


@pytest.fixture
def own_server_folder() -> Iterator[Path]:
    """A data folder whose server this test alone starts, and may kill: what a process wrote outlives it anywhere."""
    with server_folder(below=_memory_folder()) as folder:
        yield folder


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.EmbeddedAddresses]:
    """A server of this test process with one migrated, empty template database."""
    with server_folder(below=_memory_folder()) as folder:
        yield _template_server(folder)


def _template_server(folder: Path) -> embedded.EmbeddedAddresses:
    found = embedded.start(folder, database=TEMPLATE)
    with psycopg.connect(_libpq(found.superuser_url), autocommit=True) as connection:
        # Tests need isolation, not durability; tests of durability start servers of their own.
        connection.execute("alter system set fsync = off")
        connection.execute("alter system set max_wal_size = '256MB'")
        connection.execute("select pg_reload_conf()")
    database = Database(found.application_url, owner_url=found.owner_url)
    database.migrate()
    database.dispose()
    return found


@pytest.fixture(scope="session")
def warm_engine(server: embedded.EmbeddedAddresses) -> Engine:
    """Lends its compiled statements to the databases of all tests, as in a process that has run for a while.

    A statement is found by its dialect too, so that is lent with them; it has to have seen a server.
    """
    engine = create_engine(server.application_url, query_cache_size=2_000)
    engine.connect().close()
    engine.dispose()
    return engine


def _warmed(database: Database, warm: Engine) -> Database:
    for engine in (database.engine, database._engine_aside):
        engine.dialect = warm.dialect
        engine._compiled_cache = warm._compiled_cache
    return database


@pytest.fixture
def clock() -> FixedClock:
    """It stands at the demo's day."""
    return FixedClock(TODAY)


@pytest.fixture(scope="session")
def server_owner(server: embedded.EmbeddedAddresses) -> Iterator[psycopg.Connection]:
    """The superuser's connection, which makes a database for each test and drops it afterwards."""
    with psycopg.connect(_libpq(server.superuser_url).replace(f"/{TEMPLATE}?", "/postgres?"), autocommit=True) as one:
        yield one


@pytest.fixture(scope="session")
def copy_of(server: embedded.EmbeddedAddresses, server_owner: psycopg.Connection, warm_engine: Engine) -> CopyOf:
    """Copies a database: `copy_of(template, clock=clock)`. The copy is there until the end of the block."""

    @contextmanager
    def copy(template: str, *, clock: FixedClock) -> Iterator[Database]:
        name = f"test_{next(_counter)}"
        # As files: through the log, which is PostgreSQL's own way, it would take twice as long.
        made = f'create database "{name}" template "{template}" owner "{embedded.OWNER_ROLE}" strategy file_copy'
        server_owner.execute(made)
        own = embedded.addresses(server.superuser_url, database=name)
        database = _warmed(Database(own.application_url, owner_url=own.owner_url, clock=clock), warm_engine)
        yield database
        database.dispose()
        server_owner.execute(f'drop database "{name}" with (force)')

    return copy


@pytest.fixture
def database_copied() -> str:
    """Name of the database that a test's own begins as: the empty one."""
    return TEMPLATE


@pytest.fixture
def database(copy_of: CopyOf, database_copied: str, clock: FixedClock) -> Iterator[Database]:
    """A migrated database of this test alone, reached as the application role; empty, as a rule."""
    with copy_of(database_copied, clock=clock) as made:
        yield made


@pytest.fixture
def make_user(database: Database) -> MakeUser:
    """Create a user (and team) and return them as a viewer."""

    def make(
        name: str = "Ana Prueba", *, role: Role = Role.AE, team: str | None = "north", language: str = "es"
    ) -> Viewer:
        user_id = f"user-{next(_counter)}"
        email = f"{user_id}@tramontia.example"
        with database.unit_of_work() as uow:
            if team and uow.session.get(TeamRow, team) is None:
                uow.session.add(TeamRow(id=team, name=team))
                uow.flush()
            uow.session.add(
                UserRow(
                    id=user_id,
                    email=email,
                    name=name,
                    role=role,
                    team_id=team,
                    language=language,
                    password_hash=None,
                    active=True,
                    created_at=uow.clock.now(),
                )
            )
        return Viewer(user_id=user_id, email=email, name=name, role=role, team_id=team, language=language)

    return make


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data folder."""
    return tmp_path / "data"


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
