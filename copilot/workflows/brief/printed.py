"""A brief as a PDF to hand round: sources as numbered footnotes, its standing on every page.

Invariants: what nobody approved says so on every page; the words are the draft's own, and nothing in them is taken for
markup. The same draft in the same standing gives the same bytes.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from copilot.approvals.service import ApprovalService
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, DraftKind
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.rendering_words import WORDS, about, citation_numbers, date_line, quoted, writer_line
from copilot.domain.review_items import APPROVAL_STANDS, ReviewState
from copilot.errors import Conflict
from copilot.store.database import UnitOfWork
from copilot.workflows.brief.printed_text import printable

if TYPE_CHECKING:
    from copilot.workflows.brief.printed_pages import Block

_LONGEST_QUOTE = 220
"""Of a footnote; the whole text stands where the source does."""
_LONGEST_LABEL = 120
_WORDS = {
    Language.ES: {
        "approved": "Aprobado por {name} el {day}",
        "approved_by_rule": "Aprobado el {day}",
        "unreviewed": "SIN REVISAR: nadie ha aprobado este informe",
        "rejected": "RECHAZADO: no lo use",
        "outdated": "DESACTUALIZADO: sus fuentes han cambiado desde que se redactó",
        "superseded": "SUSTITUIDO por una versión más nueva",
        "page": "Página {number} de {count}",
        "internal": "Uso interno",
        "unprintable": "Los caracteres que este documento no puede imprimir aparecen como «◊».",
    },
    Language.EN: {
        "approved": "Approved by {name} on {day}",
        "approved_by_rule": "Approved on {day}",
        "unreviewed": "UNREVIEWED: nobody has approved this brief",
        "rejected": "REJECTED: do not use it",
        "outdated": "OUT OF DATE: its sources changed after it was written",
        "superseded": "REPLACED by a newer version",
        "page": "Page {number} of {count}",
        "internal": "Internal use",
        "unprintable": "Characters that this document cannot print are shown as “◊”.",
    },
}
_STANDING = {
    ReviewState.REJECTED: "rejected",
    ReviewState.STALE: "outdated",
    ReviewState.SUPERSEDED: "superseded",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the draft so far, as every page says it."""

    state: ReviewState
    decider_name: str | None = None
    decided_at: datetime | None = None

    @property
    def is_approved(self) -> bool:
        """Whether an approval stands."""
        return self.state in APPROVAL_STANDS

    def told(self, language: Language) -> str:
        """In words; only an approval that stands says `approved`."""
        words = _WORDS[language]
        if self.is_approved and self.decided_at is not None:
            day = Formatter(language).day(self.decided_at.date())
            how = "approved" if self.decider_name else "approved_by_rule"
            return words[how].format(name=self.decider_name or "", day=day)
        return words[_STANDING.get(self.state, "unreviewed")]


def render_pdf(draft: Draft, *, standing: Standing) -> bytes:
    """The brief on A4 pages."""
    # Imported here: the library takes a moment to load, and only who prints needs it.
    from copilot.workflows.brief import printed_pages

    styles = printed_pages.styles()
    shown = printable([draft.title, *_texts(draft)])
    pages = printed_pages.paginate(_blocks(draft, styles), _footnotes(draft), styles=styles)
    words = _WORDS[draft.language]
    warning = words["unprintable"] if shown.left_out else ""
    target = BytesIO()
    printed_pages.draw(
        target,
        pages,
        styles=styles,
        language=draft.language.value,
        title=printable([draft.title]).texts[0],
        head=(standing.told(draft.language), standing.is_approved),
        foot=lambda number: _foot(draft, number=number, count=len(pages), warning=warning),
    )
    return target.getvalue()


def file_name(draft: Draft) -> str:
    """What to save it as: plain letters only, whatever the account is called."""
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in (draft.account_name or "brief"))
    name = "-".join(part for part in plain.split("-") if part)[:60] or "brief"
    return f"{name}-{draft.as_of.isoformat()}.pdf"


def _texts(draft: Draft) -> list[str]:
    said = [segment.text for segment in draft.segments()]
    return [*said, *(text for item in draft.evidence for text in (item.label, item.text))]


def _blocks(draft: Draft, styles: Any) -> "list[Block]":
    from copilot.workflows.brief.printed_pages import Block

    numbers, words = citation_numbers(draft), WORDS[draft.language]
    kind = _WORDS[draft.language]["internal"]
    blocks = [
        Block.of(draft.title, style=styles.title),
        Block.of(f"{date_line(draft)} {kind}. {writer_line(draft)}", style=styles.meta),
    ]
    for section in draft.sections:
        blocks.append(Block.of(section.title, style=styles.heading, keep_with_next=True))
        style = styles.body if section.key == "summary" else styles.item
        for segment in section.segments:
            cited = tuple(numbers[item] for item in segment.evidence_ids if item in numbers)
            unsourced = "" if cited or segment.uncited_reason else f" [{words['no_source']}]"
            blocks.append(Block.of(segment.text + unsourced, style=style, cited=cited))
    return blocks


def _footnotes(draft: Draft) -> dict[int, str]:
    found = {}
    for number, item in enumerate(draft.evidence, start=1):
        label = _cut(" ".join(item.label.split()), _LONGEST_LABEL)
        quote = _cut(quoted(item, language=draft.language), _LONGEST_QUOTE)
        found[number] = f"{label} · {about(item, language=draft.language)}: “{quote}”"
    return found


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _foot(draft: Draft, *, number: int, count: int, warning: str) -> tuple[str, str]:
    words = _WORDS[draft.language]
    left = " ".join(part for part in (f"{words['internal']}. {date_line(draft)}", warning) if part)
    return left, words["page"].format(number=number, count=count)


def print_item(item_id: str, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork) -> tuple[bytes, str]:
    """The brief of one queue entry as it stands now, and what to save it as.

    Raises NotFound for what the viewer may not see, Conflict for anything but a brief.
    """
    view = approvals.get(item_id, viewer=viewer, uow=uow)
    if view.draft.kind is not DraftKind.BRIEF:
        raise Conflict("Only account briefs come as a PDF.", hint="Download the released files of this draft instead.")
    standing = Standing(view.item.state, view.entry.decider_name, view.item.decided_at)
    return render_pdf(view.draft, standing=standing), file_name(view.draft)
