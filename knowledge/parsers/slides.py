"""PowerPoint presentations (PPTX).

Invariant: every text on a visible slide and in its speaker notes is in the text, under the slide's number; hidden
slides, pictures and charts are named in the warnings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.exc import PythonPptxError

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import BlockKind, ParsedDocument
from knowledge.parsers.archives import check_archive
from knowledge.parsers.dates import file_name_date, title_from_name
from knowledge.parsers.text_building import DocumentText, Metadata, damaged_on, table_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_OFF = frozenset({"0", "false"})


def parse_slides(data: bytes, name: str) -> ParsedDocument:
    """Read a presentation; `page` is the slide's number and `heading` its title."""
    check_archive(data)
    with damaged_on(PythonPptxError, name="PPTX"):
        return _read(data, name)


def _read(data: bytes, name: str) -> ParsedDocument:
    deck = Presentation(BytesIO(data))
    reader = _Reader(text=DocumentText(), hidden=[], pictures=0, title="")
    for number, slide in enumerate(deck.slides, start=1):
        if slide.element.get("show", "1") in _OFF:
            reader.hidden.append(str(number))
        else:
            reader.slide(slide, number)
    if reader.hidden:
        reader.text.warn(DocumentMessage.HIDDEN_SLIDES, pages=", ".join(reader.hidden))
    if reader.pictures:
        reader.text.warn(DocumentMessage.DRAWINGS, count=reader.pictures)
    title = reader.title or _core_title(deck) or title_from_name(name)
    return reader.text.build(Metadata(title=title, authored_at=file_name_date(name)), media_type=MEDIA_TYPE)


@dataclass(slots=True)
class _Reader:
    text: DocumentText
    hidden: list[str]
    pictures: int
    title: str

    def slide(self, slide: Any, number: int) -> None:
        title_shape = slide.shapes.title
        title = " ".join(title_shape.text_frame.text.split()) if title_shape is not None else ""
        self.title = self.title or title
        heading = title[:200] or None
        self.text.add(title, kind=BlockKind.HEADING, page=number, heading=heading)
        for shape in _shapes(slide.shapes):
            if title_shape is None or shape.shape_id != title_shape.shape_id:
                self._shape(shape, page=number, heading=heading)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            self.text.add_paragraphs(slide.notes_slide.notes_text_frame.text, page=number, heading=heading)

    def _shape(self, shape: Any, *, page: int, heading: str | None) -> None:
        if shape.has_text_frame:
            self.text.add(_frame_text(shape.text_frame), page=page, heading=heading)
        elif getattr(shape, "has_table", False):
            rows = [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
            for rendered in table_rows(rows):
                self.text.add(rendered, kind=BlockKind.TABLE, page=page, heading=heading)
        elif not shape.is_placeholder:
            self.pictures += 1


def _shapes(shapes: Any) -> Iterator[Any]:
    """All shapes in drawing order, groups opened."""
    stack = [iter(shapes)]
    while stack:
        shape = next(stack[-1], None)
        if shape is None:
            stack.pop()
        elif hasattr(shape, "shapes"):
            stack.append(iter(shape.shapes))
        else:
            yield shape


def _frame_text(frame: Any) -> str:
    """Paragraphs as lines; lower levels are marked as items."""
    lines = []
    for paragraph in frame.paragraphs:
        content = paragraph.text.strip()
        if content:
            lines.append(f"{'  ' * (paragraph.level - 1)}- {content}" if paragraph.level else content)
    return "\n".join(lines)


def _core_title(deck: Any) -> str:
    title = " ".join((deck.core_properties.title or "").split())
    return "" if title.lower() in {"powerpoint presentation", "presentación de powerpoint"} else title
