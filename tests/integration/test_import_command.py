"""The command: what it prints, in which language, and how it ends."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from copilot import bootstrap, telemetry
from copilot.cli import context, importing
from copilot.domain.access import Role
from copilot.settings import Settings
from copilot.store.accounts import AccountRepository
from copilot.store.database import Database
from tests.conftest import MakeUser

ACCOUNTS = "account id,name,country,zeta\n1,Ascensores Lira,Philipines,x\n"


@pytest.fixture
def command(database: Database, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> typer.Typer:
    """The command on the test's database, run by a Spanish-speaking administrator."""
    telemetry.configure("warning")
    make_user("Admin Prueba", role=Role.ADMIN)
    application = bootstrap.assemble(Settings(data_dir=tmp_path / "data", embedding_model="none"), database=database)
    monkeypatch.setattr(context, "open_application", lambda: application)
    app = typer.Typer()
    app.callback()(lambda: None)
    importing.register(app)
    return app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one account."""
    root = tmp_path / "export"
    root.mkdir()
    (root / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    return root


def test_a_dry_run_shows_the_mapping_and_saves_nothing(
    command: typer.Typer, folder: Path, database: Database, make_user: MakeUser
) -> None:
    result = CliRunner().invoke(command, ["import", str(folder), "--dry-run"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    for words in ("accounts.csv", "country", "ningún campo: 1", "zeta", "Philippines", "Ensayo: no se ha guardado"):
        assert words in result.output
    admin = make_user("Otra", role=Role.ADMIN)
    with database.unit_of_work() as uow:
        assert AccountRepository(uow).named("Ascensores Lira", viewer=admin) == []


def test_the_report_as_json_adds_up(command: typer.Typer, folder: Path) -> None:
    result = CliRunner().invoke(command, ["import", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    totals = json.loads(result.stdout)["totals"]
    assert (totals["rows"], totals["imported"], totals["skipped"]) == (1, 1, 0)
    assert "Mirando los archivos" in result.stderr


def test_bad_input_ends_with_the_reason_the_remedy_and_a_code(command: typer.Typer, folder: Path) -> None:
    (folder / "vacio.csv").write_bytes(b"")
    result = CliRunner().invoke(command, ["import", str(folder)])
    assert result.exit_code == 2
    assert "vacio.csv está vacío." in result.stderr
    assert "Expórtelo de nuevo o sáquelo de la carpeta." in result.stderr
    missing = CliRunner().invoke(command, ["import", str(folder / "nowhere")])
    assert missing.exit_code == 2
    assert "Compruebe la ruta." in missing.stderr


def test_help_documents_the_mapping_file(command: typer.Typer) -> None:
    result = CliRunner().invoke(command, ["import", "--help"], env={"COLUMNS": "160"})
    assert "[file.columns]" in result.output
    assert "[[document]]" in result.output
