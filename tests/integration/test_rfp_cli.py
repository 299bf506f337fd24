"""Questionnaires and the answer library at the command line."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from copilot.cli import acting, rfp, rfp_words
from copilot.domain.access import Role, Viewer
from copilot.errors import CopilotError
from copilot.store.database import Database
from tests.command_line import command_line
from tests.conftest import MakeUser
from tests.rfp_files import BACKUPS, HOSTED, MOON, cells, workbook_bytes

Run = Callable[..., Result]
TABLE = "Question,Answer\nWhere is customer data hosted?,In Frankfurt and Dublin.\nWho audits you?,\n"


@pytest.fixture
def viewer(make_user: MakeUser) -> Viewer:
    return make_user("Inés Prueba", role=Role.AE, language="en")


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, viewer: Viewer) -> Run:
    call = command_line(database, tmp_path, monkeypatch, rfp, embedding_model="none")

    def as_viewer(*arguments: str, by: Viewer | None = None) -> Result:
        return call(*arguments, viewer=by or viewer)

    return as_viewer


def added(run: Run, folder: Path) -> str:
    """Hand the workbook in and return the id of its project."""
    path = folder / "vendor.xlsx"
    path.write_bytes(workbook_bytes())
    done = run("rfp", "add", str(path), "--title", "Vendor review")
    assert done.exit_code == 0, done.output
    found = re.search(r"Id: (rfp_\w+)", done.output)
    assert found
    return found[1]


def imported(run: Run, folder: Path) -> Result:
    path = folder / "kept.csv"
    path.write_text(TABLE, encoding="utf-8")
    return run("rfp", "library", "import", str(path))


def test_both_languages_say_the_same() -> None:
    said = rfp_words.TEXTS
    assert set(said["es"]) == set(said["en"])
    for key, text in said["en"].items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", said["es"][key]))


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [("es", "1 línea dejada fuera", "0 líneas dejadas fuera"), ("en", "1 line left out", "2 lines left out")],
    ids=["es", "en"],
)
def test_one_is_not_said_as_many(language: str, one: str, many: str, make_user: MakeUser) -> None:
    viewer = make_user(language=language)
    assert rfp_words.counted("line", 1, viewer) == one
    assert rfp_words.counted("line", int(many[0]), viewer) == many


def test_from_the_file_to_the_queue(run: Run, tmp_path: Path, make_user: MakeUser) -> None:
    assert "somebody else who may approve it" in imported(run, tmp_path).output
    listed = run("rfp", "library", "list", "--state", "proposed").output
    entry = re.search(r"(entry_\w+)", listed)
    assert entry, listed
    assert run("rfp", "library", "approve", entry[1]).exit_code != 0
    manager = make_user(role=Role.MANAGER, language="en")
    approved = run("rfp", "library", "approve", entry[1], "--review-by", "2027-01-31", by=manager)
    assert "2027-01-31" in approved.output
    project = added(run, tmp_path)
    assert "Vendor review" in run("rfp", "list").output
    shown = run("rfp", "show", project[:12]).output
    assert all(text in shown for text in (HOSTED, BACKUPS, MOON, "Left out: No. | Question"))
    done = run("rfp", "run", project)
    assert (done.exit_code, "3 of 3" in done.output) == (0, True), done.output
    assert "In Frankfurt and Dublin." in run("rfp", "show", project).output
    assert "review_" in run("rfp", "file", project).output
    assert "no answers to put" in run("rfp", "file", project).output
    refused = run("rfp", "package", project)
    assert refused.exit_code == 1


def test_the_closest_passage_is_used_and_taken_back(run: Run, tmp_path: Path, make_user: MakeUser) -> None:
    imported(run, tmp_path)
    entry = re.search(r"(entry_\w+)", run("rfp", "library", "list", "--state", "proposed").output)
    assert entry
    approved = run("rfp", "library", "approve", entry[1], by=make_user(role=Role.MANAGER, language="en"))
    assert approved.exit_code == 0, approved.output
    path = tmp_path / "odd.csv"
    path.write_text("No.,Question,Answer\n7,For how many days is customer data hosted?,\n", encoding="utf-8")
    project = re.search(r"Id: (rfp_\w+)", run("rfp", "add", str(path)).output)
    assert project
    assert run("rfp", "run", project[1]).exit_code == 0
    listed = run("rfp", "closest", project[1]).output
    assert all(said in listed for said in ("In Frankfurt and Dublin.", f"rfp use {project[1]}")), listed
    assert run("rfp", "use", project[1], "7", "9").exit_code == 1
    assert run("rfp", "use", project[1], "7", "1", "--value", "maybe").exit_code == 2
    used = run("rfp", "use", project[1], "7", "1")
    assert (used.exit_code, "In Frankfurt and Dublin." in used.output) == (0, True), used.output
    assert "In Frankfurt and Dublin." in run("rfp", "show", project[1]).output
    assert run("rfp", "use", project[1], "7", "1").exit_code == 1
    assert run("rfp", "use", project[1], "7", "--undo").exit_code == 0
    assert "no source found" in run("rfp", "show", project[1]).output


def test_what_was_not_filed_is_not_said_to_be_in_the_queue(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, viewer: Viewer, make_user: MakeUser
) -> None:
    imported(run, tmp_path)
    entry = re.search(r"(entry_\w+)", run("rfp", "library", "list", "--state", "proposed").output)
    assert entry
    run("rfp", "library", "approve", entry[1], by=make_user(role=Role.MANAGER, language="en"))
    project = added(run, tmp_path)
    run("rfp", "run", project)
    projects = acting.acting(viewer.email).application.rfps.projects
    monkeypatch.setattr(projects, "_rules", projects._rules.model_copy(update={"file_at_once": 0}))

    def fail(*_arguments: object, **_named: object) -> None:
        raise CopilotError("It broke.")

    monkeypatch.setattr("copilot.approvals.service.ApprovalService.submit", fail)
    done = run("rfp", "file", project)
    said = done.output
    assert done.exit_code == 1
    assert "All of them are in the queue" not in said
    assert "Not in the queue: 1" in said, said
    assert "It broke." in run("rfp", "show", project).output


def test_ctrl_c_stops_after_a_question_and_says_how_to_go_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = added(run, tmp_path)

    def interrupted(_self: Any, should_stop: Callable[[], bool], *, only: str) -> int:
        assert only == project
        os.kill(os.getpid(), signal.SIGINT)
        return int(should_stop())

    monkeypatch.setattr("copilot.workflows.rfp.running.RfpRuns.run", interrupted)
    before = signal.getsignal(signal.SIGINT)
    done = run("rfp", "run", project)
    assert (done.exit_code, f"rfp run {project}" in done.output) == (130, True), done.output
    assert signal.getsignal(signal.SIGINT) is before
    assert "stopped" in run("rfp", "show", project).output


def test_files_are_saved_and_never_overwritten(run: Run, tmp_path: Path) -> None:
    project = added(run, tmp_path)
    for what in ("original", "working-copy", "gaps"):
        target = tmp_path / f"{what}.xlsx"
        assert run("rfp", "save", project, "--what", what, "--to", str(target)).exit_code == 0
        assert cells(target.read_bytes())
    assert (tmp_path / "original.xlsx").read_bytes() == workbook_bytes()
    again = run("rfp", "save", project, "--what", "gaps", "--to", str(tmp_path / "original.xlsx"))
    assert again.exit_code == 2
    assert (tmp_path / "original.xlsx").read_bytes() == workbook_bytes()
    assert run("rfp", "add", str(tmp_path / "nothing.xlsx")).exit_code == 2


def test_a_stranger_finds_nothing(run: Run, tmp_path: Path, make_user: MakeUser) -> None:
    project = added(run, tmp_path)
    stranger = make_user("Tom Otro", role=Role.AE, team="south", language="es")
    assert "No hay nada que mostrar." in run("rfp", "list", by=stranger).output
    assert run("rfp", "show", project, by=stranger).exit_code == 1


def test_the_library_names_what_it_could_not_use(run: Run, tmp_path: Path) -> None:
    assert "New: 1. There already: 0. Without a question or an answer: 1." in imported(run, tmp_path).output
    assert "New: 0. There already: 1." in imported(run, tmp_path).output
    assert "Nothing to show." in run("rfp", "library", "findings").output
    assert "Nothing to show." in run("rfp", "library", "list", "--stale").output
