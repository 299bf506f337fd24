"""Our migration makes what the checkpointer's own set-up makes, and its rows hold no words."""

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver

from copilot.clock import FixedClock
from copilot.errors import ModelUnavailable
from copilot.store.database import Database
from tests import approvals_builders as world
from tests import privacy_company as company
from tests.chat_builders import make_chat
from tests.conftest import MakeUser

_COLUMNS = """
select table_name, column_name, is_nullable, coalesce(column_default, '') from information_schema.columns
where table_schema = %s and table_name like 'checkpoint%%' order by 1, 2
"""
_KEYS = """
select c.relname, a.attname from pg_index i join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %s
join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
where i.indisprimary and c.relname like 'checkpoint%%' order by 1, 2
"""


def test_our_tables_are_those_of_the_checkpointer(database: Database) -> None:
    url = database.owner_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url, autocommit=True) as ours, psycopg.connect(url, autocommit=True) as theirs:
        # A migration of a newer version that we lack would show in these too.
        theirs.execute("create schema theirs")
        theirs.execute("set search_path = theirs")
        with PostgresSaver.from_conn_string(f"{url}&options=-csearch_path%3Dtheirs") as saver:
            saver.setup()
        for question in (_COLUMNS, _KEYS):
            wanted = theirs.execute(question, ("theirs",)).fetchall()
            assert wanted
            found = [(row[0], row[1], *(_plain(value) for value in row[2:])) for row in _rows(ours, question)]
            assert found == [(row[0], row[1], *(_plain(value) for value in row[2:])) for row in wanted]
        versions = "select max(v), count(*) from {}.checkpoint_migrations"
        assert (
            ours.execute(versions.format("public")).fetchone() == theirs.execute(versions.format("theirs")).fetchone()
        )


def _rows(connection: psycopg.Connection[tuple[str, ...]], question: str) -> list[tuple[str, ...]]:
    return connection.execute(question, ("public",)).fetchall()


def _plain(value: str) -> str:
    """Text columns are `character varying` with us."""
    return value.replace("::character varying", "::text")


def test_checkpoints_hold_ids_and_names_only(database: Database, clock: FixedClock, make_user: MakeUser) -> None:
    ana = make_user()
    world.add_account(database, owner=ana)
    chat = make_chat(database, clock)

    def stop(name: str) -> None:
        if name == "submit":
            raise ModelUnavailable("away")

    chat.script.on_call = stop
    chat.ask(chat.start(ana), "follow Zanahoria", ana)
    held = company.everything_held(database)
    assert held["checkpoints"]
    packed = {name: rows for name, rows in held.items() if name.startswith("checkpoint")}
    for word in ("zanahoria", "84.000", "aceros", "factura"):
        assert company.where_named(packed, (word,)) == []
    chat.service.close()
