"""Checks an Office file's archive before anything expands it.

Invariant: what is expanded is bounded in total size, size of XML and number of entries, and no XML part declares a
document type: Office files never do, and entity bombs need one.
"""

import re
import zipfile
from io import BytesIO

from copilot.domain.document_messages import DocumentMessage
from knowledge.parsers.text_building import unreadable

MAX_ENTRIES = 5_000
MAX_EXPANDED = 400 * 1_048_576
MAX_EXPANDED_XML = 150 * 1_048_576
_START = 512
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})[\"']")
_ENCODINGS = frozenset({b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"utf8"})
_FLAG_ENCRYPTED = 0x1


def check_archive(data: bytes) -> None:
    """Raise UnreadableFile if the archive is encrypted, expands beyond the limits or holds dangerous XML.

    The sizes that an archive declares are binding: reading stops there.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        if any(entry.flag_bits & _FLAG_ENCRYPTED for entry in entries):
            raise unreadable(DocumentMessage.ENCRYPTED)
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_EXPANDED:
            raise unreadable(DocumentMessage.EXPANDS_TOO_MUCH)
        xml = [entry for entry in entries if _holds_xml(archive, entry)]
        if sum(entry.file_size for entry in xml) > MAX_EXPANDED_XML:
            raise unreadable(DocumentMessage.EXPANDS_TOO_MUCH)
        for entry in xml:
            _check_xml(archive.read(entry))


def _holds_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Told by the content: the parts of a document may have any name."""
    with archive.open(entry) as part:
        start = part.read(_START)
    return _without_marks(start).lstrip().startswith(b"<")


def _without_marks(start: bytes) -> bytes:
    """UTF-16 shows its letters between NULs, after a byte order mark."""
    return start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")


def _check_xml(part: bytes) -> None:
    plain = _without_marks(part) if b"\x00" in part[:8] else part
    declared = _ENCODING.search(plain[:400])
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise unreadable(DocumentMessage.UNSAFE_XML)
    if declared and declared.group(1).lower() not in _ENCODINGS:
        raise unreadable(DocumentMessage.UNSAFE_XML)
