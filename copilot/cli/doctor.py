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

from copilot.approvals.checkpoints import Checkpoints
from copilot.cli.context import console, reported_errors
from copilot.domain.access import Role
from copilot.errors import CopilotError
from copilot.llm.diagnosis import check_embeddings, check_endpoint
from copilot.llm.endpoints import Endpoint, chain_of
from copilot.llm.policy import load_model_policy
from copilot.llm.roles import ModelRole
from copilot.settings import Settings, load_settings
from copilot.store import clean_memory
from copilot.store.database import open_database
from copilot.store.model_calls import ModelCallRepository
from copilot.store.people import PeopleRepository
from copilot.store.role_separation import Weakness, weaknesses

_LOW_DISK_BYTES = 2_000_000_000
_WEAKNESSES = {
    Weakness.SUPERUSER: "the application's role is a superuser",
    Weakness.OWNER: "the application's role owns the audit tables, or may act as their owner",
    Weakness.RIGHTS: "the application's role may change audit events, checkpoints or votes",
}
_SEPARATE_ROLES = (
    "make another role (create role sales_copilot_app login password '…'), name it in DATABASE_URL and the role that "
    "owns the schema in DATABASE_OWNER_URL; its rights are then given at the next start"
)


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
        return Verdict.OK, detail
    finally:
        database.dispose()


def _audit_roles(settings: Settings) -> tuple[Verdict, str]:
    database = open_database(settings)
    try:
        found = weaknesses(database)
    finally:
        database.dispose()
    if found:
        return Verdict.WARNING, f"{'; '.join(_WEAKNESSES[item] for item in found)}: {_SEPARATE_ROLES}"
    return Verdict.OK, "the application's role can only add to the audit chain and to votes"


def _audit_checkpoints(settings: Settings) -> tuple[Verdict, str]:
    database = open_database(settings)
    try:
        state = Checkpoints(settings).state(database)
    finally:
        database.dispose()
    if state.last is None:
        return Verdict.OFF, "none yet: the worker signs the first, or `sales-copilot audit checkpoint`"
    detail = f"{state.last.number} signed, up to event {state.last.sequence}; {state.uncovered} events wait"
    if not state.key_is_here:
        return Verdict.OFF, f"{detail}; the key that signs is not on this machine"
    if state.key_is_exposed:
        return Verdict.WARNING, f"{detail}; others on this machine can read {settings.audit_key}: chmod 600"
    if settings.audit_checkpoint_dir is None:
        return Verdict.WARNING, f"{detail}; no copies elsewhere: set COPILOT_AUDIT_CHECKPOINT_DIR"
    if state.not_outside:
        return Verdict.WARNING, f"{detail}; {state.not_outside} not copied to {settings.audit_checkpoint_dir}"
    return Verdict.OK, f"{detail}; copies in {settings.audit_checkpoint_dir}"


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


def _shared_vectors(settings: Settings) -> tuple[Verdict, str]:
    if settings.chroma_url is not None:
        return Verdict.OK, "server of CHROMA_URL"
    if clean_memory.available():
        return Verdict.OK, "embedded, works in cleared memory"
    return Verdict.WARNING, (
        "embedded, and this system cannot clear memory first: text read earlier can stay in the files of vectors; "
        "run a Chroma server and set CHROMA_URL"
    )


def _models(role: ModelRole) -> Callable[[Settings], tuple[Verdict, str]]:
    """The check of one role: each of its models, what it was found fit for, and whether its endpoint answers."""

    def check(settings: Settings) -> tuple[Verdict, str]:
        chain = chain_of(settings, role, policy=load_model_policy(settings.models_file))
        if not chain:
            return Verdict.OFF, _WITHOUT[role]
        reached = [_reached(endpoint) for endpoint in chain]
        worst = Verdict.OK if all(verdict is Verdict.OK for verdict, _ in reached) else Verdict.WARNING
        details = [
            f"{endpoint.model} ({endpoint.label}): {detail}{_fitness(settings, endpoint, role)}"
            for endpoint, (_, detail) in zip(chain, reached, strict=True)
        ]
        # Whatever fails, the rules write: no model makes the product unusable, but none at all is worth a red line.
        nobody = all(verdict is Verdict.FAILED for verdict, _ in reached)
        return (Verdict.FAILED if nobody else worst), f"{'; then '.join(details)}; then rules"

    return check


def _reached(endpoint: Endpoint) -> tuple[Verdict, str]:
    try:
        return Verdict.OK, check_endpoint(endpoint)
    except CopilotError as error:
        return Verdict.FAILED, str(error)


def _fitness(settings: Settings, endpoint: Endpoint, role: ModelRole) -> str:
    database = open_database(settings)
    try:
        with database.unit_of_work() as uow:
            verdict = ModelCallRepository(uow).verdict(endpoint.model, endpoint=endpoint.identity)
    finally:
        database.dispose()
    if verdict is None:
        return _UNCHECKED.get(role, "")
    if role is ModelRole.JUDGE:
        may = "may judge" if verdict.may_judge else "may not judge"
        return f", {may}: {verdict.judged_right} of {verdict.judged_of} pairs right"
    return f", found fit as {verdict.fitness.value.replace('_', ' ')}"


_UNCHECKED = {
    ModelRole.PLANNER: ", not checked, so it does not plan: `sales-copilot models check --role planner`",
    ModelRole.JUDGE: ", not checked, so it does not judge: `sales-copilot models check --role judge`",
}


_WITHOUT = {
    ModelRole.WRITER: "no model: the offline writer is used (set COPILOT_WRITER_MODEL, or COPILOT_LOCAL_MODEL)",
    ModelRole.PLANNER: "no model: messages are planned by rules",
    ModelRole.JUDGE: "no model: nobody gives a second opinion on answers",
}


_CHECKS: dict[str, Callable[[Settings], tuple[Verdict, str]]] = {
    "Data folder": _data_folder,
    "Database": _database,
    "Audit roles": _audit_roles,
    "Audit checkpoints": _audit_checkpoints,
    "People": _people,
    "Embeddings": _embeddings,
    "Shared vectors": _shared_vectors,
    "Writer model": _models(ModelRole.WRITER),
    "Planner model": _models(ModelRole.PLANNER),
    "Judge model": _models(ModelRole.JUDGE),
}
