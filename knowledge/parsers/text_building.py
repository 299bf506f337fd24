"""Builds the normalised text of a document and its blocks together.

Invariant: every block's offsets are those of the text that was added for it; the text is NFC, uses `\\n` line ends and
holds no control, invisible or surrogate characters. What was removed is counted in the warnings.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from copilot.domain.document_messages import DocumentMessage, document_message, notice
from copilot.domain.documents import Block, BlockKind, DocumentKind, ParsedDocument
from copilot.domain.language import Language, detect
from copilot.errors import UnreadableFile

MAX_CHARACTERS = 20_000_000
MAX_BLOCKS = 500_000
_LANGUAGE_SAMPLE = 20_000
_TITLE_LENGTH = 200

_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def unreadable(code: DocumentMessage, **values: str | int) -> UnreadableFile:
    """The error for a file that cannot be used, with its remedy as the hint."""
    message, remedy = document_message(code, values)
    return UnreadableFile(message, hint=remedy)


@contextmanager
def damaged_on(*failures: type[Exception], name: str) -> Iterator[None]:
    """Turn a reader library's own errors into the error for a damaged file of the format `name`."""
    try:
        yield
    except failures as error:
        raise unreadable(DocumentMessage.DAMAGED, found=name) from error


@dataclass(slots=True)
class Cleaner:
    """Normalises pieces of text and counts what it had to remove."""

    control: int = 0
    invisible: int = 0
    broken: int = 0

    def clean(self, text: str) -> str:
        """Return `text` normalised; cheap for text that already is."""
        text = _LINE_END.sub("\n", text)
        text = _SPACE.sub(" ", text)
        text, control = _CONTROL.subn("", text)
        text, invisible = _INVISIBLE.subn("", text)
        text, broken = _SURROGATE.subn("\N{REPLACEMENT CHARACTER}", text)
        self.control += control
        self.invisible += invisible
        self.broken += broken
        return unicodedata.normalize("NFC", text)

    def warnings(self) -> list[str]:
        """One line for each kind of character that was removed."""
        counted = (
            (DocumentMessage.CONTROL_CHARACTERS, self.control),
            (DocumentMessage.INVISIBLE_CHARACTERS, self.invisible),
            (DocumentMessage.BROKEN_CHARACTERS, self.broken),
        )
        return [notice(code, count=count) for code, count in counted if count]


@dataclass(slots=True)
class Metadata:
    """What a parser found out about a document besides its text."""

    title: str = ""
    kind: DocumentKind = DocumentKind.KNOWLEDGE
    language: Language | None = None
    authored_at: datetime | None = None
    author: str | None = None
    participants: tuple[str, ...] = ()
    message_id: str | None = None
    in_reply_to: str | None = None


@dataclass(slots=True)
class DocumentText:
    """Grows block by block; `build` gives the parsed document."""

    warnings: list[str] = field(default_factory=list)
    _cleaner: Cleaner = field(default_factory=Cleaner)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0
    _blocks: list[Block] = field(default_factory=list)

    def warn(self, code: DocumentMessage, **values: str | int) -> None:
        """Note something that a reader of the document should know."""
        self.warnings.append(notice(code, **values))

    def clean(self, text: str) -> str:
        """Normalise text ahead of splitting it; what is removed is counted once."""
        return self._cleaner.clean(text)

    def add(
        self,
        text: str,
        *,
        kind: BlockKind = BlockKind.BODY,
        page: int | None = None,
        heading: str | None = None,
        speaker: str | None = None,
        seconds: int | None = None,
    ) -> None:
        """Append one block, set off by a blank line. Text without any visible character adds nothing.

        Raises UnreadableFile when the document grows beyond what is kept as one document.
        """
        cleaned = self.clean(text).strip()
        if not cleaned:
            return
        if self._pieces:
            self._pieces.append("\n\n")
            self._length += 2
        start, end = self._length, self._length + len(cleaned)
        if end > MAX_CHARACTERS or len(self._blocks) >= MAX_BLOCKS:
            raise unreadable(DocumentMessage.TOO_LONG)
        self._pieces.append(cleaned)
        self._length = end
        self._blocks.append(
            Block(kind=kind, start=start, end=end, page=page, heading=heading, speaker=speaker, seconds=seconds)
        )

    def add_paragraphs(
        self, text: str, *, kind: BlockKind = BlockKind.BODY, page: int | None = None, heading: str | None = None
    ) -> None:
        """Append one block for each stretch between blank lines."""
        for paragraph in paragraphs(self.clean(text)):
            self.add(paragraph, kind=kind, page=page, heading=heading)

    def build(self, metadata: Metadata, *, media_type: str) -> ParsedDocument:
        """Finish the document. Raises UnreadableFile if nothing was added."""
        if not self._blocks:
            raise unreadable(DocumentMessage.NO_TEXT)
        text = "".join(self._pieces)
        language = metadata.language or detect(self._body_sample(text))
        return ParsedDocument(
            title=self._label(metadata.title),
            kind=metadata.kind,
            text=text,
            blocks=tuple(self._blocks),
            media_type=media_type,
            language=language.value,
            authored_at=metadata.authored_at,
            author=self._label(metadata.author) if metadata.author else None,
            participants=tuple(filter(None, map(self._label, metadata.participants))),
            message_id=self._label(metadata.message_id) if metadata.message_id else None,
            in_reply_to=self._label(metadata.in_reply_to) if metadata.in_reply_to else None,
            warnings=tuple(
                dict.fromkeys(Cleaner().clean(line) for line in (*self.warnings, *self._cleaner.warnings()))
            ),
        )

    def _all_warnings(self) -> tuple[str, ...]:
        """Each once; names in them come from the file and are cleaned like its text."""
        lines = (*self.warnings, *self._cleaner.warnings())
        return tuple(dict.fromkeys(Cleaner().clean(line) for line in lines))

    def _label(self, value: str) -> str:
        """Names and titles go to the database too: one clean line of bounded length."""
        return " ".join(Cleaner().clean(value).split())[:_TITLE_LENGTH].rstrip()

    def _body_sample(self, text: str) -> str:
        """The first part of what the author wrote; quoted history may be in the other side's language."""
        sample: list[str] = []
        length = 0
        for block in self._blocks:
            if block.kind in (BlockKind.QUOTED, BlockKind.SIGNATURE):
                continue
            sample.append(text[block.start : block.end])
            length += block.end - block.start
            if length > _LANGUAGE_SAMPLE:
                break
        return "\n".join(sample)


def paragraphs(text: str) -> list[str]:
    """Split text with `\\n` line ends at its blank lines."""
    found: list[str] = []
    current: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            current.append(line.rstrip())
        elif current:
            found.append("\n".join(current))
            current = []
    if current:
        found.append("\n".join(current))
    return found


@dataclass(slots=True)
class HeadingPath:
    """The headings in force: `2 Security › 2.1 Encryption`, the document's own title left out."""

    _levels: list[tuple[int, str]] = field(default_factory=list)

    def enter(self, level: int, title: str) -> str:
        """Open a heading of `level` (1 is the highest) and return the path that ends in it."""
        while self._levels and self._levels[-1][0] >= level:
            self._levels.pop()
        self._levels.append((level, " ".join(Cleaner().clean(title).split())[:_TITLE_LENGTH]))
        return self.current or ""

    @property
    def current(self) -> str | None:
        """The path, or None above the first heading. A title that stands above other headings is left out."""
        names = [title for _, title in self._levels]
        shown = names[1:] if len(names) > 1 and self._levels[0][0] == 1 else names
        return " › ".join(shown[-3:]) or None


def table_rows(rows: list[list[str]]) -> list[str]:
    """Render a table whose first row names the columns: one text per row, one `header: value` line per cell.

    A single row is rendered as its cells; cells without a value are left out.
    """
    cleaned = [[" ".join(cell.split()) for cell in row] for row in rows]
    filled = [row for row in cleaned if any(row)]
    if not filled:
        return []
    if len(filled) == 1 or len([cell for cell in filled[0] if cell]) < 2:
        return [" | ".join(cell for cell in row if cell) for row in filled]
    header, *body = filled
    return [row_text(header, row) for row in body]


def row_text(header: list[str], row: list[str]) -> str:
    """One table row as `header: value` lines."""
    lines = []
    for index, value in enumerate(row):
        if value:
            name = header[index] if index < len(header) else ""
            lines.append(f"{name.rstrip(':')}: {value}" if name and name != value else value)
    return "\n".join(lines)
