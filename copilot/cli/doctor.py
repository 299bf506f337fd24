"""`sales-copilot doctor`: what is configured, reachable and missing.

Invariant: it never shows a secret, never changes data, and its exit code is 1 when something that is needed
does not work.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import typer
from rich.markup import escape
from rich.table import Table

from copilot.cli.context import console, reported_errors
from copilot.domain.access import Role
from copilot.errors import CopilotError
from copilot.llm.diagnosis import check_embeddings, check_writer
from copilot.settings import Settings, load_settings
from copilot.store.database import open_database
from copilot.store.people import PeopleRepository

_LOW_DISK_BYTES = 2_000_000_000
_SEPARATE_ROLES = "set DATABASE_OWNER_URL to the role that owns the schema, DATABASE_URL to another one"


class Verdict(StrEnum):
    OK = "ok"
    OFF = "off"
    WARNING = "warning"
    FAILED = "failed"


_COLOURS = {Verdict.OK: "green", Verdict.OFF: "dim", Verdict.WARNING: "yellow", Verdict.FAILED: "bold red"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    name: str
    verdict: Verdict
    detail: str


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Say what is configured, reachable and missing."""
    with reported_errors():
        settings = load_settings()
    checks = [_guarded(name, check, settings) for name, check in _CHECKS.items()]
    table = Table("Part", "State", "Detail", title="sales-copilot doctor")
    for check in checks:
        table.add_row(check.name, f"[{_COLOURS[check.verdict]}]{check.verdict}[/]", escape(check.detail))
    console.print(table)
    if any(check.verdict is Verdict.FAILED for check in checks):
        raise typer.Exit(1)


def _guarded(name: str, check: Callable[[Settings], tuple[Verdict, str]], settings: Settings) -> Check:
    try:
        verdict, detail = check(settings)
    except CopilotError as error:
        verdict, detail = Verdict.FAILED, str(error)
    return Check(name, verdict, detail)


def _data_folder(settings: Settings) -> tuple[Verdict, str]:
    folder = settings.data_dir
    existing = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    free = shutil.disk_usage(existing).free
    detail = f"{folder} ({free / 1e9:.1f} GB free)"
    return (Verdict.WARNING if free < _LOW_DISK_BYTES else Verdict.OK), detail


def _database(settings: Settings) -> tuple[Verdict, str]:
    database = open_database(settings)
    try:
        where = "server of DATABASE_URL" if settings.database_url else "embedded server"
        if database.pending_migrations():
            return Verdict.FAILED, f"{where}: schema is not of this version; check the owner's rights"
        detail = f"{where}, PostgreSQL {database.server_version()}"
        if database.owns_its_audit_events():
            return Verdict.WARNING, f"{detail}; the application's role owns the audit events: {_SEPARATE_ROLES}"
        return Verdict.OK, detail
    finally:
        database.dispose()


def _people(settings: Settings) -> tuple[Verdict, str]:
    database = open_database(settings)
    try:
        with database.unit_of_work() as uow:
            repository = PeopleRepository(uow)
            counts = {role: len(repository.with_role(role)) for role in Role}
    finally:
        database.dispose()
    if not any(counts.values()):
        return Verdict.WARNING, "nobody yet: run `sales-copilot users add EMAIL --role admin`, or `sales-copilot demo`"
    return Verdict.OK, ", ".join(f"{count} {role.value}" for role, count in counts.items() if count)


def _embeddings(settings: Settings) -> tuple[Verdict, str]:
    if settings.embedding_model == "none":
        return Verdict.OFF, "switched off: search is lexical only"
    return Verdict.OK, check_embeddings(settings)


def _writer(settings: Settings) -> tuple[Verdict, str]:
    if settings.writer_model is None:
        return (
            Verdict.OFF,
            "no model: the offline writer is used (set COPILOT_WRITER_MODEL and OPENAI_BASE_URL or _API_KEY)",
        )
    return Verdict.OK, check_writer(settings)


_CHECKS: dict[str, Callable[[Settings], tuple[Verdict, str]]] = {
    "Data folder": _data_folder,
    "Database": _database,
    "People": _people,
    "Embeddings": _embeddings,
    "Writer model": _writer,
}
