"""Alembic environment: runs on the connection that `Database.migrate` hands over."""

from typing import Any

from alembic import context
from sqlalchemy import create_engine

from copilot.store.comparison import COMPARISON


def run() -> None:
    """Upgrade on the given connection, or (for `alembic revision`) on the configured URL."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "")
        with engine.begin() as own:
            _configure_and_run(own)
        return
    _configure_and_run(connection)


def _configure_and_run(connection: Any) -> None:
    context.configure(connection=connection, **COMPARISON)
    with context.begin_transaction():
        context.run_migrations()


run()
