"""How a brief looks at the command line.

Invariant: text from outside is printed as plain text, without control characters or markup of the terminal.
"""

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copilot.cli.context import console
from copilot.cli.queue_view import plain
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, Section, Segment
from copilot.domain.evidence import EvidenceKind, Origin
from copilot.domain.findings import GuardrailReport, Risk
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.rendering_words import citation_numbers, quoted
from copilot.domain.review_items import ReviewItem
from copilot.workflows.filed_draft import FiledDraft

_TEXTS = {
    "es": {
        "as_of": "Datos a {day} · uso interno · borrador hasta su aprobación",
        "sources": "Fuentes",
        "customer": "cliente",
        "web": "web",
        "internal": "interno",
        "computed": "calculado",
        "queued": "En la cola de aprobación",
        "item": "Entrada {id} · riesgo {risk} · avisos de los controles: {count}",
        "approve": "Para aprobarlo: sales-copilot approve {id}",
        "show": "Para verlo con sus avisos: sales-copilot queue show {id}",
        "low": "bajo",
        "medium": "medio",
        "high": "alto",
        "critical": "crítico",
    },
    "en": {
        "as_of": "Data as of {day} · internal use · a draft until it is approved",
        "sources": "Sources",
        "customer": "customer",
        "web": "web",
        "internal": "internal",
        "computed": "computed",
        "queued": "In the approval queue",
        "item": "Entry {id} · {risk} risk · findings of the checks: {count}",
        "approve": "To approve it: sales-copilot approve {id}",
        "show": "To see it with its findings: sales-copilot queue show {id}",
        "low": "low",
        "medium": "medium",
        "high": "high",
        "critical": "critical",
    },
}
_RISK_STYLES = {Risk.LOW: "green", Risk.MEDIUM: "yellow", Risk.HIGH: "red", Risk.CRITICAL: "bold red"}
_QUOTE_LENGTH = 160


def print_brief(result: FiledDraft, *, viewer: Viewer, to: Console | None = None) -> None:
    """Print the draft with its citations, its sources, and the queue entry."""
    shown = to or console
    draft = result.draft
    texts = _TEXTS[draft.language.value]
    shown.print()
    shown.print(Text(plain(draft.title), style="bold"))
    day = Formatter(draft.language).day(draft.as_of)
    shown.print(Text(texts["as_of"].format(day=day), style="dim"))
    for section in draft.sections:
        shown.print()
        shown.print(_section(section, numbers=citation_numbers(draft)))
    shown.print()
    shown.print(sources_of(draft))
    shown.print()
    shown.print(queue_entry(result.item, result.report, language=Language(viewer.language)))


def _section(section: Section, *, numbers: dict[str, int]) -> Group:
    lines: list[Text | Padding] = [Text(plain(section.title), style="bold cyan")]
    for segment in section.segments:
        line = _segment(segment, numbers=numbers)
        lines.append(line if section.key == "summary" else Padding(Text("• ").append_text(line), (0, 0, 0, 1)))
    return Group(*lines)


def _segment(segment: Segment, *, numbers: dict[str, int]) -> Text:
    text = Text(plain(segment.text))
    for evidence_id in segment.evidence_ids:
        if evidence_id in numbers:
            text.append(f" [{numbers[evidence_id]}]", style="dim")
    return text


def sources_of(draft: Draft) -> Group:
    """The draft's sources under the numbers that its sentences carry."""
    texts, formatter = _TEXTS[draft.language.value], Formatter(draft.language)
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(style="dim")
    for number, item in enumerate(draft.evidence, start=1):
        origin = {Origin.INTERNAL: "internal", Origin.CUSTOMER: "customer", Origin.WEB: "web"}[item.origin]
        kind = texts["computed"] if item.kind is EvidenceKind.METRIC else texts[origin]
        quote = plain(quoted(item, language=draft.language))
        quote = quote if len(quote) <= _QUOTE_LENGTH else f"{quote[: _QUOTE_LENGTH - 1]}…"
        table.add_row(f"[{number}]", Text(f"{plain(item.label)} · {formatter.day(item.as_of)}, {kind}: {quote}"))
    return Group(Text(texts["sources"], style="bold cyan"), table)


def queue_entry(item: ReviewItem, report: GuardrailReport, *, language: Language) -> Panel:
    """Where it waits, how risky it is, and what to type next."""
    texts = _TEXTS[language.value]
    line = texts["item"].format(id=item.id, risk=texts[item.risk.value], count=len(report.findings))
    body = Text(line, style=_RISK_STYLES[item.risk])
    body.append("\n" + texts["approve"].format(id=item.id), style="default")
    body.append("\n" + texts["show"].format(id=item.id), style="default")
    return Panel(body, title=texts["queued"], title_align="left", border_style=_RISK_STYLES[item.risk])
