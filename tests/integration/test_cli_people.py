"""Adding people at the command line, and what `doctor` says of them."""

import pytest
import typer
from typer.testing import CliRunner

from copilot import bootstrap, telemetry
from copilot.cli import context, doctor, users
from copilot.domain.access import Role, Viewer
from copilot.errors import MappingError
from copilot.settings import Settings
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.people import PeopleRepository
from copilot.store.staff import StaffRepository
from copilot.store.ways_in import Identity, WaysIn
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


def run(command: typer.Typer, *said: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["users", *said])
    return result.exit_code, result.output


def test_people_come_go_and_come_back(command: typer.Typer, database: Database, make_user: MakeUser) -> None:
    admin = make_user("Ada Prueba", role=Role.ADMIN, language="en")
    added(command, "ana@acme.example")
    code, said = run(command, "link", "ana@acme.example")
    assert code == 0
    assert "http://127.0.0.1:8080/password/" in said
    assert run(command, "deactivate", "ana@acme.example", "--hand-over-to", admin.email)[0] == 0
    with database.unit_of_work() as uow:
        assert PeopleRepository(uow).by_email("ana@acme.example") is None
    assert "ana@acme.example" not in run(command, "list")[1]
    assert run(command, "reactivate", "ana@acme.example")[0] == 0
    assert run(command, "deactivate", admin.email)[0] == 1, "the only administrator"
    assert run(command, "deactivate", "nobody@acme.example")[0] == 1


def test_tokens_and_teams_at_the_command_line(
    command: typer.Typer, database: Database, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    admin = make_user("Ada Prueba", role=Role.ADMIN, language="en")
    code, secret = run(command, "token", "report", "--read-only", "--user", admin.email)
    assert code == 0
    assert secret.startswith("sct_")
    assert "only reads" in run(command, "tokens")[1]
    with database.unit_of_work() as uow:
        [token] = WaysIn(uow).tokens()
    assert run(command, "revoke", token.id)[0] == 0
    assert "no tokens" in run(command, "tokens")[1]
    assert run(command, "team", "Sur")[0] == 0
    assert run(command, "team", "Sur")[0] == 1
    with database.unit_of_work() as uow:
        team = StaffRepository(uow).team_named("Sur")
    assert team is not None
    assert run(command, "team", "Centro", "--rename", team)[0] == 0
    assert "Centro" in run(command, "teams")[1]
    assert run(command, "team", "--delete", team)[0] == 0


def test_a_link_to_the_identity_provider_can_be_undone(
    command: typer.Typer, database: Database, make_user: MakeUser
) -> None:
    admin, here = make_user("Ada Prueba", role=Role.ADMIN, language="es"), make_user("Nuno Prueba")
    with database.unit_of_work() as uow:
        assert WaysIn(uow).link_identity(Identity("https://id.example", "subject-1", here.user_id))

    def undone(user: Viewer) -> str:
        said = CliRunner().invoke(command, ["users", "unlink", here.email, "--user", user.email])
        return " ".join(said.output.split())

    assert "Only an administrator" in undone(here)
    assert "su próxima entrada lo vincula de nuevo" in undone(admin)
    assert "no está vinculado" in undone(admin)
    with database.unit_of_work() as uow:
        assert WaysIn(uow).identity("https://id.example", "subject-1") is None
        told = [event.action for event in AuditLog(uow).events()]
    assert told == ["identity.unlinked"]
