"""HTML pages and HTML mail: the text that a person would see.

Invariant: text hidden by attributes, styles, size or colour is never part of the text; how much was hidden is counted.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import BlockKind, ParsedDocument
from copilot.domain.language import Language
from knowledge.parsers.dates import file_name_date, stated_date, title_from_name
from knowledge.parsers.decoding import decode
from knowledge.parsers.hidden_markup import visible_length
from knowledge.parsers.stylesheet import Stylesheet
from knowledge.parsers.text_building import DocumentText, HeadingPath, Metadata, table_rows, unreadable
from knowledge.parsers.visibility import Colours, declarations, properties_hide

_WITHOUT_TEXT = """
    script style template noscript head title meta link object embed iframe canvas audio video svg math datalist
"""
_OWN_LINES = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody td tfoot
    th thead tr ul
"""
_NOT_SHOWN = frozenset(_WITHOUT_TEXT.split())
_BLOCKS = frozenset(_OWN_LINES.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACES = re.compile(r"[ \t\n]+")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_DATE_NAMES = frozenset({"date", "dc.date", "article:published_time", "fecha"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of visible text."""

    text: str
    kind: BlockKind = BlockKind.BODY
    level: int = 0
    """Heading level, 0 if it is none."""


@dataclass(slots=True)
class Page:
    """What a page shows, and what it states about itself."""

    pieces: list[Piece] = field(default_factory=list)
    hidden: int = 0
    title: str = ""
    author: str | None = None
    date: str = ""
    language: str = ""


def parse_web_page(data: bytes, name: str) -> ParsedDocument:
    """Read an HTML file. Raises UnreadableFile if it is nested too deeply to be read whole."""
    source, warnings = _decoded(data)
    text = DocumentText(warnings=warnings)
    page = read_page(text.clean(source))
    headings = HeadingPath()
    for piece in page.pieces:
        if piece.level:
            text.add(piece.text, kind=BlockKind.HEADING, heading=headings.enter(piece.level, piece.text))
        else:
            text.add(piece.text, kind=piece.kind, heading=headings.current)
    if page.hidden:
        text.warn(DocumentMessage.HIDDEN_TEXT, count=page.hidden)
    first_heading = next((piece.text for piece in page.pieces if piece.level), "")
    metadata = Metadata(
        title=page.title or first_heading or title_from_name(name),
        authored_at=stated_date(page.date) or file_name_date(name),
        author=page.author,
        language=Language(page.language) if page.language in tuple(Language) else None,
    )
    return text.build(metadata, media_type="text/html")


def visible_text(source: str) -> tuple[str, int]:
    """The visible text of an HTML mail, quotations prefixed with `> `, and the hidden letters and digits."""
    page = read_page(source, prefix_quotations=True)
    return "\n\n".join(piece.text for piece in page.pieces), page.hidden


def read_page(source: str, *, prefix_quotations: bool = False) -> Page:
    """Read HTML whose characters are already decoded. Raises UnreadableFile if it is nested too deeply."""
    page = Page()
    if not source.strip():
        return page
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    try:
        root = etree.fromstring(source.replace("\x00", "").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if any("RESOURCE_LIMIT" in str(entry.type_name) for entry in parser.error_log):
        raise unreadable(DocumentMessage.NESTED_TOO_DEEPLY)
    if root is None:
        return page
    _read_head(root, page)
    _Walk(page=page, sheet=Stylesheet.of(root), prefix_quotations=prefix_quotations).walk(root)
    return page


def _decoded(data: bytes) -> tuple[str, list[str]]:
    declared = _CHARSET.search(data[:4096])
    if declared:
        try:
            return data.decode(declared.group(1).decode("ascii")), []
        except (LookupError, UnicodeDecodeError, ValueError):
            pass  # a page may claim what it likes; its bytes decide
    return decode(data)


def _read_head(root: etree._Element, page: Page) -> None:
    page.language = (root.get("lang") or "").lower()[:2]
    for element in root.iter("title", "meta"):
        if element.tag == "title":
            page.title = page.title or " ".join((element.text or "").split())
            continue
        named = (element.get("name") or element.get("property") or "").lower()
        content = (element.get("content") or "").strip()
        if named == "author":
            page.author = content or None
        elif named in _DATE_NAMES:
            page.date = content


@dataclass(slots=True)
class _Table:
    """A table being read. Only tables with header cells and without inner tables are read as data."""

    rows: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """What an open element has changed for the text inside it."""

    colours: Colours
    hides: bool


@dataclass(slots=True)
class _Walk:
    page: Page
    sheet: Stylesheet
    prefix_quotations: bool
    stack: list[_Open] = field(default_factory=lambda: [_Open(colours=Colours(), hides=False)])
    buffer: list[str] = field(default_factory=list)
    quotations: int = 0
    preformatted: int = 0
    table: _Table | None = None

    def walk(self, root: etree._Element) -> None:
        data_tables = _data_tables(root)
        for event, element in etree.iterwalk(root, events=("start", "end", "comment")):
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start" and tag:
                self._enter(element, tag, is_data=element in data_tables)
            elif event == "end" and tag:
                self._leave(tag, is_data=element in data_tables)
                self._text(element.tail)
            elif event == "comment":
                self._text(element.tail)
        self._flush()

    def _enter(self, element: etree._Element, tag: str, *, is_data: bool) -> None:
        outer = self.stack[-1]
        properties = self._properties(element, tag)
        hides = outer.hides or tag in _NOT_SHOWN or _attributes_hide(element, tag) or properties_hide(properties)
        self.stack.append(_Open(colours=outer.colours.within(properties), hides=hides))
        self._boundary(tag)
        if is_data:
            self.table = _Table()
        elif self.table is not None and tag == "tr":
            self.table.rows.append([])
        self.quotations += tag == "blockquote"
        self.preformatted += tag in {"pre", "textarea"}
        if tag == "br":
            self.buffer.append("\n")
        elif tag == "li":
            self.buffer.append("- ")
        self._text(element.text, counts=tag not in _NOT_SHOWN or tag in {"template", "noscript"})

    def _leave(self, tag: str, *, is_data: bool) -> None:
        if self.table is not None and tag in {"td", "th"} and self.table.rows:
            self.table.rows[-1].append(self._taken())
        elif self.table is None and tag in {"td", "th"} and self._has_text():
            self.buffer.append(" | ")
        elif tag in _HEADINGS and not self.table:
            self._flush(level=_HEADINGS[tag])
        elif not (self.table is None and tag in {"td", "th"}):
            self._boundary(tag)
        if is_data and self.table is not None:
            rows, self.table = self.table.rows, None
            self.page.pieces.extend(Piece(text=row, kind=BlockKind.TABLE) for row in table_rows(rows))
        self.quotations -= tag == "blockquote"
        self.preformatted -= tag in {"pre", "textarea"}
        self.stack.pop()

    def _boundary(self, tag: str) -> None:
        """A block starts a line of its own; in a table read as data and between layout cells it does not."""
        if tag in _BLOCKS and tag not in {"td", "th"} and self.table is None:
            self._flush()
        elif tag in _BLOCKS and self.table is not None and tag not in {"td", "th"}:
            self.buffer.append(" ")

    def _text(self, text: str | None, *, counts: bool = True) -> None:
        if not text:
            return
        current = self.stack[-1]
        if not current.hides and not current.colours.hide_text:
            self.buffer.append(text if self.preformatted else _SPACES.sub(" ", text))
        elif counts:
            self.page.hidden += visible_length(text)

    def _properties(self, element: etree._Element, tag: str) -> dict[str, str]:
        properties = self.sheet.properties(element, tag)
        if element.get("bgcolor"):
            properties["background-color"] = str(element.get("bgcolor")).lower()
        if element.get("background"):
            properties["background-image"] = "url()"
        if tag == "font" and element.get("color"):
            properties["color"] = str(element.get("color")).lower()
        style = element.get("style")
        return {**properties, **declarations(style)} if style else properties

    def _has_text(self) -> bool:
        return any(part.strip(" \n|") for part in self.buffer)

    def _taken(self) -> str:
        joined = "".join(self.buffer)
        self.buffer = []
        return "\n".join(" ".join(line.split()) for line in joined.split("\n")).strip()

    def _flush(self, *, level: int = 0) -> None:
        raw = "".join(self.buffer)
        text = raw.strip("\n") if self.preformatted else self._taken().strip(" |")
        self.buffer = []
        if text in {"", "-"}:
            return
        if self.quotations and self.prefix_quotations:
            text = "\n".join(f"> {line}" for line in text.split("\n"))
        self.page.pieces.append(Piece(text=" ".join(text.split()) if level else text, level=level))


def _attributes_hide(element: etree._Element, tag: str) -> bool:
    return element.get("hidden") is not None or (tag == "input" and element.get("type", "").lower() == "hidden")


def _data_tables(root: etree._Element) -> set[etree._Element]:
    """Tables with a header cell and without a table inside, found in one pass."""
    found: set[etree._Element] = set()
    open_tables: list[list[bool]] = []
    for event, element in etree.iterwalk(root, events=("start", "end"), tag=("table", "th")):
        if element.tag == "th":
            if event == "start" and open_tables:
                open_tables[-1][0] = True
        elif event == "start":
            if open_tables:
                open_tables[-1][1] = True
            open_tables.append([False, False])
        else:
            has_header, has_inner = open_tables.pop()
            if has_header and not has_inner:
                found.add(element)
    return found
