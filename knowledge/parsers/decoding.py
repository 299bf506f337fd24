"""Turns the bytes of a text file into characters.

Invariant: every byte sequence either becomes text, with a warning when the encoding had to be guessed, or is refused
as binary; nothing is dropped without being counted.
"""

import codecs
import re

from copilot.domain.document_messages import DocumentMessage, notice
from knowledge.parsers.text_building import unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = (("cp1252", "Windows-1252"), ("cp850", "DOS 850"), ("mac_roman", "Mac Roman"))
_EXPECTED = re.compile("[áéíóúüñÁÉÍÓÚÑçºª¿¡«»“”‘’–—…€£°·èàòïâêôäöß]")
_UNEXPECTED = re.compile("[^\x00-\x7fáéíóúüñÁÉÍÓÚÑçºª¿¡«»“”‘’–—…€£°·èàòïâêôäöß]")
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_SAMPLE = 200_000
_BINARY_SHARE = 0.02
_NULS_OF_UTF16 = 0.2


def decode(data: bytes) -> tuple[str, list[str]]:
    """Return the text and warnings about how it was read. Raises UnreadableFile if the bytes are not text."""
    text, warnings = _decoded(data)
    sample = text[:_SAMPLE]
    if len(_BINARY.findall(sample)) > max(8, _BINARY_SHARE * len(sample)):
        raise unreadable(DocumentMessage.NOT_TEXT)
    return text, warnings


def _decoded(data: bytes) -> tuple[str, list[str]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.removeprefix(mark).decode(_without_mark(mark, encoding), errors="replace"), []
    wide = _utf16_without_mark(data)
    if wide:
        return data.decode(wide, errors="replace"), [notice(DocumentMessage.LEGACY_ENCODING, encoding="UTF-16")]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        encoding, label = _likeliest_legacy(data)
        return data.decode(encoding, errors="replace"), [notice(DocumentMessage.LEGACY_ENCODING, encoding=label)]


def _without_mark(mark: bytes, encoding: str) -> str:
    """The mark is cut off, so the byte order must be named."""
    if encoding == "utf-8":
        return encoding
    return f"{encoding}-{'le' if mark.startswith(bytes([0xFF])) else 'be'}"


def _utf16_without_mark(data: bytes) -> str | None:
    """Text in Latin letters has a NUL in every second byte of UTF-16."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd / half > _NULS_OF_UTF16 and even == 0:
        return "utf-16-le"
    if even / half > _NULS_OF_UTF16 and odd == 0:
        return "utf-16-be"
    return None


def _likeliest_legacy(data: bytes) -> tuple[str, str]:
    """The single-byte encoding under which the text has most of the letters that Spanish and English use."""

    def score(candidate: tuple[str, str]) -> int:
        text = data[:_SAMPLE].decode(candidate[0], errors="replace")
        return len(_EXPECTED.findall(text)) - len(_UNEXPECTED.findall(text))

    return max(_LEGACY, key=score)
