"""Commands as a person runs them, against the database of a test and at the width of a wide terminal."""

from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest
import typer
from typer.testing import CliRunner, Result

from copilot import bootstrap
from copilot.cli import acting, context
from copilot.domain.access import Viewer
from copilot.settings import Settings
from copilot.store.database import Database


class CommandLine(Protocol):
    """Runs one command as `viewer`, who answers `answer` when asked."""

    def __call__(self, *arguments: str, viewer: Viewer, answer: str | None = None, width: int = 200) -> Result: ...


def command_line(
    database: Database,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *areas: ModuleType,
    opened_in: ModuleType = acting,
    **settings: Any,
) -> CommandLine:
    """The commands of some areas, whose application is opened in one module; exports go to `folder`/exports."""
    found = Settings(COPILOT_DATA_DIR=folder, COPILOT_EXPORT_DIR=folder / "exports", **settings)
    application = bootstrap.assemble(found, database=database)
    monkeypatch.setattr(opened_in, "open_application", lambda: application)
    app = typer.Typer()
    for area in areas:
        area.register(app)

    def call(*arguments: str, viewer: Viewer, answer: str | None = None, width: int = 200) -> Result:
        monkeypatch.setattr(context.console, "_width", width)
        return CliRunner().invoke(app, [*arguments, "--user", viewer.email], input=answer)

    return call
