"""Lays paragraphs out on pages with the footnotes they cite, and draws them.

Invariant: a footnote stands at the foot of the page on which its number appears first; text is escaped before the
layout library, which reads markup, sees it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from copilot.workflows.brief.printed_text import printable

_WIDTH, _HEIGHT = A4
_SIDE, _TOP, _BOTTOM = 56.0, 84.0, 62.0
_ROOM = _HEIGHT - _TOP - _BOTTOM
_LINE = _WIDTH - 2 * _SIDE
_RULE = 12.0
"""Height of the line above footnotes, with the space around it."""
_SPACE = 20.0
"""Left free where a paragraph is broken, for the space around its parts."""
_INK, _SOFT, _GREEN, _RED = HexColor("#1c2430"), HexColor("#5b6675"), HexColor("#1d6b3a"), HexColor("#a3211b")


@dataclass(frozen=True, slots=True)
class Styles:
    """How each part is set."""

    title: ParagraphStyle
    meta: ParagraphStyle
    heading: ParagraphStyle
    body: ParagraphStyle
    item: ParagraphStyle
    note: ParagraphStyle


class Text(Paragraph):  # type: ignore[misc]  # the library has no types
    """A paragraph that is measured once: pages ask again and again what still fits."""

    @cached_property
    def height_with_space(self) -> float:
        """With the space around it."""
        _, height = self.wrap(_LINE, _HEIGHT)
        return float(height + self.getSpaceBefore() + self.getSpaceAfter())


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph that is kept together as far as it fits a page, with the numbers that it cites."""

    paragraph: Text
    cited: tuple[int, ...] = ()
    keep_with_next: bool = False

    @classmethod
    def of(
        cls, text: str, *, style: ParagraphStyle, cited: tuple[int, ...] = (), keep_with_next: bool = False
    ) -> "Block":
        """Of plain text."""
        marks = "".join(f"[{number}]" for number in cited)
        raised = f' <super size="7">{marks}</super>' if marks else ""
        bullet = "•" if style.name == "item" else None
        return cls(Text(_markup(text) + raised, style, bulletText=bullet), cited, keep_with_next)

    @property
    def height(self) -> float:
        """With the space around it."""
        return self.paragraph.height_with_space


@dataclass(slots=True)
class Page:
    """What stands on one page."""

    blocks: list[Text] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    @property
    def used(self) -> float:
        """Height taken."""
        notes = _height(self.notes)
        return _height(self.blocks) + notes + (_RULE if self.notes else 0.0)


@cache
def styles() -> Styles:
    """With fonts that are part of the file, so that it looks and reads the same everywhere."""
    for name, file in (("Vera", "Vera.ttf"), ("Vera-Bold", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))

    def made(name: str, size: float, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(
            name, **{"fontName": "Vera", "fontSize": size, "leading": size * 1.4, "textColor": _INK} | more
        )

    return Styles(
        title=made("title", 16, fontName="Vera-Bold", spaceAfter=4),
        meta=made("meta", 8, textColor=_SOFT, spaceAfter=6),
        heading=made("heading", 11, fontName="Vera-Bold", spaceBefore=12, spaceAfter=4),
        body=made("body", 9, spaceAfter=3),
        item=made("item", 9, leftIndent=12, bulletIndent=2, spaceAfter=3, bulletFontName="Vera", bulletFontSize=9),
        note=made("note", 7, leftIndent=20, textColor=_SOFT, spaceAfter=1, bulletFontName="Vera", bulletFontSize=7),
    )


def paginate(blocks: Iterable[Block], footnotes: Mapping[int, str], *, styles: Styles) -> list[Page]:
    """Put blocks on pages one after the other, each with the footnotes that it cites first.

    Footnotes that a page has no room for stand at the foot of the next one.
    """
    waiting, layout = list(blocks), _Layout(footnotes, styles)
    while waiting:
        group = _group(waiting)
        if layout.takes(group):
            layout.put(group)
            del waiting[: len(group)]
        elif layout.page.blocks:
            layout.turn()
        else:
            first, *rest = layout.split(waiting[0])
            layout.put([first])
            waiting[:1] = rest
    while layout.late:
        layout.turn()
    return layout.pages


class _Layout:
    """Pages as they fill."""

    def __init__(self, footnotes: Mapping[int, str], styles: Styles) -> None:
        self.pages = [Page()]
        self.late: list[Text] = []
        self._footnotes = footnotes
        self._style = styles.note
        self._told: set[int] = set()

    @property
    def page(self) -> Page:
        """The one that is being filled."""
        return self.pages[-1]

    def takes(self, group: list[Block]) -> bool:
        """Whether the blocks and their footnotes fit the page."""
        notes = _height(self._new_notes(group))
        return bool(self.page.used + sum(block.height for block in group) + notes + _RULE <= _ROOM)

    def turn(self) -> None:
        """Begin another page, with what the last one had no room for."""
        self.pages.append(Page())
        while self.late and (not self.page.notes or self.page.used + self.late[0].height_with_space <= _ROOM / 2):
            self.page.notes.append(self.late.pop(0))

    def put(self, group: list[Block]) -> None:
        """Set blocks on the page, with the footnotes that fit."""
        notes = self._new_notes(group)
        self._told |= {number for block in group for number in block.cited}
        self.page.blocks += [block.paragraph for block in group]
        for note in notes:
            fits = not self.late and self.page.used + note.height_with_space + _RULE <= _ROOM
            (self.page.notes if fits else self.late).append(note)

    def split(self, block: Block) -> list[Block]:
        """What does not fit a page of its own, in parts that do; its footnotes stand with the first part."""
        parts = block.paragraph.split(_LINE, _ROOM - self.page.used - _RULE - _SPACE)
        if len(parts) < 2:
            return [block]
        return [Block(parts[0], block.cited), *(Block(part) for part in parts[1:])]

    def _new_notes(self, group: list[Block]) -> list[Text]:
        numbers = dict.fromkeys(number for block in group for number in block.cited)
        return [
            Text(_markup(self._footnotes[number]), self._style, bulletText=f"[{number}]")
            for number in numbers
            if number not in self._told
        ]


def _group(waiting: list[Block]) -> list[Block]:
    """The next block, a heading with what follows it."""
    count = 1
    while count < len(waiting) and waiting[count - 1].keep_with_next:
        count += 1
    return waiting[:count]


def draw(
    target: BinaryIO,
    pages: list[Page],
    *,
    styles: Styles,
    language: str,
    title: str,
    head: tuple[str, bool],
    foot: Callable[[int], tuple[str, str]],
) -> None:
    """Write the file. `head`: the standing and whether it is a good one; `foot`: left and right line of a page."""
    canvas = Canvas(target, pagesize=A4, invariant=1, lang=language)
    canvas.setTitle(title)
    canvas.setSubject(head[0])
    for number, page in enumerate(pages, start=1):
        _head(canvas, head)
        _body(canvas, page)
        _foot(canvas, foot(number), styles=styles)
        canvas.showPage()
    canvas.save()


def _head(canvas: Canvas, head: tuple[str, bool]) -> None:
    words, is_good = head
    colour = _GREEN if is_good else _RED
    canvas.setStrokeColor(colour)
    canvas.setFillColor(colour)
    canvas.setFont("Vera-Bold", 8)
    canvas.drawString(_SIDE, _HEIGHT - 46, printable([words]).texts[0])
    canvas.setLineWidth(0.8)
    canvas.line(_SIDE, _HEIGHT - 54, _WIDTH - _SIDE, _HEIGHT - 54)


def _body(canvas: Canvas, page: Page) -> None:
    y = _HEIGHT - _TOP
    for paragraph in page.blocks:
        y = _put(canvas, paragraph, y)
    if not page.notes:
        return
    y = _BOTTOM + _height(page.notes)
    canvas.setStrokeColor(_SOFT)
    canvas.setLineWidth(0.4)
    canvas.line(_SIDE, y + 4, _SIDE + _LINE / 3, y + 4)
    for paragraph in page.notes:
        y = _put(canvas, paragraph, y)


def _put(canvas: Canvas, paragraph: Paragraph, y: float) -> float:
    y -= paragraph.getSpaceBefore()
    _, height = paragraph.wrap(_LINE, _HEIGHT)
    paragraph.drawOn(canvas, _SIDE, y - height)
    return float(y - height - paragraph.getSpaceAfter())


def _foot(canvas: Canvas, lines: tuple[str, str], *, styles: Styles) -> None:
    canvas.setFillColor(_SOFT)
    canvas.setFont(styles.note.fontName, 7)
    left, right = printable(lines).texts
    canvas.drawString(_SIDE, 36, left)
    canvas.drawRightString(_WIDTH - _SIDE, 36, right)


def _height(texts: Iterable[Text]) -> float:
    return sum(each.height_with_space for each in texts)


def _markup(text: str) -> str:
    """Escaped for the layout library."""
    return escape(printable([text]).texts[0])
