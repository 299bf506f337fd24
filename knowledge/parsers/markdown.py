"""Markdown: headings, paragraphs, lists, code and tables.

Invariant: the text shown is the text of the file; comments and elements hidden by their style, which no reader of the
rendered page would see, are left out and counted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import BlockKind, ParsedDocument
from knowledge.parsers.dates import file_name_date, title_from_name
from knowledge.parsers.decoding import decode
from knowledge.parsers.front_matter import split_front_matter
from knowledge.parsers.hidden_markup import without_hidden_markup
from knowledge.parsers.text_building import DocumentText, HeadingPath, Metadata, table_rows

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL_BREAK = re.compile(r"(?<!\\)\|")


def parse_markdown(data: bytes, name: str) -> ParsedDocument:
    """Read a Markdown file; metadata comes from its front matter, else its first heading and its name."""
    source, warnings = decode(data)
    text = DocumentText(warnings=warnings)
    visible, hidden = without_hidden_markup(text.clean(source))
    if hidden:
        text.warn(DocumentMessage.HIDDEN_TEXT, count=hidden)
    front, lines = split_front_matter(visible.split("\n"))
    metadata = Metadata()
    front.apply(metadata, text)
    reader = _Reader(text=text)
    reader.read(lines)
    metadata.title = metadata.title or reader.first_heading or title_from_name(name)
    metadata.authored_at = metadata.authored_at or file_name_date(name)
    return text.build(metadata, media_type="text/markdown")


@dataclass(slots=True)
class _Reader:
    """Walks the lines once, handing each finished stretch to the document."""

    text: DocumentText
    headings: HeadingPath = field(default_factory=HeadingPath)
    first_heading: str = ""
    paragraph: list[str] = field(default_factory=list)

    def read(self, lines: list[str]) -> None:
        remaining = iter(lines)
        for line in remaining:
            fence = _FENCE.match(line)
            heading = _HEADING.match(line)
            if fence:
                self._code(line, fence.group(1), remaining)
            elif heading:
                self.flush()
                self._heading(len(heading.group(1)), (heading.group(2) or "").rstrip("# \t"), line)
            elif self.paragraph and (self._underlined(line) or self._table(line, remaining)):
                continue
            elif line.strip():
                self.paragraph.append(line)
            else:
                self.flush()
        self.flush()

    def flush(self) -> None:
        self.text.add("\n".join(self.paragraph), heading=self.headings.current)
        self.paragraph = []

    def _heading(self, level: int, title: str, line: str) -> None:
        path = self.headings.enter(level, title)
        self.first_heading = self.first_heading or title.strip()
        self.text.add(line, kind=BlockKind.HEADING, heading=path)

    def _underlined(self, line: str) -> bool:
        """A line of `===` or `---` makes a heading of the one line above it."""
        underline = _UNDERLINE.match(line)
        if underline is None or len(self.paragraph) != 1 or self.paragraph[0].lstrip().startswith(("-", "*", ">", "|")):
            return False
        title = self.paragraph.pop()
        self._heading(1 if underline.group(1)[0] == "=" else 2, title, title)
        return True

    def _table(self, line: str, remaining: Iterator[str]) -> bool:
        """A row of `|---|` under a row of cells opens a table, which ends at the next line without a cell."""
        if "|" not in self.paragraph[-1] or "-" not in line or not _DELIMITER_ROW.match(line):
            return False
        header = self.paragraph.pop()
        self.flush()
        rows = [_cells(header)]
        for row in remaining:
            if "|" not in row:
                self.paragraph = [row] if row.strip() and not _HEADING.match(row) else []
                break
            rows.append(_cells(row))
        else:
            row = ""
        for rendered in table_rows(rows):
            self.text.add(rendered, kind=BlockKind.TABLE, heading=self.headings.current)
        heading = _HEADING.match(row)
        if heading:
            self._heading(len(heading.group(1)), (heading.group(2) or "").rstrip("# \t"), row)
        return True

    def _code(self, opening: str, mark: str, remaining: Iterator[str]) -> None:
        """Code is one block, blank lines and all, up to the closing fence or the end of the file."""
        self.flush()
        code = [opening]
        for line in remaining:
            code.append(line)
            if line.strip().startswith(mark) and not line.strip().strip(mark[0]):
                break
        self.text.add("\n".join(code), heading=self.headings.current)


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CELL_BREAK.split(line.strip().strip("|"))]
