"""Questionnaires in Markdown: headings, lists, tables, lines to be filled in.

Invariant: addresses are lines of the file, counted from 1; marks of emphasis are not part of a text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.questionnaires import Questionnaire, QuestionnaireFormat, SkipReason
from knowledge.parsers.dates import title_from_name
from knowledge.parsers.decoding import decode
from knowledge.parsers.text_building import Cleaner, unreadable
from knowledge.questionnaires.asking import language_of
from knowledge.questionnaires.blocks import Block, Cell, Table, split_number
from knowledge.questionnaires.drafting import Found
from knowledge.questionnaires.flow import read_flow
from knowledge.questionnaires.lines import Line, block_of, indent_of, joined, width_of

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:=[ \t]*){3,})$")
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL_BREAK = re.compile(r"(?<!\\)\|")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?(?:br|p|b|i|u|em|strong|span|div|sup|sub|details|summary|input)\b[^<>]{0,200}>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]+)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_STRONG = re.compile(r"(\*\*|(?<!_)__(?!_))(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_\n]+?)(?<=[^\s*_])\1(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_QUOTE = re.compile(r"^ {0,3}(?:>\s?)+")
_LONGEST = 5_000_000
_LONGEST_LINE = 4_000


def read(content: bytes, *, name: str, today: date) -> Questionnaire:
    """Read a Markdown file. Raises UnreadableFile if it is no text or asks nothing."""
    text, warnings = decode(content)
    if len(text) > _LONGEST:
        raise unreadable(DocumentMessage.TOO_LONG)
    reading = _Reading()
    reading.read(Cleaner().clean(text))
    language = language_of(list(reading.texts()))
    found = Found(language=language, today=today, warnings=list(warnings))
    read_flow(found, reading.flow, fillable=False)
    for address, left in reading.left_out:
        found.skip(left, address, SkipReason.OTHER)
    return found.questionnaire(QuestionnaireFormat.MARKDOWN, title=title_from_name(name))


@dataclass(slots=True)
class _Reading:
    flow: list[Block | Table] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    _pending: list[Line] = field(default_factory=list)

    def read(self, text: str) -> None:
        """Walk the lines once."""
        lines = list(enumerate(self._without_comments(text).split("\n"), start=1))
        lines = self._without_front_matter(lines)
        index = 0
        while index < len(lines):
            index = self._line(lines, index)
        self._flush()

    def texts(self) -> Iterator[str]:
        """All that is shown."""
        for part in self.flow:
            if isinstance(part, Block):
                yield part.text
            else:
                yield from (cell.text for row in part.rows for cell in row)

    def _without_comments(self, text: str) -> str:
        """Comments are taken out and told of; lines keep their numbers."""
        for match in _COMMENT.finditer(text):
            if match.group(1).strip():
                self.left_out.append((str(text.count("\n", 0, match.start()) + 1), match.group(1).strip()))
        return _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)

    def _without_front_matter(self, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
        if not lines or lines[0][1].strip() != "---":
            return lines
        end = next((index for index, (_, line) in enumerate(lines[1:40], start=1) if line.strip() in ("---", "...")), 0)
        self.left_out += [(str(number), line) for number, line in lines[1:end] if line.strip()]
        return lines[end + 1 :] if end else lines

    def _line(self, lines: Sequence[tuple[int, str]], index: int) -> int:
        """Read one line, or the table or code that it opens; returns where to go on."""
        number, line = lines[index]
        heading, fence = _HEADING.match(line), _FENCE.match(line)
        if fence:
            return self._code(lines, index, fence.group(1))
        if heading:
            self._flush()
            self._heading(heading.group(2), number, level=len(heading.group(1)))
        elif (
            index + 1 < len(lines)
            and "|" in line
            and _DELIMITER_ROW.match(lines[index + 1][1])
            and "-" in lines[index + 1][1]
        ):
            return self._table(lines, index)
        elif len(self._pending) == 1 and _UNDERLINE.match(line) and not split_number(self._pending[0].text).item:
            above = self._pending.pop()
            self._heading(above.text, above.number, level=1 if line.strip().startswith("=") else 2)
        elif _RULE.match(line):
            self._flush()
        elif line.strip():
            self._pending.append(Line(_QUOTE.sub("", line).rstrip("\\"), number, hard=line.endswith(("  ", "\\"))))
        else:
            self._flush()
        return index + 1

    def _flush(self) -> None:
        if self._pending:
            width = width_of(self._pending) if len(self._pending) > 2 else 0
            for group in joined(self._pending, width=width):
                shown = [replace(line, text=plain(line.text)) for line in group]
                self.flow.append(
                    block_of(shown, bold=_is_bold(group), note=_is_note(group), indent=indent_of(group[0].text))
                )
        self._pending = []

    def _heading(self, text: str, number: int, *, level: int) -> None:
        self.flow.append(block_of([Line(plain(text), number)], level=level, item=False))

    def _code(self, lines: Sequence[tuple[int, str]], index: int, mark: str) -> int:
        self._flush()
        rest = lines[index + 1 :]
        length = next((count for count, (_, line) in enumerate(rest, 1) if line.strip().startswith(mark)), len(rest))
        code = [line for _, line in lines[index : index + 1 + length]]
        self.left_out.append((str(lines[index][0]), "\n".join(code)))
        return index + 1 + length

    def _table(self, lines: Sequence[tuple[int, str]], index: int) -> int:
        self._flush()
        rows = [_cells(lines[index])]
        index += 2
        while index < len(lines) and "|" in lines[index][1]:
            rows.append(_cells(lines[index]))
            index += 1
        self.flow.append(Table(tuple(rows)))
        return index


def plain(text: str) -> str:
    """A line without marks of emphasis, links and tags; gaps stay."""
    if len(text) > _LONGEST_LINE:
        return text
    kept = _TAG.sub(" ", text)
    kept = _LINK.sub(r"\1", kept)
    kept = _CODE.sub(r"\1", kept)
    for _ in range(2):
        kept = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", kept))
    return _ESCAPED.sub(r"\1", kept).rstrip()


def _is_bold(group: Sequence[Line]) -> bool:
    shown = " ".join(line.text.strip() for line in group)
    bare = split_number(shown).text
    return bool(re.fullmatch(r"(\*\*|__).+\1:?", bare.strip()))


def _is_note(group: Sequence[Line]) -> bool:
    shown = " ".join(line.text.strip() for line in group)
    return bool(re.fullmatch(r"([*_])(?![*_]).+(?<![*_])\1", shown))


def _cells(line: tuple[int, str]) -> tuple[Cell, ...]:
    number, text = line
    inner = text.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    cells = _CELL_BREAK.split(inner)
    return tuple(
        Cell(plain(cell.strip()).strip(), str(number), bold=bool(re.fullmatch(r"(\*\*|__).+\1", cell.strip())))
        for cell in cells
    )
