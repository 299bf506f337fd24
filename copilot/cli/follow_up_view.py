"""How a follow-up and what can be followed up look at the command line.

Invariant: text from outside is printed as plain text, without control characters or markup of the terminal. The
numbers of sources are for the reviewer; the email that is sent has none.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copilot.cli.brief_view import queue_entry, sources_of
from copilot.cli.context import console
from copilot.cli.queue_view import plain
from copilot.domain.access import Viewer
from copilot.domain.destinations import Mailbox
from copilot.domain.documents import DocumentKind
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.rendering_words import citation_numbers
from copilot.workflows.filed_draft import FiledDraft
from copilot.workflows.follow_up.sources import SourceChoice

_TEXTS = {
    "es": {
        "to": "Para", "cc": "Copia", "subject": "Asunto", "attached": "Adjuntos", "form": "Trato y tono",
        "draft": "Borrador hasta su aprobación; no se ha enviado nada",
        "none": "No hay llamadas ni correos con este cliente a los que dar seguimiento.",
        "id": "Id", "day": "Día", "kind": "Tipo", "title": "Asunto", "people": "Con",
        "email": "correo", "transcript": "llamada",
        "use": "Para escribir uno: sales-copilot follow-up CUENTA --document ID",
        "tu": "de tú", "usted": "de usted", "formal": "formal", "informal": "informal",
        "plain": "normal", "shorter": "más corto", "warmer": "más cálido", "firmer": "más firme",
    },
    "en": {
        "to": "To", "cc": "Cc", "subject": "Subject", "attached": "Attached", "form": "Form and tone",
        "draft": "A draft until it is approved; nothing was sent",
        "none": "There are no calls or emails with this customer to follow up.",
        "id": "Id", "day": "Day", "kind": "Kind", "title": "Subject", "people": "With",
        "email": "email", "transcript": "call",
        "use": "To write one: sales-copilot follow-up ACCOUNT --document ID",
        "tu": "familiar (tú)", "usted": "formal (usted)", "formal": "formal", "informal": "informal",
        "plain": "plain", "shorter": "shorter", "warmer": "warmer", "firmer": "firmer",
    },
}  # fmt: skip


def print_follow_up(result: FiledDraft, *, viewer: Viewer, to: Console | None = None) -> None:
    """Print the envelope, the text with numbered sources, the notes, and the queue entry."""
    shown, draft = to or console, result.draft
    texts, numbers = _TEXTS[viewer.language], citation_numbers(draft)
    shown.print()
    shown.print(Text(texts["draft"], style="dim"))
    shown.print(_envelope(result, texts))
    for section in draft.sections:
        shown.print()
        for segment in section.segments:
            line = Text("\n".join(map(plain, segment.text.splitlines())))
            for key in segment.evidence_ids:
                if key in numbers:
                    line.append(f" [{numbers[key]}]", style="dim")
            shown.print(line)
    shown.print()
    if draft.evidence:
        shown.print(sources_of(draft))
    for note in draft.provenance.notes:
        shown.print(Text(f"! {plain(note)}", style="yellow"))
    shown.print()
    shown.print(queue_entry(result.item, result.report, language=Language(viewer.language)))


def _envelope(result: FiledDraft, texts: dict[str, str]) -> Table:
    email, told = result.draft.email, result.draft.provenance.parameters
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column()
    if email is None:
        return table
    rows = [("to", _people(email.to)), ("cc", _people(email.cc)), ("subject", plain(email.subject))]
    rows.append(("attached", ", ".join(plain(item.name) for item in email.attachments)))
    rows.append(("form", ", ".join(texts[told[key]] for key in ("register", "variant") if told.get(key) in texts)))
    for name, value in rows:
        if value:
            table.add_row(texts[name], Text(value))
    return table


def _people(boxes: Sequence[Mailbox]) -> str:
    return ", ".join(f"{plain(box.name)} <{plain(box.address)}>" for box in boxes)


def print_sources(choices: Sequence[SourceChoice], *, viewer: Viewer, to: Console | None = None) -> None:
    """The conversations that can be followed up, newest first."""
    shown, texts = to or console, _TEXTS[viewer.language]
    if not choices:
        shown.print(texts["none"], markup=False, highlight=False)
        return
    formatter = Formatter(Language(viewer.language))
    table = Table(box=None, header_style="bold cyan")
    for name in ("id", "day", "kind", "title", "people"):
        table.add_column(texts[name], no_wrap=name == "id")
    for item in choices:
        kind = texts["email" if item.kind is DocumentKind.EMAIL else "transcript"]
        people = ", ".join(plain(name) for name in item.people)
        table.add_row(item.document_id, formatter.day(item.day), kind, Text(plain(item.title)), Text(people))
    shown.print(table)
    shown.print(texts["use"], markup=False, highlight=False)
