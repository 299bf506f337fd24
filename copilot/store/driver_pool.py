"""Connections of the driver itself, for a library that brings its own statements.

Invariant: nothing is connected until a connection is asked for.
"""

import threading
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from copilot.store.database import Database

_MOST = 8
_WAIT_SECONDS = 30.0


class DriverPool:
    """A pool of autocommitting connections of the application's role."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool: ConnectionPool[Connection[DictRow]] | None = None
        self._lock = threading.Lock()

    def open(self) -> ConnectionPool[Connection[DictRow]]:
        """The pool, opened when it is first asked for."""
        with self._lock:
            if self._pool is None:
                self._pool = self._connected()
            return self._pool

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
            self._pool = None

    def _connected(self) -> ConnectionPool[Connection[DictRow]]:
        options: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
        return ConnectionPool(
            self._database.libpq_url(),
            connection_class=Connection[DictRow],
            kwargs=options,
            min_size=0,
            max_size=_MOST,
            timeout=_WAIT_SECONDS,
            check=ConnectionPool.check_connection,
            open=True,
        )
