"""`sales-copilot brief`, as its users run it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from copilot import bootstrap, telemetry
from copilot.cli import brief, context
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
    monkeypatch.setattr(context.console, "_width", 200)
    monkeypatch.setattr(context.error_console, "_width", 200)
    app = typer.Typer()
    brief.register(app)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--user", owner.email])

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
