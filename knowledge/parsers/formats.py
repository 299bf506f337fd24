"""Which format a file has, told by its content, with the name only as a second opinion.

Invariant: a file is read by the parser of what it contains; a name that says otherwise is refused, never guessed at.
"""

import re
import zipfile
from enum import StrEnum
from io import BytesIO
from pathlib import PurePath

from copilot.domain.document_messages import DocumentMessage
from knowledge.parsers.text_building import unreadable


class Format(StrEnum):
    """Formats that are told apart, by the name shown to a person."""

    MARKDOWN = "Markdown"
    TEXT = "text"
    HTML = "HTML"
    WORD = "DOCX"
    EXCEL = "XLSX"
    POWERPOINT = "PPTX"
    PDF = "PDF"
    EMAIL = "EML"
    SUBTITLES = "VTT"
    SUBRIP = "SRT"
    OLD_OFFICE = "Office 97-2003"
    PROTECTED_OFFICE = "protected Office"
    OUTLOOK = "Outlook MSG"
    RTF = "RTF"
    OPEN_DOCUMENT = "OpenDocument"
    ARCHIVE = "ZIP"
    BINARY = "binary"


EXTENSIONS = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".docx": Format.WORD,
    ".xlsx": Format.EXCEL,
    ".xlsm": Format.EXCEL,
    ".pptx": Format.POWERPOINT,
    ".pdf": Format.PDF,
    ".eml": Format.EMAIL,
    ".vtt": Format.SUBTITLES,
    ".srt": Format.SUBRIP,
}
UNSUPPORTED_EXTENSIONS = {
    ".doc": ("DOC", "DOCX"),
    ".docm": ("DOCM", "DOCX"),
    ".dotx": ("DOTX", "DOCX"),
    ".xls": ("XLS", "XLSX"),
    ".xlsb": ("XLSB", "XLSX"),
    ".ppt": ("PPT", "PPTX"),
    ".pptm": ("PPTM", "PPTX"),
    ".ppsx": ("PPSX", "PPTX"),
    ".odt": ("ODT", "DOCX"),
    ".ods": ("ODS", "XLSX"),
    ".odp": ("ODP", "PPTX"),
    ".rtf": ("RTF", "DOCX"),
    ".msg": ("MSG", "EML"),
    ".pages": ("Pages", "DOCX"),
    ".mht": ("MHT", "HTML"),
    ".mhtml": ("MHTML", "HTML"),
}
RECORD_EXTENSIONS = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".toml", ".yaml", ".yml", ".xml"})
_TEXT_FORMATS = frozenset({Format.MARKDOWN, Format.TEXT})
_OFFICE = frozenset({Format.WORD, Format.EXCEL, Format.POWERPOINT})
_SAVE_AS = {
    Format.OLD_OFFICE: "DOCX, XLSX / PPTX",
    Format.OUTLOOK: "EML",
    Format.RTF: "DOCX",
    Format.OPEN_DOCUMENT: "DOCX, XLSX / PPTX",
    Format.ARCHIVE: "PDF, DOCX / XLSX",
    Format.BINARY: "PDF / DOCX",
}
HEAD_BYTES = 64 * 1024

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BINARY_STARTS = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"),
    *(b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh"),
    *(b"MZ", b"\x7fELF", b"SQLite format 3\x00", b"OggS", b"ID3", b"PAR1"),
)
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S
)
_HTML_TAG = re.compile(rb"<(?:html|head|body|p|div|span|table|br|h[1-6]|ul|ol|article|section|!doctype)\b", re.I)
_HEADER_LINE = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):(?:[ \t]|$)")
_MAIL_HEADER_NAMES = b"""
    from to cc subject date message-id mime-version received return-path delivered-to content-type reply-to sender
"""
_MAIL_HEADERS = frozenset(_MAIL_HEADER_NAMES.split())
_CUE = re.compile(rb"\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}[ \t]*-->")


def sniff(data: bytes) -> Format | None:
    """The format that the content shows, or None for plain text without a mark of its own."""
    head = data[:HEAD_BYTES]
    binary = _binary_format(data, head)
    if binary is not None:
        return binary
    start = head.removeprefix(b"\xef\xbb\xbf")
    if start.lstrip().startswith(b"{\\rtf"):
        return Format.RTF
    if _HTML_START.match(start):
        return Format.HTML
    if re.match(rb"WEBVTT(?=[ \t\r\n]|$)", start):
        return Format.SUBTITLES
    return Format.EMAIL if looks_like_mail(start) else None


def resolve(data: bytes, *, name: str) -> Format:
    """The format to parse `data` as. Raises UnreadableFile for unreadable formats and misleading names."""
    extension = PurePath(name).suffix.lower()
    found = sniff(data)
    named = EXTENSIONS.get(extension)
    _refuse_unsupported(found, extension=extension)
    if named is None:
        return found or Format.TEXT
    if found is None:
        return _plain_text_as(named, data)
    if found is named or (named in _TEXT_FORMATS and found is Format.EMAIL):
        return named
    raise unreadable(DocumentMessage.MISLABELLED, named=named.value, found=found.value)


def looks_like_mail(start: bytes) -> bool:
    """Whether the first lines are mail headers: at least two known ones before anything else."""
    known = 0
    for line in start.lstrip(b"\r\n").split(b"\n", 60)[:60]:
        if not line.strip():
            break
        if line[:1] in b" \t" or line.startswith((b"From ", b">From ")):
            continue
        match = _HEADER_LINE.match(line.rstrip())
        if match is None:
            return False
        known += match.group(1).lower() in _MAIL_HEADERS
    return known >= 2


def _binary_format(data: bytes, head: bytes) -> Format | None:
    if b"%PDF-" in head[:1024]:
        return Format.PDF
    if head.startswith(_OLE):
        return _compound_format(data)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive_format(data)
    return Format.BINARY if head.startswith(_BINARY_STARTS) else None


def _compound_format(data: bytes) -> Format:
    """Old Office files, Outlook messages and encrypted new Office files share one container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Format.PROTECTED_OFFICE
    if "__substg1.0_".encode("utf-16-le") in data:
        return Format.OUTLOOK
    return Format.OLD_OFFICE


def _archive_format(data: bytes) -> Format:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return Format.ARCHIVE
    for member, format_ in (
        ("word/document.xml", Format.WORD),
        ("xl/workbook.xml", Format.EXCEL),
        ("ppt/presentation.xml", Format.POWERPOINT),
        ("content.xml", Format.OPEN_DOCUMENT),
    ):
        if member in names:
            return format_
    return Format.ARCHIVE


def _refuse_unsupported(found: Format | None, *, extension: str) -> None:
    if found is Format.PROTECTED_OFFICE:
        raise unreadable(DocumentMessage.ENCRYPTED)
    if extension in UNSUPPORTED_EXTENSIONS:
        name, instead = UNSUPPORTED_EXTENSIONS[extension]
        raise unreadable(DocumentMessage.UNSUPPORTED, found=name, instead=instead)
    named = EXTENSIONS.get(extension)
    if found is Format.ARCHIVE and named in _OFFICE:
        raise unreadable(DocumentMessage.DAMAGED, found=str(named))
    if found in _SAVE_AS and (named is None or named in _TEXT_FORMATS):
        raise unreadable(DocumentMessage.UNSUPPORTED, found=found.value, instead=_SAVE_AS[found])


def _plain_text_as(named: Format, data: bytes) -> Format:
    """Content without a mark of its own: fits the formats that are plain text."""
    head = data[:HEAD_BYTES]
    fits = {
        Format.MARKDOWN: True,
        Format.TEXT: True,
        Format.HTML: b"\x00" in head or _HTML_TAG.search(head) is not None,
        Format.SUBRIP: _CUE.search(head) is not None,
    }
    if fits.get(named, False):
        return named
    if named in _OFFICE or named is Format.PDF:
        raise unreadable(DocumentMessage.DAMAGED, found=named.value)
    raise unreadable(DocumentMessage.MISLABELLED, named=named.value, found=Format.TEXT.value)
