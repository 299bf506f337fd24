"""Word documents (DOCX).

Invariant: every paragraph, table, footnote, header and text box that a reader sees is in the text once; deleted
changes, hidden text and review comments are left out and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from docx.api import Document
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml.exceptions import XmlchemyError
from lxml import etree

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import BlockKind, ParsedDocument
from knowledge.parsers.archives import check_archive
from knowledge.parsers.dates import file_name_date, title_from_name
from knowledge.parsers.hidden_markup import visible_length
from knowledge.parsers.text_building import DocumentText, HeadingPath, Metadata, damaged_on, table_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETIONS = frozenset({f"{_W}del", f"{_W}moveFrom"})
_CONTAINERS = frozenset({f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")})
_PICTURES = (f"{_W}drawing", f"{_W}pict", f"{_W}object")
_TEXT_BOX = f"{_W}txbxContent"
_OFF = frozenset({"0", "false", "off"})


def parse_word(data: bytes, name: str) -> ParsedDocument:
    """Read a DOCX file. It has no pages of its own, so blocks have none; headings come from the paragraph styles."""
    check_archive(data)
    with damaged_on(PythonDocxError, XmlchemyError, OpcError, name="DOCX"):
        return _read(data, name)


def _read(data: bytes, name: str) -> ParsedDocument:
    package = Document(BytesIO(data))
    text = DocumentText()
    reader = _Reader(text=text, levels=_heading_levels(package.styles.element), notes=_notes(package))
    reader.blocks(package.element.body)
    reader.running_lines(package)
    reader.warn(comments=_comment_count(package))
    metadata = Metadata(
        title=reader.title or reader.first_heading or _core_title(package) or title_from_name(name),
        authored_at=file_name_date(name),
    )
    return text.build(metadata, media_type=MEDIA_TYPE)


@dataclass(slots=True)
class _Reader:
    text: DocumentText
    levels: dict[str, int]
    """Heading level by style id; 0 is the document's title."""
    notes: dict[tuple[str, str], str]
    headings: HeadingPath = field(default_factory=HeadingPath)
    title: str = ""
    first_heading: str = ""
    hidden: int = 0
    deleted: int = 0
    pictures: int = 0

    def blocks(self, parent: Any) -> None:
        """Walk paragraphs and tables in order, through content controls and tracked insertions."""
        for element in _block_elements(parent):
            if element.tag == f"{_W}p":
                self._paragraph(element)
            else:
                self._table(element)

    def running_lines(self, package: Any) -> None:
        """Page headers and footers, each different one once, after the text."""
        seen: set[str] = set()
        for part in _parts(package, "/word/header", "/word/footer"):
            for paragraph in _root(part).iter(f"{_W}p"):
                line, _ = self._content(paragraph)
                if line.strip() and line.strip() not in seen:
                    seen.add(line.strip())
                    self.text.add(line)

    def warn(self, *, comments: int) -> None:
        """Say what was left out."""
        for code, count in (
            (DocumentMessage.HIDDEN_TEXT, self.hidden),
            (DocumentMessage.DELETED_TEXT, self.deleted),
            (DocumentMessage.COMMENTS, comments),
            (DocumentMessage.DRAWINGS, self.pictures),
        ):
            if count:
                self.text.warn(code, count=count)

    def _paragraph(self, paragraph: Any) -> None:
        content, notes = self._content(paragraph)
        level = self._level(paragraph)
        if level is None or not content.strip():
            self.text.add(_bulleted(paragraph, content), heading=self.headings.current)
        elif level == 0:
            self.title = self.title or " ".join(content.split())
            self.text.add(content, kind=BlockKind.HEADING, heading=self.headings.current)
        else:
            self.first_heading = self.first_heading or " ".join(content.split())
            self.text.add(content, kind=BlockKind.HEADING, heading=self.headings.enter(level, content))
        for box in _outermost(paragraph, _TEXT_BOX):
            self.blocks(box)
        for note in notes:
            self.text.add(self.notes.get(note, ""), heading=self.headings.current)

    def _table(self, table: Any) -> None:
        rows: list[list[str]] = []
        for row in table.iterchildren(f"{_W}tr", f"{_W}sdt"):
            for actual in [row] if row.tag == f"{_W}tr" else row.iter(f"{_W}tr"):
                rows.append(self._row(actual, above=rows[-1] if rows else []))
        for rendered in table_rows(rows):
            self.text.add(rendered, kind=BlockKind.TABLE, heading=self.headings.current)

    def _row(self, row: Any, *, above: list[str]) -> list[str]:
        """The row's cells on the grid: one merged downwards repeats, one merged sideways is followed by blanks."""
        cells: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is not row:
                continue  # a cell of a table inside a cell is read with that cell
            value = " ".join(self._content(paragraph)[0].strip() for paragraph in cell.iter(f"{_W}p")).strip()
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val") != "restart" and len(cells) < len(above):
                value = value or above[len(cells)]
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            width = span.get(f"{_W}val", "1") if span is not None else "1"
            cells.extend([value, *[""] * (min(int(width), 64) - 1 if width.isdigit() else 0)])
        return cells

    def _content(self, paragraph: Any) -> tuple[str, list[tuple[str, str]]]:
        """The paragraph's visible text, and its footnotes."""
        parts: list[str] = []
        notes: list[tuple[str, str]] = []
        for element in _inline_elements(paragraph):
            tag = element.tag
            if tag in _DELETIONS:
                self.deleted += 1
            elif tag in _PICTURES:
                self.pictures += next(_outermost(element, _TEXT_BOX), None) is None
            elif tag == f"{_W}t":
                shown = not _is_hidden(element.getparent())
                parts.append(element.text or "" if shown else "")
                self.hidden += 0 if shown else visible_length(element.text or "")
            elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                notes.append((tag, element.get(f"{_W}id", "")))
            else:
                parts.append(_SEPARATORS.get(tag, ""))
        return "".join(parts), notes

    def _level(self, paragraph: Any) -> int | None:
        outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        if outline is not None and outline.get(f"{_W}val", "").isdigit() and int(outline.get(f"{_W}val")) < 9:
            return int(outline.get(f"{_W}val")) + 1
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        return self.levels.get(style.get(f"{_W}val", "")) if style is not None else None


_SEPARATORS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def _block_elements(parent: Any) -> Iterator[Any]:
    stack = [iter(parent)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
        elif element.tag in _CONTAINERS:
            stack.append(iter(element))


def _inline_elements(paragraph: Any) -> Iterator[Any]:
    """Descendants in order, without what is inside deletions and pictures, nor duplicates kept for old programs."""
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag != _FALLBACK and isinstance(element.tag, str):
            yield element
            if element.tag not in _DELETIONS and element.tag not in _PICTURES:
                stack.append(iter(element))


def _outermost(element: Any, tag: str) -> Iterator[Any]:
    for found in element.iter(tag):
        above = [ancestor.tag for ancestor in _ancestors_below(found, element)]
        if tag not in above and _FALLBACK not in above:
            yield found


def _ancestors_below(element: Any, top: Any) -> Iterator[Any]:
    for ancestor in element.iterancestors():
        if ancestor is top:
            return
        yield ancestor


def _is_hidden(run: Any) -> bool:
    """Marked as hidden, or smaller than a point and a half."""
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    vanish = properties.find(f"{_W}vanish")
    if vanish is not None and vanish.get(f"{_W}val", "true") not in _OFF:
        return True
    size = properties.find(f"{_W}sz")
    half_points = size.get(f"{_W}val", "") if size is not None else ""
    return half_points.isdigit() and int(half_points) < 3


def _bulleted(paragraph: Any, content: str) -> str:
    """List items keep a mark, so that they read as a list."""
    numbered = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    listed = numbered or (style is not None and style.get(f"{_W}val", "").lower().startswith("list"))
    return f"- {content}" if listed and content.strip() else content


def _heading_levels(styles: Any) -> dict[str, int]:
    """Built-in heading styles keep their English names in every language; own styles may state an outline level."""
    found = {}
    for style in styles.iter(f"{_W}style"):
        identifier, named = style.get(f"{_W}styleId", ""), style.find(f"{_W}name")
        label = named.get(f"{_W}val", "").lower() if named is not None else ""
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        if label == "title":
            found[identifier] = 0
        elif label.startswith("heading ") and label[8:].isdigit():
            found[identifier] = int(label[8:])
        elif outline is not None and outline.get(f"{_W}val", "").isdigit() and int(outline.get(f"{_W}val")) < 9:
            found[identifier] = int(outline.get(f"{_W}val")) + 1
    return found


def _notes(package: Any) -> dict[tuple[str, str], str]:
    """Footnotes and endnotes by the tag and id of their reference."""
    found = {}
    for kind in ("footnote", "endnote"):
        for part in _parts(package, f"/word/{kind}s"):
            for note in _root(part).iter(f"{_W}{kind}"):
                content = " ".join("".join(note.itertext(f"{_W}t")).split())
                found[(f"{_W}{kind}Reference", note.get(f"{_W}id", ""))] = content
    return found


def _comment_count(package: Any) -> int:
    return sum(len(list(_root(part).iter(f"{_W}comment"))) for part in _parts(package, "/word/comments.xml"))


def _parts(package: Any, *prefixes: str) -> list[Any]:
    parts = package.part.package.iter_parts()
    named = sorted(((str(part.partname), part) for part in parts), key=lambda pair: pair[0])
    return [part for prefix in prefixes for name, part in named if name.startswith(prefix)]


def _root(part: Any) -> Any:
    return etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))


def _core_title(package: Any) -> str:
    title = " ".join((package.core_properties.title or "").split())
    return "" if title.lower() in {"word document", "document", "documento", "título", "title"} else title
