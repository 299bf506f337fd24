"""PDF files with a text layer.

Invariant: the text of every page that has any is kept under its page number; pages without text and damaged pages are
named in the warnings, and a file of images alone is refused with advice.
"""

import logging
import re
from collections import Counter
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import BlockKind, ParsedDocument
from knowledge.parsers.dates import file_name_date, title_from_name
from knowledge.parsers.pdf_layout import Line, PageLines, Paragraph, body_size, paragraphs
from knowledge.parsers.text_building import DocumentText, HeadingPath, Metadata, row_text, unreadable

_MAX_PAGES = 5_000
_EDGE_LINES = 3
_REPEATED_ON = 2
_DIGITS = re.compile(r"\d+")
_FIGURE = re.compile(r"\d")
_LISTED_PAGES = 50
_READER_FAILURES = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def parse_pdf(data: bytes, name: str) -> ParsedDocument:
    """Read a PDF; `page` is the page's number. Raises UnreadableFile if it is encrypted or has no text at all."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports damage by logging fragments of the file
    try:
        reader = open_pdf(data)
        pages, damaged = page_lines(reader)
    except (FileNotDecryptedError, DependencyError) as error:
        raise unreadable(DocumentMessage.ENCRYPTED) from error
    except PyPdfError as error:
        raise unreadable(DocumentMessage.DAMAGED, found="PDF") from error
    text = DocumentText()
    empty = [number for number, lines in enumerate(pages, start=1) if not lines and number not in damaged]
    if len(empty) + len(damaged) == len(pages):
        raise unreadable(DocumentMessage.DAMAGED if damaged else DocumentMessage.ONLY_IMAGES, found="PDF")
    _warn_pages(text, DocumentMessage.IMAGE_PAGES, empty)
    _warn_pages(text, DocumentMessage.UNREADABLE_PAGES, damaged)
    writer = _Writer(text=text, body=body_size(pages))
    writer.write(_without_repetitions(pages, text))
    metadata = Metadata(
        title=_title(reader) or writer.largest or title_from_name(name),
        authored_at=file_name_date(name),
    )
    return text.build(metadata, media_type="application/pdf")


def open_pdf(data: bytes) -> PdfReader:
    """Raises UnreadableFile if the file needs a password, is too long or has no pages; PyPdfError if it is damaged."""
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise unreadable(DocumentMessage.ENCRYPTED)
    if len(reader.pages) > _MAX_PAGES:
        raise unreadable(DocumentMessage.TOO_LONG)
    if not reader.pages:
        raise unreadable(DocumentMessage.NO_TEXT)
    return reader


def page_lines(reader: PdfReader) -> tuple[list[list[Line]], list[int]]:
    """The lines of each page, and the numbers of the pages that could not be read."""
    pages: list[list[Line]] = []
    damaged: list[int] = []
    for number in range(1, len(reader.pages) + 1):
        collected = PageLines()
        try:
            reader.pages[number - 1].extract_text(visitor_text=collected.visit)
        except (FileNotDecryptedError, DependencyError):
            raise
        except _READER_FAILURES:
            damaged.append(number)
            collected = PageLines()
        pages.append(collected.lines)
    return pages, damaged


def _without_repetitions(pages: list[list[Line]], text: DocumentText) -> list[list[Line]]:
    """Drop running headers and footers after their first page: edge lines that, figures apart, most pages share."""
    counts: Counter[str] = Counter()
    for lines in pages:
        counts.update({_masked(line) for line in (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])})
    least = max(_REPEATED_ON, (len(pages) + 1) // 2)
    repeated = {line for line, count in counts.items() if count >= least}
    seen: set[str] = set()
    kept: list[list[Line]] = []
    for lines in pages:
        here = {_masked(line) for line in (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])} & repeated
        kept.append([line for line in lines if _masked(line) not in here & seen])
        seen |= here
    if sum(map(len, kept)) < sum(map(len, pages)):
        text.warn(DocumentMessage.REPEATED_LINES, count=len(repeated))
    return kept


def _masked(line: Line) -> str:
    return _DIGITS.sub("#", line.text)


class _Writer:
    """Adds pages to the document, keeping track of the headings by their size."""

    def __init__(self, *, text: DocumentText, body: float) -> None:
        self.largest = ""
        self._largest_size = 0.0
        self._text = text
        self._body = body
        self._headings = HeadingPath()

    def write(self, pages: list[list[Line]]) -> None:
        """Add every paragraph of every page."""
        content = [paragraphs(lines, body=self._body) for lines in pages]
        sizes = sorted({part.heading_size for parts in content for part in parts if part.heading_size}, reverse=True)
        levels = {size: min(level, 6) for level, size in enumerate(sizes, start=1)}
        for page, parts in enumerate(content, start=1):
            for part in parts:
                self._add(part, page=page, levels=levels)

    def _add(self, part: Paragraph, *, page: int, levels: dict[float, int]) -> None:
        if part.heading_size:
            if part.heading_size > self._largest_size:
                self.largest, self._largest_size = part.text, part.heading_size
            path = self._headings.enter(levels[part.heading_size], part.text)
            self._text.add(part.text, kind=BlockKind.HEADING, page=page, heading=path)
        elif part.rows:
            for row in _rendered(part):
                self._text.add(row, kind=BlockKind.TABLE, page=page, heading=self._headings.current)
        else:
            self._text.add(part.text, page=page, heading=self._headings.current)


def _rendered(part: Paragraph) -> list[str]:
    """Rows under column names where the first row clearly has them; else the cells of each row side by side."""
    first, *others = part.rows
    named = len(first) >= 3 and not any(_FIGURE.search(cell) for cell in first)
    if not named or not any(len(row) == len(first) for row in others):
        return part.text.split("\n")
    header = [" ".join(cell.split()) for cell in first]
    return [_row(header, [" ".join(cell.split()) for cell in row]) for row in others]


def _row(header: list[str], row: list[str]) -> str:
    """A total or a remark across the table has fewer cells than there are names."""
    return row_text(header, row) if len(row) == len(header) else " | ".join(filter(None, row))


def _warn_pages(text: DocumentText, code: DocumentMessage, numbers: list[int]) -> None:
    if numbers:
        shown = ", ".join(str(number) for number in numbers[:_LISTED_PAGES])
        text.warn(code, pages=f"{shown}…" if len(numbers) > _LISTED_PAGES else shown)


def _title(reader: PdfReader) -> str:
    """The title in the file's properties, unless it is a program's default or a file name."""
    try:
        title = " ".join(str(reader.metadata.title or "").split()) if reader.metadata else ""
    except _READER_FAILURES:
        return ""
    is_default = title.lower().startswith(("untitled", "(anonymous", "microsoft word", "sin título", "unspecified"))
    return "" if is_default or re.search(r"\.\w{2,4}$", title) else title
