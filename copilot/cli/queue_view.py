"""How the queue looks at the command line, in the language of the person it acts for.

Invariant: whatever came from outside is printed as plain text, without control characters or markup.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from copilot.approvals.service import ReviewView
from copilot.approvals.texts import refusal
from copilot.cli.context import console
from copilot.domain.access import Viewer
from copilot.domain.drafts import Segment
from copilot.domain.findings import Finding, Risk
from copilot.domain.rendering import quoted
from copilot.domain.review_items import OPEN, ReviewState
from copilot.errors import InputError
from copilot.store.queue_pages import QueuePage
from copilot.store.review_entries import QueueEntry

_TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "empty": "No hay nada que mostrar.",
        "more": "Hay más: repita con --cursor {cursor}",
        "columns": "Id|Riesgo|Estado|Cuenta|Título|Lo pidió|Vence",
        "late": "vencido",
        "by": "Lo pidió {requester} · riesgo {risk} · estado {state} · versión {version}",
        "decided": "Decidió {decider}: {state}. {comment}",
        "who": "Puede aprobar: {roles} · regla {rule}",
        "nobody": "nadie (retenido)",
        "digest": "Resumen del contenido (digest): {digest}",
        "findings": "Lo que vieron los controles",
        "no_findings": "Los controles no encontraron nada.",
        "sources": "Fuentes",
        "accept": "Frases sin apoyo; apruébelas por su nombre con --accept-segment: {names}",
        "cannot": "Usted no puede aprobarlo: {why}",
        "release": "Entrega: {state} {code}",
        "confirm": "¿Aprobar exactamente esto?",
        "approved": "Aprobado.",
        "rejected": "Rechazado.",
        "edited": "Guardado como versión {version}: {id}. Los votos anteriores quedan anulados.",
        "released": "Los archivos aprobados están en {folder}",
        "releasing": "La entrega está en marcha; véala con `sales-copilot queue show`.",
        "not_released": "Aprobado, pero aún no entregado ({code}). Reintente con `sales-copilot queue retry {id}`.",
        "edit_help": "# Cambie los textos bajo cada nombre. Un texto vacío quita la frase.",
        "edit_left": "No se ha guardado ningún cambio.",
        "edit_unreadable": "No se puede leer {file} como texto UTF-8. Use la forma que escribe --print.",
        "edit_form": "El archivo no tiene la forma esperada: cada texto va bajo una línea como [summary.1].",
        "edit_twice": "La frase {name} aparece dos veces. Deje una.",
        "low": "bajo",
        "medium": "medio",
        "high": "alto",
        "critical": "crítico",
        "pending": "pendiente",
        "rejected_state": "rechazado",
        "approved_state": "aprobado",
        "superseded": "sustituido",
        "expired": "caducado",
        "stale": "desactualizado",
        "released_state": "entregado",
        "release_failed": "entrega fallida",
    },
    "en": {
        "empty": "Nothing to show.",
        "more": "There is more: repeat with --cursor {cursor}",
        "columns": "Id|Risk|State|Account|Title|Asked by|Due",
        "late": "overdue",
        "by": "Asked by {requester} · {risk} risk · {state} · version {version}",
        "decided": "Decided by {decider}: {state}. {comment}",
        "who": "May approve: {roles} · rule {rule}",
        "nobody": "nobody (held)",
        "digest": "Digest of the content: {digest}",
        "findings": "What the checks saw",
        "no_findings": "The checks found nothing.",
        "sources": "Sources",
        "accept": "Sentences without support; accept by name with --accept-segment: {names}",
        "cannot": "You may not approve it: {why}",
        "release": "Release: {state} {code}",
        "confirm": "Approve exactly this?",
        "approved": "Approved.",
        "rejected": "Rejected.",
        "edited": "Saved as version {version}: {id}. Earlier votes are void.",
        "released": "The approved files are in {folder}",
        "releasing": "The release is under way; see it with `sales-copilot queue show`.",
        "not_released": "Approved, but not released yet ({code}). Try again with `sales-copilot queue retry {id}`.",
        "edit_help": "# Change the texts below each name. An empty text takes the sentence out.",
        "edit_left": "No change was saved.",
        "edit_unreadable": "{file} cannot be read as UTF-8 text. Use the form that --print writes.",
        "edit_form": "The file does not have the form expected: each text below a line like [summary.1].",
        "edit_twice": "The sentence {name} is there twice. Leave one.",
        "low": "low",
        "medium": "medium",
        "high": "high",
        "critical": "critical",
        "pending": "pending",
        "rejected_state": "rejected",
        "approved_state": "approved",
        "superseded": "superseded",
        "expired": "expired",
        "stale": "out of date",
        "released_state": "released",
        "release_failed": "release failed",
    },
}
_BLOCK = re.compile(r"\[([\w.-]{1,100})\]\s*")
_RISK_STYLE = {Risk.LOW: "green", Risk.MEDIUM: "yellow", Risk.HIGH: "red", Risk.CRITICAL: "bold red"}


def say(text: str, viewer: Viewer, **values: object) -> str:
    """A text in the viewer's language."""
    return _TEXTS.get(viewer.language, _TEXTS["en"])[text].format(**values)


def plain(text: str) -> str:
    """Text of others on one line, without control or invisible formatting characters."""
    spaced = "".join(" " if char in "\n\r\t" else char for char in text)
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"})


def print_page(page: QueuePage, *, viewer: Viewer, as_json: bool, now: datetime) -> None:
    """The list."""
    if as_json:
        content = {"items": [entry_as_json(entry) for entry in page.entries], "cursor": page.cursor}
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    if not page.entries:
        console.print(say("empty", viewer))
        return
    table = Table(*say("columns", viewer).split("|"))
    for entry in page.entries:
        item = entry.item
        overdue = item.state in OPEN and item.requirement.due_at <= now
        due = f"{item.requirement.due_at:%Y-%m-%d %H:%M}" + (f" ({say('late', viewer)})" if overdue else "")
        cells = (entry.account_name or "-", entry.title, entry.requester_name, due)
        table.add_row(
            _short(item.id),
            Text(say(item.risk.value, viewer), style=_RISK_STYLE[item.risk]),
            _state(item.state, viewer),
            *(Text(plain(cell)) for cell in cells),
        )
    console.print(table)
    if page.cursor:
        console.print(say("more", viewer, cursor=page.cursor), highlight=False, soft_wrap=True)


def print_item(view: ReviewView, *, viewer: Viewer) -> None:
    """The draft with its sources and findings."""
    _print(plain(view.entry.title), style="bold")
    for line in _head(view, viewer):
        _print(line)
    by_segment = _by_segment(view.findings)
    numbers = {item.id: number for number, item in enumerate(view.draft.evidence, start=1)}
    for section in view.draft.sections:
        _print(f"\n{plain(section.title)}", style="bold")
        for segment in section.segments:
            _print_segment(segment, numbers, by_segment.get(segment.id, []), viewer)
    _print(f"\n{say('sources', viewer)}", style="bold")
    for item in view.draft.evidence:
        _print(f"[{numbers[item.id]}] {plain(item.label)}: {plain(quoted(item, language=view.draft.language))[:200]}")
    _print_findings(by_segment.get(None, []), viewer, none_at_all=not view.findings)
    if view.unsupported_segments:
        _print("\n" + say("accept", viewer, names=", ".join(view.unsupported_segments)), style="yellow")
    if view.may_approve is not None and view.item.state in OPEN:
        _print(say("cannot", viewer, why=refusal(view.may_approve, language=viewer.language)[0]), style="yellow")


def _head(view: ReviewView, viewer: Viewer) -> Iterable[str]:
    item, requirement = view.item, view.item.requirement
    state = _state(item.state, viewer)
    yield item.id
    risk = say(item.risk.value, viewer)
    yield say("by", viewer, requester=plain(view.entry.requester_name), risk=risk, state=state, version=item.version)
    roles = ", ".join(requirement.roles) or say("nobody", viewer)
    yield say("who", viewer, roles=roles, rule=requirement.rule)
    yield say("digest", viewer, digest=item.digest)
    if view.entry.decider_name:
        comment = plain(item.comment or "")
        yield say("decided", viewer, decider=plain(view.entry.decider_name), state=state, comment=comment)
    if view.release is not None:
        yield say("release", viewer, state=view.release.state.value, code=view.release.error_code or "")


def _print_segment(segment: Segment, numbers: dict[str, int], findings: list[Finding], viewer: Viewer) -> None:
    marks = "".join(f"[{numbers[item]}]" for item in segment.evidence_ids if item in numbers)
    _print(f"- {plain(segment.text)} {marks} ({segment.id})")
    for finding in findings:
        _print(f"    ! {_explained(finding, viewer)}", style="red")


def _print_findings(findings: list[Finding], viewer: Viewer, *, none_at_all: bool) -> None:
    if none_at_all:
        _print("\n" + say("no_findings", viewer), style="green")
    if findings:
        _print("\n" + say("findings", viewer), style="bold")
    for finding in findings:
        _print(f"! {_explained(finding, viewer)}", style="red")


def _explained(finding: Finding, viewer: Viewer) -> str:
    words = finding.explanation.get(viewer.language) or finding.explanation["en"]
    return f"[{say(_as_risk(finding), viewer)}] {plain(words)}"


def _as_risk(finding: Finding) -> str:
    return finding.severity.value if finding.severity.value in set(Risk) else Risk.LOW.value


def _by_segment(findings: Iterable[Finding]) -> dict[str | None, list[Finding]]:
    found: dict[str | None, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.segment_id, []).append(finding)
    return found


def _print(line: str, *, style: str | None = None) -> None:
    console.print(Text(line, style=style or ""), highlight=False, soft_wrap=True)


def _short(item_id: str) -> str:
    return item_id[: len("review_") + 8]


def _state(state: ReviewState, viewer: Viewer) -> str:
    name = f"{state.value}_state" if f"{state.value}_state" in _TEXTS["en"] else state.value
    return say(name, viewer)


def entry_as_json(entry: QueueEntry) -> dict[str, Any]:
    """One line of the list for programs."""
    return {
        **entry.item.model_dump(mode="json"),
        "kind": entry.kind.value,
        "title": entry.title,
        "language": entry.language.value,
        "account_id": entry.account_id,
        "account_name": entry.account_name,
    }


def item_as_json(view: ReviewView) -> dict[str, Any]:
    """One item in full for programs."""
    return {
        **entry_as_json(view.entry),
        "draft": view.draft.model_dump(mode="json"),
        "findings": [finding.model_dump(mode="json") for finding in view.findings],
        "unsupported_segments": list(view.unsupported_segments),
        "may_not_approve": view.may_approve,
        "release": None if view.release is None else view.release.state.value,
    }


def edit_template(view: ReviewView, *, viewer: Viewer) -> str:
    """Every text below its segment's name, to be changed by hand."""
    blocks = [f"[{segment.id}]\n{plain(segment.text)}\n" for segment in view.draft.segments()]
    return "\n".join([say("edit_help", viewer) + "\n", *blocks])


def read_edit(written: str, *, viewer: Viewer) -> dict[str, str]:
    """Segment id -> text, from what `edit_template` gave. Raises InputError for another form."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in written.splitlines():
        if current is None and line.startswith("#"):
            continue
        block = _BLOCK.fullmatch(line)
        if block:
            if block[1] in found:
                raise InputError(say("edit_twice", viewer, name=block[1]))
            current = found[block[1]] = []
        elif current is not None:
            current.append(line.strip())
        elif line.strip():
            raise InputError(say("edit_form", viewer))
    if not found:
        raise InputError(say("edit_form", viewer))
    return {name: " ".join(part for part in lines if part) for name, lines in found.items()}
