"""Builds the files that the document tests read, with the libraries that people's programs use."""

from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from copilot.domain.documents import BlockKind, ParsedDocument
from knowledge.parsers import parse

MAX_BYTES = 10_000_000


def parsed(folder: Path, name: str, content: str | bytes) -> ParsedDocument:
    """Write a file and parse it; every block's offsets are checked on the way."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    document = parse(path, max_bytes=MAX_BYTES)
    assert_offsets_hold(document)
    return document


def assert_offsets_hold(document: ParsedDocument) -> None:
    """Blocks lie in order inside the text and are separated by white space only."""
    position = 0
    for block in document.blocks:
        assert document.text[position : block.start].strip() == ""
        assert document.text[block.start : block.end].strip() == document.text[block.start : block.end] != ""
        position = block.end
    assert position == len(document.text)


def texts(document: ParsedDocument, kind: BlockKind | None = None) -> list[str]:
    """The texts of the blocks of a kind."""
    return [document.text[b.start : b.end] for b in document.blocks if kind is None or b.kind is kind]


def mail(body: str, *, html: str | None = None, **headers: str) -> bytes:
    """An email with usual headers; names in `headers` use underscores for hyphens."""
    message = EmailMessage()
    defaults = {
        "From": "Marta Ruiz <marta.ruiz@cliente.example>",
        "To": "Lucía Ferrer <lucia.ferrer@tramontia.example>",
        "Subject": "Renovación del contrato",
        "Date": "Mon, 14 Sep 2026 10:22:00 +0200",
        "Message-ID": "<uno@cliente.example>",
    }
    for name, value in {**defaults, **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
        message[name] = value
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def word(build: Callable[[Any], None]) -> bytes:
    """A DOCX file."""
    document = Document()
    build(document)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def workbook(build: Callable[[Workbook], None]) -> bytes:
    """An XLSX file; `build` gets the workbook with its first sheet active."""
    book = Workbook()
    build(book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet(*rows: list[object]) -> bytes:
    """An XLSX file of one sheet with these rows."""

    def build(book: Workbook) -> None:
        for row in rows:
            book.worksheets[0].append(row)

    return workbook(build)


def slides(build: Callable[[Any], None]) -> bytes:
    """A PPTX file."""
    deck = Presentation()
    build(deck)
    stream = BytesIO()
    deck.save(stream)
    return stream.getvalue()


def text_box(slide: Any, text: str) -> None:
    """Put a text box on a slide."""
    slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame.text = text


def pdf(build: Callable[[Canvas], None], **options: Any) -> bytes:
    """A PDF file drawn on A4; `build` ends each page with `showPage`."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A4, **options)
    build(canvas)
    canvas.save()
    return stream.getvalue()
