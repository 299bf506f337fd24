"""Questionnaires in Word documents: tables of questions and answers, numbered prose, forms with controls.

Invariant: paragraphs and tables are counted as the file has them in its body, whatever is read of them, so that an
address leads back to the same place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from copilot.domain.document_messages import DocumentMessage, document_message
from copilot.domain.questionnaires import Questionnaire, QuestionnaireFormat, SkipReason
from knowledge.parsers.dates import title_from_name
from knowledge.parsers.text_building import Cleaner, unreadable
from knowledge.questionnaires.asking import language_of
from knowledge.questionnaires.blocks import Block, Cell, Table, split_number
from knowledge.questionnaires.drafting import Found
from knowledge.questionnaires.flow import read_flow
from knowledge.questionnaires.options import is_placeholder
from knowledge.questionnaires.word_package import Look, Package, W, number_of, open_package, outline_level, value
from knowledge.questionnaires.word_text import Words, choices_of, words_of

_CONTAINERS = frozenset({f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")})
_WIDEST = 64
_LONGEST = 60_000
_MOSTLY = 0.9
_LANGUAGE_SAMPLE = 300


def read(content: bytes, *, name: str, today: date) -> Questionnaire:
    """Read a DOCX or DOCM file. Raises UnreadableFile if it is protected, damaged, dangerous or asks nothing."""
    package = open_package(content)
    reading = _Reading(package)
    reading.body(package.body)
    language = language_of([text for text in reading.texts() if len(text) > 3][:_LANGUAGE_SAMPLE])
    found = Found(language=language, today=today)
    read_flow(found, reading.flow, fillable=True)
    for address, text, reason in (*reading.left_out, *_running(package)):
        found.skip(text, address, reason)
    for code, count in reading.notices():
        values = {"count": count} if code is not DocumentMessage.MACROS else {}
        found.warnings.append(document_message(code, values, language=language)[0])
    return found.questionnaire(QuestionnaireFormat.DOCX, title=package.title or title_from_name(name))


@dataclass(slots=True)
class _Reading:
    """Turns the body into blocks and tables."""

    package: Package
    flow: list[Block | Table] = field(default_factory=list)
    left_out: list[tuple[str, str, SkipReason]] = field(default_factory=list)
    """Address, text and reason of what is no paragraph's text."""
    changes: int = 0
    hidden: int = 0
    pictures: int = 0
    _paragraphs: int = 0
    _tables: int = 0
    _cleaner: Cleaner = field(default_factory=Cleaner)

    def body(self, parent: Any, *, around: Any = None) -> None:
        """Walk paragraphs and tables in order, through controls and insertions that hold whole paragraphs."""
        for element in parent:
            if len(self.flow) > _LONGEST:
                raise unreadable(DocumentMessage.TOO_LONG)
            if element.tag == f"{W}p":
                address = f"p{self._paragraphs}"
                self._paragraphs += 1
                self.flow.append(self._paragraph(element, address, around=around))
            elif element.tag == f"{W}tbl":
                self.flow.append(self._table(element, self._tables))
                self._tables += 1
            elif element.tag in _CONTAINERS:
                properties = element.find(f"{W}sdtPr") if element.tag == f"{W}sdt" else None
                self.body(element, around=properties if properties is not None else around)

    def texts(self) -> Iterator[str]:
        """All that is shown, for the language."""
        for part in self.flow:
            if isinstance(part, Block):
                yield part.text
            else:
                yield from (cell.text for row in part.rows for cell in row if not cell.merged)

    def notices(self) -> Iterator[tuple[DocumentMessage, int]]:
        """What to warn of, with how often it occurs."""
        counted = (
            (DocumentMessage.MACROS, int(self.package.has_macros)),
            (DocumentMessage.TRACKED_CHANGES, self.changes),
            (DocumentMessage.COMMENTS, self.package.comments),
            (DocumentMessage.DRAWINGS, self.pictures),
            (DocumentMessage.HIDDEN_TEXT, self.hidden),
        )
        yield from ((code, count) for code, count in counted if count)

    def _paragraph(self, paragraph: Any, address: str, *, around: Any) -> Block:
        properties = paragraph.find(f"{W}pPr")
        look = self._look(properties)
        words = self._words(paragraph, address, look)
        text = words.text
        number, listed, indent = self._number(properties, look, has_text=bool(text))
        level = outline_level(properties) if outline_level(properties) is not None else look.level
        reason = SkipReason.OTHER if look.contents or _is_contents(around) else None
        is_control = around is not None and around.find(f"{W}docPartObj") is None
        if is_control and (is_placeholder(text) or not text):
            text = ""
            words.control = True
        choices = [*words.choices, *(choices_of(around) if is_control else [])]
        written = split_number(text)
        size = max(1, len(words.text.replace(" ", "")))
        return Block(
            text=written.text if not number else text,
            address=address,
            number=number or written.number,
            level=(level or 0) if text else 0,
            title=level == 0 and bool(text),
            item=listed or written.item or (look.list_item and bool(text)),
            indent=indent or _indent(properties),
            bold=words.loud >= _MOSTLY * size,
            note=words.leaning >= _MOSTLY * size,
            choices=tuple(dict.fromkeys(choices)),
            control=address if words.control else "",
            given=" ".join(filter(None, words.given)),
            reason=reason,
            shown=f"{number} {text}" if number else text,
        )

    def _look(self, properties: Any) -> Look:
        style = value(properties, "pStyle") or self.package.default_style
        return self.package.looks.get(style, Look())

    def _words(self, paragraph: Any, address: str, look: Look) -> Words:
        words = words_of(paragraph, look=look)
        words.pieces = [self._cleaner.clean("".join(words.pieces))]
        self.changes += words.changes
        self.pictures += len(words.pictures)
        self.left_out += [(address, text, SkipReason.NOT_READ) for text in words.pictures]
        hidden = "".join(words.hidden).strip()
        if hidden:
            self.hidden += len(hidden)
            self.left_out.append((address, hidden, SkipReason.OTHER))
        return words

    def _number(self, properties: Any, look: Look, *, has_text: bool) -> tuple[str, bool, int]:
        """The number that the program shows, whether it is a list item, and its level. Empty items are not counted."""
        listed = number_of(properties) or look.number
        if listed is None or not has_text:
            return "", False, 0
        own = number_of(properties)
        list_id, level = own if own is not None else listed
        number, exists = self.package.numbering.next(list_id, level)
        return number, exists, level

    def _table(self, table: Any, index: int) -> Table:
        rows: list[tuple[Cell, ...]] = []
        for number, row in enumerate(_rows(table)):
            rows.append(self._row(row, prefix=f"t{index}r{number}c", above=rows[-1] if rows else ()))
        return Table(tuple(rows))

    def _row(self, row: Any, *, prefix: str, above: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """The row on the grid: a cell over several columns stands in its first one."""
        before = value(row.find(f"{W}trPr"), "gridBefore")
        cells = [Cell("", f"{prefix}{column}", merged=True) for column in range(_count(before, least=0))]
        for cell in row.iter(f"{W}tc"):
            if next(cell.iterancestors(f"{W}tr")) is not row:
                continue
            properties = cell.find(f"{W}tcPr")
            merge = properties.find(f"{W}vMerge") if properties is not None else None
            goes_on = merge is not None and merge.get(f"{W}val") != "restart" and bool(above)
            cells.append(self._cell(cell, f"{prefix}{len(cells)}", merged=goes_on))
            for _ in range(_count(value(properties, "gridSpan"), least=1) - 1):
                cells.append(Cell("", f"{prefix}{len(cells)}", merged=True))
        return tuple(cells)

    def _cell(self, cell: Any, address: str, *, merged: bool) -> Cell:
        texts, choices, given = [], [], []
        control, loud, size = False, 0, 0
        around = [sdt.find(f"{W}sdtPr") for sdt in _controls_around(cell)]
        for paragraph in cell.iter(f"{W}p"):
            if any(ancestor.tag == f"{W}txbxContent" for ancestor in paragraph.iterancestors()):
                continue
            properties = paragraph.find(f"{W}pPr")
            look = self._look(properties)
            words = self._words(paragraph, address, look)
            number, listed, _ = self._number(properties, look, has_text=bool(words.text))
            mark = f"{number}. " if number else "- " if listed else ""
            texts.append(f"{mark}{words.text}" if words.text else "")
            choices += words.choices
            given += words.given
            control = control or words.control
            loud, size = loud + words.loud, size + len(words.text.replace(" ", ""))
        for properties in around:
            choices += choices_of(properties)
            control = True
        text = "\n".join(filter(None, texts))
        if around and is_placeholder(text):
            text = ""
        bold = bool(size) and loud >= _MOSTLY * size
        is_continued = merged and not text
        return Cell(
            text, address, merged=is_continued, bold=bold, choices=tuple(dict.fromkeys(choices)), control=control,
            given=" ".join(filter(None, given)), parts=tuple(filter(None, texts)),
        )  # fmt: skip


def _rows(table: Any) -> Iterator[Any]:
    """The rows of the table itself, also those in controls."""
    for row in table.iter(f"{W}tr"):
        if next(row.iterancestors(f"{W}tbl")) is table:
            yield row


def _controls_around(cell: Any) -> list[Any]:
    """Controls that hold the whole cell, or whole paragraphs of it."""
    found = [element for element in cell.iterchildren(f"{W}sdt") if element.find(f"{W}sdtPr") is not None]
    parent = cell.getparent()
    if parent is not None and parent.tag == f"{W}sdtContent" and parent.getparent().find(f"{W}sdtPr") is not None:
        found.append(parent.getparent())
    return found


def _is_contents(around: Any) -> bool:
    return around is not None and around.find(f"{W}docPartObj") is not None


def _indent(properties: Any) -> int:
    """Steps of half an inch that a paragraph is moved in."""
    found = properties.find(f"{W}ind") if properties is not None else None
    twips = (found.get(f"{W}left") or found.get(f"{W}start") or "0") if found is not None else "0"
    return int(twips) // 700 if twips.isdecimal() else 0


def _count(text: str, *, least: int) -> int:
    return max(least, min(int(text), _WIDEST)) if text.isdecimal() else least


def _running(package: Package) -> Iterator[tuple[str, str, SkipReason]]:
    """Page headers and footers, and notes, each different one once."""
    seen: set[str] = set()
    for kind, root in package.running:
        for paragraph in root.iter(f"{W}p"):
            text = words_of(paragraph, look=Look()).text
            if text and text not in seen:
                seen.add(text)
                yield kind, text, SkipReason.OTHER
