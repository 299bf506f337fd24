"""The store's foundation: migrations equal models, one transaction per unit of work, roles, recovery."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from copilot.errors import ConfigurationError, DatabaseUnavailable
from copilot.store.comparison import COMPARISON
from copilot.store.database import Database, normalise_url
from copilot.store.tables import Base
from copilot.store.tables.people import TeamRow


def test_migrations_equal_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARISON)
        assert compare_metadata(context, Base.metadata) == []
    assert not database.pending_migrations()


def test_a_failing_block_leaves_nothing(database: Database) -> None:
    def add_and_fail() -> None:
        with database.unit_of_work() as uow:
            uow.session.add(TeamRow(id="t", name="T"))
            uow.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        add_and_fail()
    with database.unit_of_work() as uow:
        assert uow.session.get(TeamRow, "t") is None


def test_the_application_role_cannot_change_the_schema(database: Database) -> None:
    with pytest.raises(ProgrammingError), database.unit_of_work() as uow:
        uow.session.execute(text("create table sneaky (id int)"))


@pytest.mark.parametrize("url", ["mysql://u@h/d", "not a url", "sqlite:///x.db"])
def test_a_wrong_url_says_what_to_use(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL="):
        normalise_url(url)


def test_an_unreachable_server_is_named_without_its_password() -> None:
    database = Database("postgresql://someone:hunter2@127.0.0.1:1/nowhere")
    with pytest.raises(DatabaseUnavailable) as caught, database.unit_of_work() as uow:
        uow.session.execute(text("select 1"))
    assert "hunter2" not in str(caught.value)
