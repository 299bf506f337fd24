"""Encoding and delimiter of a delimited text file.

Invariant: a file is decoded as one encoding from end to end; what cannot be decoded is refused, not patched.
"""

import codecs
import csv
from collections.abc import Sequence
from pathlib import Path

from charset_normalizer import from_bytes

from copilot.domain.import_messages import ImportMessage
from knowledge.problems import unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"PK\x03\x04", "XLSX / ZIP"),
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x1f\x8b", "GZIP"),
    (b"\\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
)
_NOT_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_BLOCK = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLED_LINES = 60


def detect_encoding(path: Path) -> str:
    """Python name of the file's encoding.

    Raises UnreadableFile if the content is not text, whatever the file is called.
    """
    with path.open("rb") as stream:
        head = stream.read(_BLOCK)
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise unreadable(ImportMessage.OTHER_CONTENT, file=path.name, content=what)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        return _without_mark(path, head)
    if _decodes(path, "utf-8"):
        return "utf-8"
    return _single_byte(path)


def _without_mark(path: Path, head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even and odd * 4 > len(head):
        return "utf-16-le"
    if even > 4 * odd and even * 4 > len(head):
        return "utf-16-be"
    raise unreadable(ImportMessage.NOT_TEXT, file=path.name)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(path: Path) -> str:
    content = path.read_bytes()
    if not _NOT_IN_CP1252.intersection(content):
        return "cp1252"
    best = from_bytes(content[:_BLOCK]).best()
    if best is None or not _decodes(path, best.encoding):
        raise unreadable(ImportMessage.UNKNOWN_ENCODING, file=path.name)
    return best.encoding


def detect_delimiter(path: Path, *, encoding: str) -> str:
    """The delimiter that gives the most consistent table; a comma when there is only one column."""
    lines = []
    with path.open(encoding=encoding, newline="") as stream:
        for line, _ in zip(stream, range(_SAMPLED_LINES), strict=False):
            lines.append(line)
    return delimiter_of(lines)


def delimiter_of(lines: Sequence[str]) -> str:
    """The delimiter of a table that begins with these lines."""
    lines = lines[:_SAMPLED_LINES]
    if lines and lines[0].casefold().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0][4]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        score = widths.count(usual) / len(widths) * min(usual, 40) if usual > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best
