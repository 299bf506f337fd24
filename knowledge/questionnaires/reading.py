"""Opens a file with a questionnaire: finds its format by its content and hands it to that format's reader.

Invariant: whatever bytes a file holds, the outcome is a questionnaire or an UnreadableFile that says what to do; a
reader library that trips over damaged content does not take the caller down.
"""

import warnings
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import PurePath
from typing import cast

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.questionnaires import MOST_QUESTIONS, Questionnaire
from copilot.errors import UnreadableFile
from copilot.telemetry import get_logger
from knowledge.parsers.decoding import decode
from knowledge.parsers.formats import UNSUPPORTED_EXTENSIONS, Format, sniff
from knowledge.parsers.reading import READER_FAILURES
from knowledge.parsers.text_building import unreadable

MAX_BYTES = 30 * 1_048_576
MAX_PASTED_CHARACTERS = 400_000
_MEGABYTE = 1_048_576

Reader = Callable[..., Questionnaire]

_READERS = {Format.EXCEL: "workbook", Format.WORD: "word", Format.PDF: "pages"}
_BY_EXTENSION = {".csv": "delimited", ".tsv": "delimited", ".md": "markdown", ".markdown": "markdown", ".json": "vsaq"}
_INSTEAD = "XLSX, DOCX / PDF"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_SAMPLE = 20_000


def read_questionnaire(name: str, content: bytes, *, today: date) -> Questionnaire:
    """Find the questions in a file; `name` is only a second opinion about its format.

    Raises UnreadableFile when the file is empty, too large, protected by a password, damaged, of a format that is not
    read, without text, or asks nothing.
    """
    if len(content) > MAX_BYTES:
        sizes = {"megabytes": f"{len(content) / _MEGABYTE:.1f}", "limit": f"{MAX_BYTES / _MEGABYTE:.1f}"}
        raise unreadable(DocumentMessage.TOO_LARGE, **sizes)
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise unreadable(DocumentMessage.EMPTY)
    format_ = sniff(content)
    reader = _READERS.get(format_) if format_ is not None else None
    if reader is None:
        _refuse(format_, content, name=name)
        reader = _text_reader(content, name=name)
    return _guarded(reader, content, name=PurePath(name).name, today=today)


def read_pasted(text: str, *, today: date) -> Questionnaire:
    """Find the questions in a text that was pasted. Raises UnreadableFile if it is empty, too long or asks nothing."""
    if not text.strip():
        raise unreadable(DocumentMessage.EMPTY)
    if len(text) > MAX_PASTED_CHARACTERS:
        raise unreadable(DocumentMessage.TOO_LONG)
    return _guarded("pasted", text.encode(errors="replace"), name="", today=today)


def _refuse(format_: Format | None, content: bytes, *, name: str) -> None:
    if format_ is Format.PROTECTED_OFFICE:
        raise unreadable(DocumentMessage.ENCRYPTED)
    if format_ is Format.BINARY and content.startswith(_PICTURES):
        raise unreadable(DocumentMessage.ONLY_IMAGES)
    extension = PurePath(name).suffix.lower()
    if format_ is Format.ARCHIVE and extension in (".xlsx", ".xlsm", ".docx"):
        raise unreadable(DocumentMessage.DAMAGED, found=extension[1:].upper())
    if format_ not in (None, Format.EMAIL):
        found, instead = UNSUPPORTED_EXTENSIONS.get(extension, (str(format_), _INSTEAD))
        raise unreadable(DocumentMessage.UNSUPPORTED, found=found, instead=instead)
    if extension in (".xlsx", ".xlsm", ".docx", ".pdf"):
        raise unreadable(DocumentMessage.DAMAGED, found=extension[1:].upper())


def _text_reader(content: bytes, *, name: str) -> str:
    """The reader for a text: what it looks like first, then its name."""
    text, _ = decode(content)
    start = text.lstrip("\ufeff \t\r\n")[:_SAMPLE]
    extension = PurePath(name).suffix.lower()
    if extension == ".json" or (start.startswith("{") and '"questionnaire"' in start):
        return "vsaq"
    if extension in _BY_EXTENSION:
        return _BY_EXTENSION[extension]
    from knowledge.questionnaires.delimited import looks_delimited

    if looks_delimited(text[:_SAMPLE]):
        return "delimited"
    return "pasted" if extension in (".txt", ".text", "") else "markdown"


def _guarded(reader: str, content: bytes, *, name: str, today: date) -> Questionnaire:
    read = cast("Reader", import_module(f"knowledge.questionnaires.{reader}").read)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # reader libraries warn about features that do not concern the text
            return _of_a_size(read(content, name=name, today=today))
    except UnreadableFile:
        raise
    except READER_FAILURES as error:
        # The type tells a damaged file from a fault of ours, which would show here again and again.
        get_logger(__name__).info("questionnaire.damaged", reader=reader, error=type(error).__name__)
        raise unreadable(DocumentMessage.DAMAGED, found=_NAMES[reader]) from error


def _of_a_size(found: Questionnaire) -> Questionnaire:
    if len(found.questions) > MOST_QUESTIONS:
        raise unreadable(DocumentMessage.TOO_MANY_QUESTIONS, limit=MOST_QUESTIONS)
    return found


_NAMES = {
    "workbook": "XLSX",
    "word": "DOCX",
    "pages": "PDF",
    "delimited": "CSV",
    "markdown": "Markdown",
    "vsaq": "JSON",
    "pasted": "TXT",
}
