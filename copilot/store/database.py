"""The database: engine, migrations, and units of work.

Invariant: one unit of work is one transaction. It commits when its block ends without an exception and rolls
back otherwise; nobody else commits. A commit that fails raises inside the block's caller, before any response.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from copilot.clock import Clock, SystemClock
from copilot.errors import ConfigurationError, Conflict, CopilotError, DatabaseUnavailable, InputError, StorageFull
from copilot.settings import Settings
from copilot.store import embedded

_MIGRATION_LOCK = 727202
_DISK_FULL = "53100"
_TRY_AGAIN = {"40001", "40P01"}
"""Serialisation failure and deadlock."""


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """One transaction and the clock that its changes are stamped with."""

    session: Session
    clock: Clock

    def driver_connection(self) -> Any:
        """The psycopg connection of this transaction, for the job queue to write on."""
        return self.session.connection().connection.driver_connection

    def flush(self) -> None:
        """Send pending changes to the server, so that constraints speak up now."""
        self.session.flush()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block changed if it raises, so that its caller can answer and still commit the rest."""
        with self.session.begin_nested():
            yield


class Database:
    """A PostgreSQL database, reached as the application role; `migrate` uses the owner's."""

    def __init__(self, url: str, *, owner_url: str | None = None, clock: Clock | None = None) -> None:
        """`url` and `owner_url` are SQLAlchemy or libpq URLs. Connects lazily.

        Raises ConfigurationError if a URL is not one of PostgreSQL.
        """
        self.url = normalise_url(url)
        self.owner_url = normalise_url(owner_url) if owner_url else self.url
        self.clock: Clock = clock or SystemClock()
        self.engine: Engine = create_engine(self.url, pool_size=10, max_overflow=20, pool_pre_ping=True)
        self._engine_aside: Engine = create_engine(self.url, pool_size=2, max_overflow=8, pool_pre_ping=True)

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Open a transaction; see the module docstring.

        Raises DatabaseUnavailable when the server cannot be reached, StorageFull when its disk is full.
        """
        with translated_errors(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield UnitOfWork(session=session, clock=self.clock)

    @contextmanager
    def unit_of_work_aside(self) -> Iterator[UnitOfWork]:
        """A transaction for what must be kept whatever becomes of the one that its caller is in.

        It has connections of its own: callers that hold one and wait for a second would otherwise starve each other.
        """
        with translated_errors(), Session(self._engine_aside, expire_on_commit=False) as session, session.begin():
            yield UnitOfWork(session=session, clock=self.clock)

    def migrate(self) -> None:
        """Bring the schema to the newest version and give the application role its rights."""
        with translated_errors():
            engine = create_engine(self.owner_url)
            try:
                with engine.begin() as connection:
                    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
                    command.upgrade(_alembic_config(connection), "head")
                    grant_application_rights(connection, role=make_url(self.url).username)
            finally:
                engine.dispose()

    def pending_migrations(self) -> bool:
        """Whether the schema is older (or newer) than this code."""
        with translated_errors(), self.engine.connect() as connection:
            current = set(MigrationContext.configure(connection).get_current_heads())
        return current != set(ScriptDirectory.from_config(_alembic_config(None)).get_heads())

    def server_version(self) -> str:
        """E.g. `18.4`. Raises DatabaseUnavailable when the server cannot be reached."""
        with translated_errors(), self.engine.connect() as connection:
            return str(connection.execute(text("show server_version")).scalar_one())

    def lacks_rights(self) -> bool:
        """Whether the schema is there but the application's role was not given its rights: it is new."""
        query = (
            "select to_regclass('public.alembic_version') is not null "
            "and not has_table_privilege(current_user, 'public.alembic_version', 'SELECT')"
        )
        with translated_errors(), self.engine.connect() as connection:
            return bool(connection.execute(text(query)).scalar())

    def libpq_url(self) -> str:
        """The application role's URL as libpq reads it, for the job queue's own connections."""
        return make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)

    def dispose(self) -> None:
        """Close every connection of this process."""
        self.engine.dispose()
        self._engine_aside.dispose()


def open_database(settings: Settings, *, clock: Clock | None = None) -> Database:
    """Connect as the settings say, starting the embedded server where no URL is given; migrate."""
    if settings.database_url is not None:
        owner = settings.database_owner_url.get_secret_value() if settings.database_owner_url else None
        database = Database(settings.database_url.get_secret_value(), owner_url=owner, clock=clock)
    else:
        found = embedded.start(settings.data_dir)
        database = Database(found.application_url, owner_url=found.owner_url, clock=clock)
    if database.lacks_rights() or database.pending_migrations():
        database.migrate()
    return database


def normalise_url(url: str) -> str:
    """Return `url` with the driver this product uses. Raises ConfigurationError if it is not PostgreSQL's."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError("The database URL cannot be read.", hint=_URL_HINT) from error
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ConfigurationError("The database URL is not one of PostgreSQL.", hint=_URL_HINT)
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


_URL_HINT = "Use DATABASE_URL=postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or unset it for the embedded server."


_NULL_CHARACTER = "NUL (0x00)"
"""How the driver words its refusal; it has no code of its own."""
_NULL_CHARACTER_IN_JSON = "22P05"
"""The server's code for the same within a document."""


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn driver errors that mean 'not there' or 'full' into typed ones, without the password."""
    try:
        yield
    except DBAPIError as error:
        typed = _typed(error.orig, lost=error.connection_invalidated or isinstance(error, OperationalError))
        if typed is None:
            raise
        raise typed from error
    except psycopg.Error as error:
        # What runs on the driver's own connection (bulk copies, pipelines) is not wrapped.
        typed = _typed(error, lost=isinstance(error, psycopg.OperationalError))
        if typed is None:
            raise
        raise typed from error


def _typed(error: BaseException | None, *, lost: bool) -> CopilotError | None:
    if getattr(error, "sqlstate", None) == _DISK_FULL:
        return StorageFull("The database's disk is full.", hint="Nothing was saved. Free space, try again.")
    if getattr(error, "sqlstate", None) == _NULL_CHARACTER_IN_JSON or _NULL_CHARACTER in str(error):
        return InputError("The text contains a null character.", hint="Take it out: it cannot be stored or looked for.")
    if getattr(error, "sqlstate", None) in _TRY_AGAIN:
        return Conflict("Somebody else changed the same data at the same moment.", hint="Nothing was saved. Try again.")
    if lost:
        return DatabaseUnavailable(
            "The database cannot be reached.", hint="Check DATABASE_URL, or run `sales-copilot doctor`."
        )
    return None


def grant_application_rights(connection: Connection, *, role: str | None) -> None:
    """Let `role` work with the data but not change the schema.

    Audit events it may only append through the function that chains them, checkpoints only append, votes only void
    (and overwrite in their comments who is to be forgotten).
    """
    owner = connection.execute(text("select current_user")).scalar_one()
    if role is None or role == owner:
        return
    quoted = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        "grant usage on schema public to {role}",
        "grant select, insert, update, delete on all tables in schema public to {role}",
        "grant usage, select on all sequences in schema public to {role}",
        "revoke insert, update, delete, truncate on audit_events from {role}",
        "grant execute on function append_audit_events(text[], text[]) to {role}",
        "revoke update, delete, truncate on audit_checkpoints from {role}",
        "revoke update, delete, truncate on review_votes from {role}",
        "grant update (voided_at, void_reason, comment) on review_votes to {role}",
    ):
        connection.execute(text(statement.format(role=quoted)))


def _alembic_config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
