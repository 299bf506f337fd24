"""Opens a file, finds its format and hands it to that format's parser.

Invariant: whatever bytes a file holds, the outcome is a document or an UnreadableFile; a reader library that trips over
damaged content does not take the import down.
"""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import DocumentKind, ParsedDocument
from copilot.errors import UnreadableFile
from copilot.telemetry import get_logger
from knowledge.parsers.formats import (
    EXTENSIONS,
    HEAD_BYTES,
    RECORD_EXTENSIONS,
    UNSUPPORTED_EXTENSIONS,
    Format,
    resolve,
    sniff,
)
from knowledge.parsers.text_building import unreadable

Parser = Callable[[bytes, str], ParsedDocument]

READER_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the readers of PDF, Office and mail formats raise on damaged content (XMLSyntaxError is a SyntaxError)."""

_CONTENT_FIRST = frozenset(
    {Format.PDF, Format.WORD, Format.EXCEL, Format.POWERPOINT, Format.EMAIL, Format.SUBTITLES, Format.HTML,
     Format.OLD_OFFICE, Format.PROTECTED_OFFICE, Format.OUTLOOK, Format.RTF, Format.OPEN_DOCUMENT}
)  # fmt: skip
_ZIP_START = b"PK\x03\x04"
_LARGEST_ARCHIVE = 256 * 1_048_576

FOLDER_KINDS = {
    "notes": DocumentKind.NOTE,
    "notas": DocumentKind.NOTE,
    "contracts": DocumentKind.CONTRACT,
    "contratos": DocumentKind.CONTRACT,
    "calls": DocumentKind.TRANSCRIPT,
    "llamadas": DocumentKind.TRANSCRIPT,
    "transcripts": DocumentKind.TRANSCRIPT,
    "transcripciones": DocumentKind.TRANSCRIPT,
}
"""Folders whose name says what their documents are, where the file itself does not."""


def is_document(path: Path) -> bool:
    """Whether `parse` is the one to deal with this file, if only to say why it cannot be read.

    True for document extensions and for any other file whose content is recognised as a document; files of records
    (CSV, JSON Lines and the like) are not, unless they are documents under a wrong name. Never raises.
    """
    extension = path.suffix.lower()
    if extension in EXTENSIONS or extension in UNSUPPORTED_EXTENSIONS:
        return True
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if head.startswith(_ZIP_START):  # an archive's table of contents is at its end
                head += file.read(_LARGEST_ARCHIVE)
    except OSError:
        return False
    found = sniff(head)
    if extension in RECORD_EXTENSIONS and found in (Format.EMAIL, Format.HTML):
        return False
    return found in _CONTENT_FIRST


def parse(path: Path, *, max_bytes: int) -> ParsedDocument:
    """Read one document.

    The language is the document's own; dates are in UTC; `kind` follows the format, the document's own statement or
    the folder's name. Raises UnreadableFile when the file is missing, empty, larger than `max_bytes`, encrypted,
    damaged, mislabelled, of a format that is not read, or unsafe to expand.
    """
    data = _read(path, max_bytes=max_bytes)
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise unreadable(DocumentMessage.EMPTY)
    format_ = resolve(data, name=path.name)
    document = _guarded(format_, data, path)
    return _with_folder_kind(document, path)


def _read(path: Path, *, max_bytes: int) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise unreadable(DocumentMessage.NOT_A_FILE)
        size = path.stat().st_size
        if size > max_bytes:
            _refuse_size(size, max_bytes=max_bytes)
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise unreadable(DocumentMessage.CANNOT_OPEN) from error
    if len(data) > max_bytes:
        _refuse_size(len(data), max_bytes=max_bytes)
    return data


def _refuse_size(size: int, *, max_bytes: int) -> None:
    raise unreadable(
        DocumentMessage.TOO_LARGE, megabytes=f"{size / 1_048_576:.1f}", limit=f"{max_bytes / 1_048_576:.1f}"
    )


def _guarded(format_: Format, data: bytes, path: Path) -> ParsedDocument:
    parser = _parser(format_)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # reader libraries warn about features that do not concern the text
            return parser(data, path.name)
    except UnreadableFile:
        raise
    except READER_FAILURES as error:
        # The type tells a damaged file from a fault of ours, which would show here again and again.
        get_logger(__name__).info("document.damaged", format=format_.value, error=type(error).__name__)
        raise unreadable(DocumentMessage.DAMAGED, found=format_.value) from error


def _with_folder_kind(document: ParsedDocument, path: Path) -> ParsedDocument:
    kind = FOLDER_KINDS.get(path.parent.name.lower())
    if kind is None or document.kind is not DocumentKind.KNOWLEDGE:
        return document
    return document.model_copy(update={"kind": kind})


def _parser(format_: Format) -> Parser:
    """Import the parser when it is needed: the Office and PDF libraries take a while to load."""
    if format_ in (Format.MARKDOWN, Format.TEXT, Format.HTML):
        return _text_parser(format_)
    if format_ is Format.EMAIL:
        from knowledge.parsers.mail import parse_mail

        return parse_mail
    if format_ in (Format.SUBTITLES, Format.SUBRIP):
        from knowledge.parsers.subtitles import parse_subtitles

        return parse_subtitles
    return _office_parser(format_)


def _text_parser(format_: Format) -> Parser:
    if format_ is Format.MARKDOWN:
        from knowledge.parsers.markdown import parse_markdown

        return parse_markdown
    if format_ is Format.HTML:
        from knowledge.parsers.web_page import parse_web_page

        return parse_web_page
    from knowledge.parsers.plain import parse_plain

    return parse_plain


def _office_parser(format_: Format) -> Parser:
    if format_ is Format.WORD:
        from knowledge.parsers.word import parse_word

        return parse_word
    if format_ is Format.EXCEL:
        from knowledge.parsers.spreadsheet import parse_spreadsheet

        return parse_spreadsheet
    if format_ is Format.POWERPOINT:
        from knowledge.parsers.slides import parse_slides

        return parse_slides
    if format_ is Format.PDF:
        from knowledge.parsers.pdf import parse_pdf

        return parse_pdf
    raise unreadable(DocumentMessage.UNSUPPORTED, found=format_.value, instead="PDF / DOCX")
