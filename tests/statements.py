"""How often the database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def noting(self: psycopg.Cursor[Any], query: Any, *rest: Any, **named: Any) -> psycopg.Cursor[Any]:
        sent.append(str(query))
        return execute(self, query, *rest, **named)

    # In the driver: statements that are kept as text (`copilot.store.kept_statements`) pass SQLAlchemy by.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", noting)
        yield sent
