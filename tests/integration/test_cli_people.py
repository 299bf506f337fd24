"""Adding people at the command line, and what `doctor` says of them."""

import pytest
import typer
from typer.testing import CliRunner

from copilot import bootstrap, telemetry
from copilot.cli import context, doctor, users
from copilot.domain.access import Role
from copilot.errors import MappingError
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.people import PeopleRepository
from tests.conftest import MakeUser


@pytest.fixture
def command(database: Database, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The `users` commands on the test's database."""
    telemetry.configure("warning")
    application = bootstrap.assemble(Settings(embedding_model="none"), database=database)
    monkeypatch.setattr(users, "open_application", lambda: application)
    app = typer.Typer()
    users.register(app)
    return app


def added(command: typer.Typer, email: str, *more: str) -> int:
    said = ["users", "add", email, "--name", "Ana", "--role", "ae", "--password", "a-long-enough-one", *more]
    return CliRunner().invoke(command, said).exit_code


@pytest.mark.parametrize("email", ["not an email", "ana", "ana@acme", "@acme.example"])
def test_what_is_no_address_is_refused(command: typer.Typer, database: Database, email: str) -> None:
    assert added(command, email) == 2
    with database.unit_of_work() as uow:
        assert PeopleRepository(uow).with_role(Role.AE) == []


def test_only_languages_of_the_product_are_taken(command: typer.Typer, database: Database) -> None:
    assert added(command, "ana@acme.example", "--language", "fr") == 2
    assert added(command, "ana@acme.example", "--language", "es") == 0
    with database.unit_of_work() as uow:
        assert [person.language for person in PeopleRepository(uow).with_role(Role.AE)] == ["es"]


def test_doctor_says_that_nobody_is_there_yet(
    database: Database, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "open_database", lambda _: database)
    settings = Settings(embedding_model="none")
    verdict, detail = doctor._people(settings)
    assert verdict is doctor.Verdict.WARNING
    assert "users add" in detail
    make_user("Admin", role=Role.ADMIN)
    assert doctor._people(settings) == (doctor.Verdict.OK, "1 admin")


def test_an_error_is_shown_as_it_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as left:
        context.fail(MappingError("Say [file.columns] name.", hint="In [[file]]."))
    shown = capsys.readouterr().err
    assert left.value.exit_code == 2
    assert "[file.columns]" in shown
    assert "In [[file]]." in shown
