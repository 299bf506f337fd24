"""`sales-copilot guard`: run the guardrails over any text, and try a changed policy on past items.

Invariant: nothing is stored and nothing leaves; a text that should be stopped ends with exit code 3, so that a script
cannot take it for a clean one.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from copilot.approvals.policy import load_policy
from copilot.approvals.replay import Policies, Replayed, replay
from copilot.cli.context import (
    UserOption,
    acting_viewer,
    console,
    error_console,
    fail,
    open_application,
    reported_errors,
)
from copilot.cli.guard_texts import say
from copilot.cli.queue_view import plain
from copilot.domain.access import Role, Viewer
from copilot.domain.evidence import Origin
from copilot.domain.findings import Finding, Severity, Stage, TextReport, blocking
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.errors import InputError, NotAllowed
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.policy import load_guardrail_policy
from copilot.settings import load_settings
from knowledge.parsers import is_document, parse

guard_app = typer.Typer(help="Check any text, and try a changed policy on past items.", no_args_is_help=True)
STOPPED = 3
"""Exit code for a text that must not go on."""
_SHOWN = 60
_MEGABYTE = 1_048_576
_SEVERITY_STYLE = {
    Severity.INFO: "dim",
    Severity.LOW: "green",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "red",
    Severity.CRITICAL: "bold red",
}
PolicyOption = Annotated[
    Path | None, typer.Option("--guardrail-policy", help="Guardrail policy file instead of the one in use.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(guard_app, name="guard")


@guard_app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A text or any document that can be imported; - reads standard input.")],
    *,
    stage: Annotated[
        Stage,
        typer.Option(help="input: typed by us; context: about to be read by a model; output, action: about to leave."),
    ] = Stage.CONTEXT,
    origin: Annotated[Origin, typer.Option(help="Who wrote it.")] = Origin.CUSTOMER,
    language: Annotated[Language | None, typer.Option(help="Language of the text (default: found out).")] = None,
    country: Annotated[
        list[str] | None, typer.Option(help="ISO code of a country whose telephone numbers may appear. Repeatable.")
    ] = None,
    policy: PolicyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ui: Annotated[
        Language | None, typer.Option("--in", help="Language of the answer (default: COPILOT_LANGUAGE).")
    ] = None,
) -> None:
    """Say what the guardrails see in a file. Needs no database; exit code 3 when the text must be stopped."""
    settings = load_settings()
    words = ui or Language(settings.default_language)
    with reported_errors():
        guardrails = Guardrails(load_guardrail_policy(policy or settings.guardrail_policy_file))
        text = _read(file, words, max_bytes=settings.max_file_megabytes * _MEGABYTE)
        hints = Hints(language=language, countries=tuple(code.upper() for code in country or ()))
        report = guardrails.check_text(text, stage=stage, origin=origin, hints=hints)
    if as_json:
        typer.echo(json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        _print_report(report, text, words)
    if blocking(report.findings):
        raise typer.Exit(STOPPED)


@guard_app.command("replay")
def replay_policy(
    *,
    policy: PolicyOption = None,
    approval_policy: Annotated[
        Path | None, typer.Option(help="Approval policy file (who must approve) instead of the one in use.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="Judge the newest so many items.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    user: UserOption = None,
) -> None:
    """Say what a changed policy would have decided about past items. Changes nothing."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        words = Language(viewer.language)
        if viewer.role not in {Role.MANAGER, Role.ADMIN}:
            fail(NotAllowed(say("replay_role", words)))
        if policy is None and approval_policy is None:
            fail(InputError(say("replay_nothing", words), hint=say("replay_nothing_hint", words)))
        current = Policies(application.guardrails, application.policy)
        changed = Policies(
            Guardrails(load_guardrail_policy(policy)) if policy else current.guardrails,
            load_policy(approval_policy) if approval_policy else current.approvals,
        )
        with application.database.unit_of_work() as uow:
            judged = list(replay(current, changed, viewer=viewer, uow=uow, most=most))
    if as_json:
        typer.echo(json.dumps([_as_json(item) for item in judged if item.changed], ensure_ascii=False, indent=2))
    else:
        _print_replay(judged, viewer)


def _read(file: Path, words: Language, *, max_bytes: int) -> str:
    """The text of a file or of standard input. Raises InputError or UnreadableFile."""
    if str(file) == "-":
        return sys.stdin.buffer.read(max_bytes).decode("utf-8", errors="replace")
    if not file.is_file():
        raise InputError(say("no_file", words, name=file.name), hint=say("no_file_hint", words))
    if is_document(file):
        return parse(file, max_bytes=max_bytes).text
    if file.stat().st_size > max_bytes:
        raise InputError(say("too_large", words, name=file.name, limit=max_bytes // _MEGABYTE))
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(say("no_text", words, name=file.name), hint=say("no_text_hint", words)) from error


def _print_report(report: TextReport, text: str, words: Language) -> None:
    console.print(say("risk", words, risk=say(report.risk.value, words), count=len(report.findings)), highlight=False)
    for item in report.findings:
        console.print(
            Text(f"[{say(item.severity.value, words)}]", style=_SEVERITY_STYLE[item.severity]),
            Text(f"{item.rule} {_place(item, text)}"),
        )
        console.print(Text(f"  {plain(item.explanation[words.value])}"), soft_wrap=True)
    console.print(Text(say("ran", words, names=", ".join(report.ran)), style="dim"), soft_wrap=True)
    if report.needs_draft:
        console.print(Text(say("needs_draft", words, names=", ".join(report.needs_draft)), style="dim"), soft_wrap=True)


def _place(item: Finding, text: str) -> str:
    """Line and column of a finding, counted from 1."""
    if item.start is None:
        return ""
    line = text.count("\n", 0, item.start) + 1
    return f"{line}:{item.start - (text.rfind(chr(10), 0, item.start) + 1) + 1}"


def _print_replay(judged: Sequence[Replayed], viewer: Viewer) -> None:
    words = Language(viewer.language)
    changed = [item for item in judged if item.changed]
    console.print(say("replayed", words, count=len(judged), changed=len(changed)), highlight=False)
    if not changed:
        return
    table = Table()
    for name in say("replay_columns", words).split("|"):
        table.add_column(name, overflow="fold")
    for item in islice(changed, _SHOWN):
        table.add_row(
            Text(plain(item.entry.title)),
            f"{say(item.before.risk.value, words)} → {say(item.after.risk.value, words)}",
            f"{_approver(item.before.roles, words)} → {_approver(item.after.roles, words)}",
            Text("\n".join(_differences(item))),
        )
    console.print(table)
    if len(changed) > _SHOWN:
        error_console.print(say("replay_more", words, count=len(changed) - _SHOWN), highlight=False)
    moves = Counter((item.before.risk, item.after.risk) for item in changed)
    for (before, after), count in sorted(moves.items(), key=lambda pair: -pair[1]):
        console.print(f"{say(before.value, words)} → {say(after.value, words)}: {count}", highlight=False)


def _differences(item: Replayed) -> list[str]:
    """`- rule weight` for what is gone, `+ rule weight` for what is new, `rule: weight → weight` for the rest."""
    before, after = _weights(item.before.rules), _weights(item.after.rules)
    lines = []
    for rule in sorted({*before, *after}):
        old, new = before.get(rule), after.get(rule)
        if old is None:
            lines.append(f"+ {rule} {new}")
        elif new is None:
            lines.append(f"- {rule} {old}")
        elif old != new:
            lines.append(f"{rule}: {old} → {new}")
    return lines


def _weights(rules: tuple[str, ...]) -> dict[str, str]:
    """Rule -> how it weighs, e.g. `high hold`; several weights of one rule are joined."""
    found: dict[str, str] = {}
    for rule, _, weight in (item.partition(" ") for item in rules):
        found[rule] = f"{found[rule]}, {weight}" if rule in found else weight
    return found


def _approver(roles: tuple[str, ...], words: Language) -> str:
    return ", ".join(roles) or say("nobody", words)


def _as_json(item: Replayed) -> dict[str, object]:
    sides = {"before": item.before, "after": item.after}
    return {"id": item.entry.item.id, "title": item.entry.title, "kind": item.entry.kind.value} | {
        name: {
            "risk": side.risk.value,
            "approval_rule": side.approval_rule,
            "roles": list(side.roles),
            "rules": list(side.rules),
            "blocked": side.blocked,
        }
        for name, side in sides.items()
    }
