"""Text files in the encoding that they came in.

Invariant: decoding and encoding again gives the very bytes; a text that the encoding has no characters for is not
written.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.workflows.rfp.filling.filled import Unwritable, broken

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp850", "mac_roman", "latin-1")


@dataclass(frozen=True, slots=True)
class TextFile:
    """The characters of a file, and how they were written."""

    text: str
    encoding: str
    mark: bytes = b""

    @classmethod
    def read(cls, content: bytes, *, known: Sequence[str]) -> "TextFile":
        """`known`: texts that were read in it; the encoding is the first in which most of them are found.

        Raises UnreadableFile if no encoding gives the bytes back.
        """
        for mark, encoding in _MARKS:
            if content.startswith(mark):
                return cls(_decoded(content.removeprefix(mark), encoding) or "", encoding, mark)
        found = [(encoding, text) for encoding in _ENCODINGS if (text := _decoded(content, encoding)) is not None]
        if not found:
            raise broken()
        wanted = [word for text in known for word in text.split()]
        best = max(found, key=lambda item: (sum(word in item[1] for word in wanted), -_ENCODINGS.index(item[0])))
        return cls(best[1], best[0])

    @property
    def line_end(self) -> str:
        """What ends its lines."""
        for end in ("\r\n", "\n", "\r"):
            if end in self.text:
                return end
        return "\n"

    def require_writable(self, text: str) -> None:
        """Raises Unwritable for characters that the encoding lacks."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise Unwritable from error

    def written(self, text: str) -> bytes:
        """`text` as the bytes of such a file."""
        return self.mark + text.encode(self.encoding)


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if text.encode(encoding) == content else None
