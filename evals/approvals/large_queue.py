"""A queue of any length to measure lists on, and the people who read it.

Invariant: the same number of items gives the same kinds of rows in the same shares; indexes are those of the
migrations, taken away while the tables are filled and made again as they were.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.store import embedded
from copilot.store.database import Database

_STATEMENTS = Path(__file__).with_name("large_queue.sql")
_FILLED = ("drafts", "draft_versions", "review_items", "review_texts", "waiting_texts")
_ITEMS_PER_ACCOUNT = 50
_ACCOUNTS_PER_SELLER = 40


def _viewer(name: str, role: Role, team: str | None = None) -> Viewer:
    return Viewer(user_id=name, email=f"{name}@bench.invalid", name=name, role=role, team_id=team, language="es")


VIEWERS = {
    "admin": _viewer("admin", Role.ADMIN),
    "manager of a quarter of all": _viewer("manager-many", Role.MANAGER, "team-0"),
    "manager of a team": _viewer("manager-few", Role.MANAGER, "team-1"),
    "seller with 40 accounts": _viewer("ae-3", Role.AE, "team-1"),
    "seller with 3 accounts": _viewer("ae-few", Role.AE, "team-1"),
}


Run = Callable[..., Any]
"""Runs one statement, each by itself, as the server's owner."""


@contextmanager
def as_superuser(url: str) -> Iterator[Run]:
    """Statements outside a transaction: creating databases, settings, vacuum."""
    database = Database(url)
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection.exec_driver_sql
    finally:
        database.dispose()


def create(addresses: embedded.EmbeddedAddresses, *, name: str, items: int, clock: FixedClock) -> Database:
    """A migrated database of its own on the server, filled with so many items."""
    with as_superuser(addresses.superuser_url) as run:
        run(f'create database "{name}" owner "{embedded.OWNER_ROLE}" template template0')
    own = embedded.addresses(addresses.superuser_url, database=name)
    with as_superuser(own.superuser_url) as run:
        run("create extension if not exists vector")
    database = Database(own.application_url, owner_url=own.owner_url, clock=clock)
    database.migrate()
    fill(own.superuser_url, items=items)
    return database


def fill(superuser_url: str, *, items: int) -> None:
    """Insert everything with set-based statements, then analyse and settle what was written."""
    accounts = max(10, items // _ITEMS_PER_ACCOUNT)
    sellers = max(4, accounts // _ACCOUNTS_PER_SELLER)
    values = {"items": items, "accounts": accounts, "sellers": sellers, "teams": 1 + sellers // 6}
    with as_superuser(superuser_url) as run:
        # Fills without triggers and foreign keys, and without their indexes.
        run("set session_replication_role = replica")
        run("set synchronous_commit = off")
        run("set maintenance_work_mem = '512MB'")
        run("set work_mem = '256MB'")
        indexes = _take_indexes(run)
        for statement in _statements():
            run(statement, values)
        for definition in indexes:
            run(definition)
        run("vacuum (analyze)")
        run("checkpoint")


def _take_indexes(run: Run) -> list[str]:
    """Drop the plain indexes of the tables that are filled; returns how to make them again."""
    tables = ", ".join(f"'{table}'::regclass" for table in _FILLED)
    rows = run(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index "  # noqa: S608 - names of ours
        f"where indrelid in ({tables}) and not indisunique"
    ).all()
    for name, _ in rows:
        run(f"drop index {name}")
    return [definition for _, definition in rows]


def _statements() -> list[str]:
    source = re.sub(r"^\s*--.*$", "", _STATEMENTS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [part.strip() for part in source.split(";\n") if part.strip()]
