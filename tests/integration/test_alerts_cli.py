"""Alerts at the command line: read, worked on, taken back; playbooks checked before they are used."""

from pathlib import Path

import pytest

from copilot.cli import alerts, scores
from copilot.domain.access import Role
from copilot.domain.alerts import AlertState, Outcome
from copilot.store.database import Database
from copilot.workflows.alerts.playbooks import DEFAULT_PLAYBOOKS
from tests import alert_worlds as world
from tests.command_line import CommandLine, command_line
from tests.conftest import MakeUser


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return command_line(database, tmp_path, monkeypatch, alerts, scores)


def test_an_alert_is_read_worked_on_and_taken_back(database: Database, make_user: MakeUser, run: CommandLine) -> None:
    owner, manager = make_user(language="en"), make_user(role=Role.MANAGER, language="es")
    alert = world.an_alert(database, owner)
    listed = run("alerts", "list", "--mine", viewer=owner).output
    assert "Aceros 1" in listed
    assert "10% → 40%" in listed
    shown = run("alerts", "show", alert.id, viewer=owner).output
    assert "What to do: The customer goes quiet." in shown
    assert "[ ] last: Read what was said last" in shown
    assert " raised · daily run" in shown
    assert f"metric:days_since_last_inbound:{alert.account_id}" in shown
    assert "[x] last" in (
        run("alerts", "step", alert.id[:20], "last", viewer=owner).output
        + run("alerts", "show", alert.id, viewer=owner).output
    )
    assert "snoozed" in run("alerts", "snooze", alert.id, "--until", "2026-11-20", viewer=owner).output
    assert "Open again" in run("alerts", "reopen", alert.id, viewer=owner).output
    assert "In the queue: review_" in run("alerts", "note", alert.id, viewer=owner).output
    assert "sin medir" in run("alerts", "quality", viewer=manager).output
    assert "There is a note already: review_" in run("alerts", "note", alert.id, viewer=owner).output
    assert "closed" in run("alerts", "close", alert.id, "--outcome", "saved", "--note", "Stays", viewer=owner).output
    assert "100\N{NO-BREAK SPACE}%" in run("alerts", "quality", viewer=manager).output
    done = world.one_alert(database, owner)
    assert (done.state, done.outcome, done.reason, done.steps_done) == (
        AlertState.CLOSED,
        Outcome.SAVED,
        "Stays",
        ("last",),
    )


def test_what_is_refused_says_what_to_do_and_strangers_find_nothing(
    database: Database, make_user: MakeUser, run: CommandLine
) -> None:
    owner, stranger = make_user(language="en"), make_user(team="south", language="en")
    alert = world.an_alert(database, owner)
    refused = run("alerts", "close", alert.id, "--outcome", "won", viewer=owner)
    assert refused.exit_code != 0
    assert "Choose one of the outcomes" in refused.output
    for command in (("show", alert.id), ("reopen", alert.id), ("show", "alert_")):
        told = run("alerts", *command, viewer=stranger)
        assert told.exit_code != 0
        assert "There is no such alert" in told.output
    assert run("alerts", "quality", viewer=owner).exit_code != 0


def test_a_file_of_playbooks_is_checked_with_the_place_of_each_fault(
    make_user: MakeUser, run: CommandLine, tmp_path: Path
) -> None:
    person = make_user(language="en")
    assert "13 playbooks" in run("alerts", "playbooks", viewer=person).output
    text, file = DEFAULT_PLAYBOOKS.read_text(encoding="utf-8"), tmp_path / "mine.toml"
    faults = {
        'causes = ["score"]\nname = { es = "El riesgo': 'causes = ["promises_broken_180d"]\nname = { es = "El riesgo',
        '"tenure_days"': '"tenure_years"',
        'key = "owner"': 'key = "read"',
        'kind = "expansion"': 'kind = "growth"',
    }
    told = ("another playbook has", "these are no signals: tenure_years", "two steps have the same key", "Input should")
    for (good, bad), words in zip(faults.items(), told, strict=True):
        file.write_text(text.replace(good, bad, 1), encoding="utf-8")
        answer = run("alerts", "playbooks", "--check", str(file), viewer=person)
        assert answer.exit_code != 0
        assert words in answer.output
