"""`sales-copilot brief`, as its users run it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from pypdf import PdfReader
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from copilot import bootstrap, telemetry
from copilot.cli import acting, brief, context
from copilot.domain.access import Role, Viewer
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.tables.work import ReviewItemRow
from tests.conftest import MakeUser
from tests.integration.test_brief_workflow import fill

Run = Callable[..., Result]


@pytest.fixture
def owner(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user("Inés Robledo", role=Role.CSM, language="es")
    with database.unit_of_work() as uow:
        fill(uow, "one", name="Talleres Mencía", owner_email=viewer.email)
        fill(uow, "two", name="Talleres Ortuño", owner_email=viewer.email)
        fill(uow, "three", name="Secreta", owner_email="otra@tramontia.example")
    return viewer


@pytest.fixture
def run(database: Database, owner: Viewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    telemetry.configure()
    application = bootstrap.assemble(Settings(COPILOT_DATA_DIR=tmp_path), database=database)
    monkeypatch.setattr(brief, "open_application", lambda: application)
    monkeypatch.setattr(acting, "open_application", lambda: application)
    monkeypatch.setattr(context.console, "_width", 200)
    monkeypatch.setattr(context.error_console, "_width", 200)
    app = typer.Typer()
    brief.register(app)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["brief", *arguments, "--user", owner.email])

    return call


def queued(database: Database) -> int:
    with database.unit_of_work() as uow:
        return uow.session.scalar(select(func.count()).select_from(ReviewItemRow)) or 0


def test_a_brief_is_shown_with_citations_sources_and_how_to_approve_it(run: Run, database: Database) -> None:
    result = run("mencia")
    assert result.exit_code == 0, result.output
    assert "Informe de cuenta: Talleres Mencía" in result.output
    assert "paga 84.000 € al año" in result.output.replace("\u00a0", " ")
    assert "[1]" in result.output
    assert "Fuentes" in result.output
    assert "Para aprobarlo: sales-copilot approve" in result.output
    assert queued(database) == 1


def test_the_language_can_be_chosen(run: Run) -> None:
    result = run("mencia", "--language", "en")
    assert "Account brief: Talleres Mencía" in result.output
    assert "Suggested next steps" in result.output


def test_a_file_holds_exactly_what_was_queued(run: Run, database: Database, tmp_path: Path) -> None:
    target = tmp_path / "brief.json"
    result = run("mencia", "--output", str(target))
    assert result.exit_code == 0, result.output
    assert json.loads(target.read_text())["account_name"] == "Talleres Mencía"
    assert "sales-copilot approve" in result.output
    assert queued(database) == 1


@pytest.mark.parametrize(("wanted", "start"), [("md", "# Informe"), ("html", "<!doctype html>"), ("json", "{")])
def test_a_format_without_a_file_goes_to_standard_output(run: Run, wanted: str, start: str) -> None:
    assert run("mencia", "--format", wanted).stdout.startswith(start)


def test_several_matches_are_listed_and_nothing_is_queued(run: Run, database: Database) -> None:
    result = run("talleres")
    assert result.exit_code == 2
    assert "Varias cuentas" in result.output or "varias cuentas" in result.output
    assert "Talleres Mencía" in result.output
    assert "Talleres Ortuño" in result.output
    assert queued(database) == 0


def test_an_unknown_name_suggests_similar_ones_and_never_those_of_others(run: Run) -> None:
    result = run("Talleres Desconocidos")
    assert result.exit_code == 1
    assert "Quizá: Talleres Mencía, Talleres Ortuño." in result.output
    hidden = run("Secreta")
    assert hidden.exit_code == 1
    assert "No hay ninguna cuenta «Secreta»" in hidden.output


def test_a_file_that_cannot_be_written_leaves_nothing_in_the_queue(
    run: Run, database: Database, tmp_path: Path
) -> None:
    result = run("mencia", "--output", str(tmp_path / "no" / "such" / "folder" / "brief.md"))
    assert result.exit_code == 2
    assert "No se puede escribir" in result.output
    assert queued(database) == 0


def printed(file: Path) -> str:
    """The text of a PDF, with single spaces."""
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(file).pages)


def test_a_new_brief_can_be_had_as_a_pdf_and_the_newest_one_without_writing_another(
    run: Run, database: Database, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    missing = run("mencia", "--pdf", str(first), "--latest")
    assert missing.exit_code == 1
    assert "Todavía no hay ningún informe de «Talleres Mencía»" in missing.output
    result = run("mencia", "--pdf", str(first))
    assert result.exit_code == 0, result.output
    assert "SIN REVISAR" in printed(first)
    assert "Talleres Mencía" in printed(first)
    assert run("mencia", "--pdf", str(second), "--latest").exit_code == 0
    assert second.read_bytes() == first.read_bytes()
    assert queued(database) == 1
    assert run("mencia", "--latest").exit_code == 2


def test_what_begins_with_no_command_is_an_account(run: Run, database: Database) -> None:
    assert run("--language", "en", "mencia").exit_code == 0
    assert run("write", "mencia").exit_code == 0
    assert queued(database) == 2


def test_briefs_are_scheduled_listed_switched_and_removed(run: Run) -> None:
    assert "No hay ninguno" in run("schedule", "list").output
    added = run("schedule", "add", "weekly", "mencia", "--weekday", "2", "--hour", "8")
    assert "cada martes a las 08:00" in added.output
    assert "todas las suyas" in run("schedule", "add", "meeting").output
    [everything, one] = json.loads(run("schedule", "list", "--json").output)
    assert (one["account_name"], one["weekday"], one["hour"]) == ("Talleres Mencía", 1, 8)
    assert (everything["account_id"], everything["hours_before"]) == (None, 24)
    assert json.loads(run("schedule", "off", one["id"], "--json").output)["active"] is False
    assert json.loads(run("schedule", "on", one["id"], "--json").output)["active"] is True
    assert run("schedule", "remove", one["id"]).exit_code == 0
    assert run("schedule", "remove", one["id"]).exit_code == 1
    assert run("schedule", "add", "once").exit_code == 2
    assert run("schedule", "add", "weekly", "Secreta").exit_code == 1


def test_briefs_of_all_own_accounts_can_be_made_here_and_say_what_came_of_it(run: Run, database: Database) -> None:
    assert "Todavía no ha llegado ninguna ocasión." in run("schedule", "results").output
    made = run("schedule", "now", "--wait")
    assert made.exit_code == 0, made.output
    assert "Cuentas de las que se hace un informe: 2" in made.output
    assert made.output.count("redactado") == 2
    assert queued(database) == 2
    assert {one["outcome"] for one in json.loads(run("schedule", "results", "--json").output)} == {"made"}
