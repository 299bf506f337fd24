"""What is held about a person can be handed over whole, at the command line, by an administrator, on record."""

import json
import stat
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from copilot import bootstrap, telemetry
from copilot.cli import privacy
from copilot.domain.access import Viewer
from copilot.settings import Settings
from copilot.store.database import Database
from tests import privacy_company as world
from tests.conftest import MakeUser

PLANTED = {
    "accounts": "Compras las lleva Begoña Arrieta.",
    "activities": "Begoña pide (612) 345-678 y juan.pedraza@duero.example en copia.",
    "contacts": "title: Directora de Compras",
    "documents": "Soy Begoña. Necesitamos 240 licencias",
    "opportunities": "Llamar a B. Arrieta al 612 34 56 78",
    "review_items": "Hablado con Begoña Arrieta.",
    "surveys": "Arrieta",
    "tickets": "begona.arrieta+crm@tormes.example",
    "pseudonym_entries": world.PERSON,
    "source_files": "begona-arrieta-renovacion.eml",
}


@pytest.fixture
def admin(
    database: Database, data_dir: Path, tmp_path: Path, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> Viewer:
    """The company, and the commands on its database."""
    telemetry.configure("warning")
    application = bootstrap.assemble(Settings(data_dir=data_dir, embedding_model="none"), database=database)
    owner, manager, admin = world.people(make_user)
    world.write_export(tmp_path / "export", owner=owner.email)
    world.import_export(tmp_path / "export", application)
    world.file_drafts(application, owner=owner, manager=manager)
    world.add_pseudonyms(database)
    monkeypatch.setattr(privacy, "open_application", lambda: application)
    return admin


def run(*said: str, code: int = 0) -> str:
    app = typer.Typer()
    privacy.register(app)
    result = CliRunner().invoke(app, ["privacy", *said])
    assert result.exit_code == code, result.output
    return result.output


def test_everything_planted_is_handed_over_and_recorded(admin: Viewer, database: Database, tmp_path: Path) -> None:
    target = tmp_path / "held.json"
    said = run("export", world.EMAIL, "--output", str(target), "--user", admin.email)
    content = json.loads(target.read_text(encoding="utf-8"))
    for table, words in PLANTED.items():
        found = [
            text
            for item in content["items"]
            if item["table"] == table
            for some in item["texts"].values()
            for text in some
        ]
        assert any(words in text for text in found), table
    assert {item["account"] for item in content["items"]} >= {world.ACCOUNT_NAME, world.OTHER_NAME}
    assert all(item["date"] for item in content["items"] if item["table"] in {"activities", "contacts", "documents"})
    assert len(content["person"]["contact_ids"]) == 2
    assert content["released_files"]
    markdown = target.with_suffix(".md").read_text(encoding="utf-8")
    assert "Directora de Compras" in markdown
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "Begoña" not in said
    events = world.everything_held(database)["audit_events"]
    exported = [event for event in events if event["action"] == "privacy.exported"]
    assert len(exported) == 1
    assert world.where_named({"audit_events": events}) == []


def test_without_confirmation_nothing_is_erased(admin: Viewer, database: Database) -> None:
    before = world.everything_held(database)
    said = run("erase", world.EMAIL, "--reason", "request", "--user", admin.email)
    assert "--confirm" in said
    assert world.everything_held(database) == before


def test_confirmed_it_is_gone_with_its_files(admin: Viewer, database: Database, data_dir: Path) -> None:
    said = run("erase", world.EMAIL, "--reason", "request", "--confirm", "--remove-files", "--user", admin.email)
    assert "2 contactos" in said
    assert world.where_named(world.everything_held(database)) == []
    assert world.files_naming(data_dir) == []
    run("erase", world.EMAIL, "--reason", "request", "--confirm", "--user", admin.email)


def test_others_are_told_to_ask_an_administrator(admin: Viewer, database: Database) -> None:
    users = world.everything_held(database)["users"]
    manager = next(row["email"] for row in users if row["role"] == "manager")
    run("export", world.EMAIL, "--user", manager, code=1)
    run("erase", world.EMAIL, "--reason", "request", "--user", manager, code=1)


def test_texts_of_the_command_exist_in_both_languages() -> None:
    assert privacy.TEXTS["es"].keys() == privacy.TEXTS["en"].keys()
