"""Questionnaires in PDF files: running text, tables as they are drawn, form fields.

Invariant: every line of the text layer is in one block, row or page header; lines are counted per page from the top as
the page draws them, both from 1.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from copilot.domain.document_messages import DocumentMessage, document_message
from copilot.domain.questionnaires import Questionnaire, QuestionnaireFormat, SkipReason
from knowledge.parsers.dates import title_from_name
from knowledge.parsers.pdf import open_pdf, page_lines
from knowledge.parsers.pdf_layout import Line, body_size
from knowledge.parsers.text_building import Cleaner, unreadable
from knowledge.questionnaires.asking import language_of
from knowledge.questionnaires.blocks import Block, Table, says, split_number
from knowledge.questionnaires.drafting import Found
from knowledge.questionnaires.flow import read_flow
from knowledge.questionnaires.form_fields import FormField, fields_of
from knowledge.questionnaires.options import gap_in, options_in
from knowledge.questionnaires.page_tables import Row, tables_in
from knowledge.questionnaires.style import is_marked

_EDGE_LINES = 3
_HEADING_SIZE = 1.15
_HEADING_WORDS = 16
_PARAGRAPH_GAP = 1.3
_SHORT_LINE = 0.8
_BROKEN_OFF = 0.6
_LISTED_PAGES = 50


def read(content: bytes, *, name: str, today: date) -> Questionnaire:
    """Read a PDF file. Raises UnreadableFile if it is protected, damaged, made of images only or asks nothing."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports damage by logging fragments of the file
    try:
        reader = open_pdf(content)
        pages, damaged = page_lines(reader)
        fields = fields_of(reader)
    except (FileNotDecryptedError, DependencyError) as error:
        raise unreadable(DocumentMessage.ENCRYPTED) from error
    except PyPdfError as error:
        raise unreadable(DocumentMessage.DAMAGED, found="PDF") from error
    empty = [number for number, lines in enumerate(pages, start=1) if not lines and number not in damaged]
    if len(empty) + len(damaged) == len(pages):
        raise unreadable(DocumentMessage.DAMAGED if damaged else DocumentMessage.ONLY_IMAGES, found="PDF")
    reading = _Reading(body=body_size(pages), widest=max(len(line.text) for lines in pages for line in lines))
    reading.read(pages, fields)
    language = language_of([part.text for part in reading.flow if isinstance(part, Block)] + reading.table_texts())
    found = Found(language=language, today=today)
    read_flow(found, reading.flow, fillable=bool(fields))
    for address, text in reading.left_out:
        found.skip(text, address, SkipReason.OTHER)
    for code, numbers in ((DocumentMessage.IMAGE_PAGES, empty), (DocumentMessage.UNREADABLE_PAGES, damaged)):
        if numbers:
            listed = ", ".join(str(number) for number in numbers[:_LISTED_PAGES])
            found.warnings.append(document_message(code, {"pages": listed}, language=language)[0])
            for number in numbers:
                found.skip(
                    document_message(code, {"pages": number}, language=language)[0], f"{number}:1", SkipReason.NOT_READ
                )
    return found.questionnaire(QuestionnaireFormat.PDF, title=_title(reader) or title_from_name(name))


@dataclass(slots=True)
class _Reading:
    body: float
    widest: int
    flow: list[Block | Table] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    _levels: dict[float, int] = field(default_factory=dict)
    _cleaner: Cleaner = field(default_factory=Cleaner)

    def read(self, pages: Sequence[Sequence[Line]], fields: Sequence[FormField]) -> None:
        """Read all pages."""
        repeated = _repeated(pages)
        sizes = {_size(line, self.body) for lines in pages for line in lines} - {0.0}
        self._levels = {size: min(level, 6) for level, size in enumerate(sorted(sizes, reverse=True), start=1)}
        for page, lines in enumerate(pages, start=1):
            rows = [Row(line, f"{page}:{number}") for number, line in enumerate(lines, start=1)]
            edges = {row.address for row in (*rows[:_EDGE_LINES], *rows[-_EDGE_LINES:])}
            kept = []
            for row in rows:
                if row.address in edges and _masked(row.line) in repeated:
                    self.left_out.append((row.address, row.line.text))
                else:
                    kept.append(row)
            self._page(kept, [entry for entry in fields if entry.page == page])

    def table_texts(self) -> list[str]:
        """What stands in tables, for the language."""
        tables = [part for part in self.flow if isinstance(part, Table)]
        return [cell.text for table in tables for row in table.rows for cell in row if cell.text]

    def _page(self, rows: Sequence[Row], fields: Sequence[FormField]) -> None:
        leading = _leading([row.line for row in rows])
        waiting = sorted(fields, key=lambda entry: (-entry.top, entry.left))
        group: list[Row] = []
        for part in tables_in(rows):
            if isinstance(part, Table):
                self._end(group)
                self.flow.append(part)
                continue
            while waiting and waiting[0].middle > part.line.y + part.line.size:
                self._end(group)
                self.flow.append(_field_block(waiting.pop(0)))
            if group and self._starts_new(group[-1].line, part.line, leading=leading):
                self._end(group)
            group.append(part)
        self._end(group)
        self.flow += [_field_block(entry) for entry in waiting]

    def _end(self, group: list[Row]) -> None:
        if group:
            self.flow.append(self._block(group))
            group.clear()

    def _block(self, group: Sequence[Row]) -> Block:
        shown = self._cleaner.clean(
            _joined([" ".join(row.line.text.replace(" | ", "   ").split(" | ")) for row in group])
        )
        numbered = split_number(" ".join(shown.split()))
        size = _size(group[0].line, self.body)
        level = self._levels.get(size, 0) if size else 0
        return Block(
            numbered.text, group[0].address, number=numbered.number, level=level, item=numbered.item,
            indent=int(group[0].line.x // 18), bold=all(row.line.bold for row in group),
            shown=" ".join(shown.split()),
        )  # fmt: skip

    def _starts_new(self, above: Line, line: Line, *, leading: float) -> bool:
        if _size(above, self.body) != _size(line, self.body) or above.bold != line.bold:
            return True
        text, before = line.text, above.text
        if split_number(text).item or options_in(text) is not None or says("answer", "line", text):
            return True
        if says("answer", "comment", text) or says("guidance", "start", text) or gap_in(before):
            return True
        if (gap_in(text) or options_in(before) is not None) and not text[:1].islower():
            return True
        gap = above.bottom - line.y
        if gap < 0:
            return before.rstrip().endswith((".", "?", "!", ":"))
        if leading and gap > _PARAGRAPH_GAP * leading + 0.5:
            return True
        opens = text[:1].isupper() or text[:1] in "¿¡"
        ended = is_marked(before) or before.rstrip().endswith((".", ":"))
        return opens and len(before) < (_SHORT_LINE if ended else _BROKEN_OFF) * self.widest


def _joined(texts: Sequence[str]) -> str:
    joined = ""
    for text in texts:
        joined += text if not joined or (joined.endswith("-") and joined[-2:-1].isalpha()) else f" {text}"
    return joined


def _field_block(entry: FormField) -> Block:
    return Block("", f"{entry.page}:{entry.name}", choices=entry.choices, control=entry.name, given=entry.given)


def _size(line: Line, body: float) -> float:
    """The size of a line that is set as a heading, else 0."""
    if len(line.cells) > 1 or not any(map(str.isalpha, line.text)) or len(line.text.split()) > _HEADING_WORDS:
        return 0.0
    return round(line.size, 1) if line.size >= _HEADING_SIZE * body else 0.0


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance between the lines of a paragraph."""
    gaps = [above.bottom - below.y for above, below in pairwise(lines) if 0 < above.bottom - below.y < 4 * below.size]
    return sorted(gaps)[len(gaps) // 4] if gaps else 0.0


def _repeated(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Lines at the edges of most pages, figures apart."""
    counts: Counter[str] = Counter()
    for lines in pages:
        edges = (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])
        counts.update({_masked(line) for line in edges if not is_marked(line.text) and not _answers(line.text)})
    least = max(2, (len(pages) + 1) // 2)
    return frozenset(text for text, count in counts.items() if count >= least)


def _answers(text: str) -> bool:
    """Places for answers repeat without being page headers, and so do items of a list."""
    return bool(says("answer", "line", text) or gap_in(text) or options_in(text) or split_number(text).item)


def _masked(line: Line) -> str:
    return "".join("#" if character.isdigit() else character for character in line.text)


def _title(reader: PdfReader) -> str:
    try:
        title = " ".join(str(reader.metadata.title or "").split()) if reader.metadata else ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError):
        return ""
    defaults = ("untitled", "(anonymous", "microsoft word", "sin título", "unspecified")
    return "" if title.lower().startswith(defaults) or title.lower().endswith((".pdf", ".docx", ".doc")) else title
