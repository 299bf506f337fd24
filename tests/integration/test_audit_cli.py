"""`sales-copilot audit`: the whole way from a checkpoint to an export that is verified offline."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from copilot.bootstrap import assemble
from copilot.cli import audit
from copilot.cli.main import app
from copilot.domain.access import Role, Viewer
from copilot.settings import Settings
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from tests.conftest import MakeUser

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, make_user: MakeUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    application = assemble(Settings(data_dir=tmp_path / "data", embedding_model="none"), database=database)
    monkeypatch.setattr(audit, "open_application", lambda: application)
    admin = make_user("Raíz Prueba", role=Role.ADMIN)

    def command(*arguments: str, viewer: Viewer | None = None) -> Result:
        needs_user = arguments[0] in {"export", "checkpoint", "rotate-key", "replay"}
        user = ["--user", (viewer or admin).email] if needs_user else []
        return CliRunner().invoke(app, ["audit", *arguments, *user], catch_exceptions=False)

    return command


def test_from_a_checkpoint_to_an_export_verified_elsewhere(
    run: Run, database: Database, make_user: MakeUser, tmp_path: Path
) -> None:
    with database.unit_of_work() as uow:
        for number in range(3):
            AuditLog(uow).append("test.happened", actor_id="ana", subject=f"thing:{number}")
    ana = make_user(role=Role.AE)
    for name in ("checkpoint", "rotate-key"):
        assert run(name, viewer=ana).exit_code == 1
    assert "1" in run("checkpoint").output
    assert run("checkpoint").exit_code == 0
    key = run("key").output.strip()
    assert key.startswith("ed25519:")
    path = tmp_path / "audit.jsonl"
    assert run("export", str(path)).exit_code == 0
    good = run("verify", "--export", str(path), "--key", key)
    assert (good.exit_code, "3 events, chain intact" in good.output) == (0, True)
    assert "NOT checked" in run("verify", "--export", str(path)).output.replace("\n", " ")
    assert run("verify", "--export", str(path), "--key", "ed25519:" + "0" * 64).exit_code == 1
    content = path.read_text()
    path.write_text("".join(content.splitlines(keepends=True)[:2]))
    cut = run("verify", "--export", str(path), "--key", key)
    assert (cut.exit_code, "event 3" in cut.output) == (1, True)
    path.write_text(content)
    assert run("rotate-key").exit_code == 0
    assert key in run("key").output
    assert run("verify").exit_code == 0


def test_what_is_missing_is_said(run: Run, tmp_path: Path) -> None:
    assert run("replay", "review_0").exit_code == 1
    assert run("verify", "--export", str(tmp_path / "absent")).exit_code == 2
    assert "No signed checkpoint" in run("verify").output
