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
    result = CliRunner().invoke(command, ["import", str(folder), "--dry-run"], env={"TERM": "dumb"})  # 80 columns
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


def test_a_reader_of_spanish_gets_every_reason_in_spanish(command: typer.Typer, folder: Path) -> None:
    (folder / "deals.csv").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 20)
    (folder / "knowledge").mkdir()
    (folder / "knowledge" / "vacio.pdf").write_bytes(b"")
    result = CliRunner().invoke(command, ["import", str(folder), "--skip-unreadable"])
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    assert "Expórtelo de nuevo" in shown or "expórtelo de nuevo" in shown
    assert "El archivo está vacío." in shown
    assert "The file" not in shown
    assert "is named like" not in shown


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ('currncy = "EUR"', "no existe la entrada currncy"),
        ('date_order = "ymd"', "date_order solo puede ser 'dmy' / 'mdy'"),
        ('[[file]]\nmatch = "accounts.csv"\ntype = "opportunity"', "[file.columns]"),
        ('[[document]]\nmatch = "x.md"\naccount = "Nadie S.A."', "Ninguna cuenta se llama Nadie S.A."),
    ],
)
def test_a_wrong_mapping_file_says_what_to_correct(
    command: typer.Typer, folder: Path, mapping: str, words: str
) -> None:
    (folder / "mapping.toml").write_text(mapping + "\n", encoding="utf-8")
    (folder / "x.md").write_text("hola", encoding="utf-8")
    result = CliRunner().invoke(command, ["import", str(folder)])
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_one_file_of_a_folder_goes_by_the_entries_that_speak_of_it(command: typer.Typer, folder: Path) -> None:
    (folder / "mapping.toml").write_text('[[file]]\nmatch = "deals.csv"\ntype = "opportunity"\n', encoding="utf-8")
    assert CliRunner().invoke(command, ["import", str(folder)]).exit_code == 2
    assert CliRunner().invoke(command, ["import", str(folder / "accounts.csv")]).exit_code == 0


def test_an_import_that_could_use_nothing_fails_and_says_so(command: typer.Typer, folder: Path) -> None:
    (folder / "accounts.csv").write_text("name,country\n,Spain\n,France\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["import", str(folder)])
    assert result.exit_code == 2
    shown = " ".join(result.output.split())
    assert "accounts.csv:2" in shown
    assert "No se ha podido aprovechar ninguna fila ni documento" in shown
    assert "Todo estaba ya así" not in shown


def test_a_currency_that_is_none_is_refused(command: typer.Typer, folder: Path) -> None:
    refused = CliRunner().invoke(command, ["import", str(folder), "--currency", "QQQ"])
    assert refused.exit_code == 2
    assert "QQQ no es una moneda" in refused.stderr
    assert CliRunner().invoke(command, ["import", str(folder), "--currency", "euro"]).exit_code == 0


def test_headers_with_brackets_are_shown_whole(command: typer.Typer, folder: Path) -> None:
    (folder / "accounts.csv").write_text("account id,name,zeta [bold]\n1,Ascensores Lira,x\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["import", str(folder), "--dry-run"])
    assert "zeta [bold]" in result.output
