"""The sixty seconds of the README: demo, queue, approve, the approved file; each command in a process of its own.

What is refused before anything is opened is asked in this process: to load the product takes another one two seconds.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from copilot.cli.main import app

pytestmark = pytest.mark.slow


def run(*arguments: str, data: Path, succeeds: bool = True, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, with nothing configured but the data folder."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("COPILOT_", "OPENAI_", "DATABASE_"))
    }
    environment = kept | {"COPILOT_DATA_DIR": str(data), "COLUMNS": "200", "COPILOT_EMBEDDINGS": "none"} | extra
    command = [sys.executable, "-c", "from copilot.cli.main import main; main()", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
    return done


def refused(*arguments: str, data: Path, **extra: str) -> Result:
    """What the command answers in this process when it does nothing."""
    environment = {"COPILOT_DATA_DIR": str(data), "COLUMNS": "200", "COPILOT_EMBEDDINGS": "none"} | extra
    answer = CliRunner().invoke(app, arguments, env=environment)
    structlog.reset_defaults()  # the log went to where the runner listened
    assert isinstance(answer.exception, SystemExit), answer.exception
    assert answer.exit_code != 0
    return answer


def test_from_nothing_to_an_approved_brief(own_server_folder: Path) -> None:
    data = own_server_folder
    shown = run("demo", "--no-serve", data=data).stdout
    assert "Pinecrest Facilities Group" in shown
    assert "[1]" in shown

    listed = json.loads(run("queue", "--json", data=data).stdout)
    items = listed["items"]
    assert {item["state"] for item in items} == {"pending"}
    assert {item["kind"] for item in items} == {"brief", "churn_alert"}
    alerts = json.loads(run("alerts", "list", "--json", data=data).stdout)
    assert "Logística Andina del Maipo" in {alert["account_name"] for alert in alerts}
    (brief,) = [item for item in items if item["kind"] == "brief"]
    run("approve", brief["id"], "--yes", data=data)
    exported = sorted(path.name for path in (data / "exports").rglob("brief.*"))
    assert exported == ["brief.docx", "brief.html", "brief.json", "brief.md"]

    again = run("demo", "--no-serve", "--language", "es", data=data).stdout
    assert "Logística Andina del Maipo" in again
    assert json.loads(run("alerts", "list", "--json", data=data).stdout) == alerts
    run("audit", "verify", data=data)
    assert "embedded server" in run("doctor", data=data).stdout


def test_the_demo_stays_out_of_a_workspace_that_is_in_use(own_server_folder: Path) -> None:
    data = own_server_folder
    person = ("users", "add", "ana@acme.example", "--name", "Ana", "--role", "admin")
    run(*person, "--password", "correct horse battery", data=data)
    refused = run("demo", "--no-serve", data=data, succeeds=False)
    assert "COPILOT_DATA_DIR" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("DATABASE_URL", "mysql://someone:secret@nowhere/db", "postgresql://"),
        ("DATABASE_URL", "postgresql://someone:secret@127.0.0.1:1/db", "cannot be reached"),
        ("COPILOT_PORT", "high", "COPILOT_PORT"),
    ],
)
def test_a_wrong_setting_is_named_without_its_secret(tmp_path: Path, setting: str, value: str, said: str) -> None:
    answer = refused("queue", data=tmp_path, **{setting: value})
    assert said in answer.stderr
    assert "secret" not in answer.stderr + answer.stdout
    assert "Traceback" not in answer.stderr


def test_a_taken_port_is_named_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = refused("demo", "--port", port, data=tmp_path / "data")
    assert port in answer.stderr
    assert not (tmp_path / "data" / "postgresql").exists()
