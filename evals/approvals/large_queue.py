"""A queue of any length to measure lists on, and the people who read it.

Invariant: the same number of items gives the same kinds of rows in the same shares; indexes are those of the
migrations, taken away while the tables are filled and made again as they were.
"""

import re
from pathlib import Path

import psycopg
from sqlalchemy import make_url

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


def create(addresses: embedded.EmbeddedAddresses, *, name: str, items: int, clock: FixedClock) -> Database:
    """A migrated database of its own on the server, filled with so many items."""
    with psycopg.connect(_libpq(addresses.superuser_url), autocommit=True) as connection:
        connection.execute(f'create database "{name}" owner "{embedded.OWNER_ROLE}" template template0')
    own = embedded.addresses(addresses.superuser_url, database=name)
    with psycopg.connect(_libpq(own.superuser_url), autocommit=True) as connection:
        connection.execute("create extension if not exists vector")
    database = Database(own.application_url, owner_url=own.owner_url, clock=clock)
    database.migrate()
    fill(_libpq(own.superuser_url), items=items)
    return database


def fill(superuser_url: str, *, items: int) -> None:
    """Insert everything with set-based statements, then analyse and settle what was written."""
    accounts = max(10, items // _ITEMS_PER_ACCOUNT)
    sellers = max(4, accounts // _ACCOUNTS_PER_SELLER)
    values = {"items": items, "accounts": accounts, "sellers": sellers, "teams": 1 + sellers // 6}
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        # Fills without triggers and foreign keys, and without their indexes.
        connection.execute("set session_replication_role = replica")
        connection.execute("set synchronous_commit = off")
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("set work_mem = '256MB'")
        indexes = _take_indexes(connection)
        for statement in _statements():
            connection.execute(statement, values if "%(" in statement or "%%" in statement else None)
        for definition in indexes:
            connection.execute(definition)
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")


def _take_indexes(connection: psycopg.Connection[tuple[str, ...]]) -> list[str]:
    """Drop the plain indexes of the tables that are filled; returns how to make them again."""
    rows = connection.execute(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index "
        "where indrelid = any(%s::regclass[]) and not indisunique",
        (list(_FILLED),),
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"drop index {name}")
    return [definition for _, definition in rows]


def _statements() -> list[str]:
    source = re.sub(r"^\s*--.*$", "", _STATEMENTS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [part.strip() for part in source.split(";\n") if part.strip()]


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
