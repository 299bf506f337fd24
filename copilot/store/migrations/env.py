"""Alembic environment: runs on the connection that `Database.migrate` hands over."""

from typing import Any

from alembic import context
from sqlalchemy import create_engine

from copilot.store.tables import Base


def include_object(subject: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:  # noqa: FBT001
    """Leave the job queue's own objects out of comparisons; its package owns them."""
    if kind == "table":
        return not (name or "").startswith("procrastinate_")
    return not str(getattr(getattr(subject, "table", None), "name", "")).startswith("procrastinate_")


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
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
