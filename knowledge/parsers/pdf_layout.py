"""Puts the fragments of a PDF page together again: lines, table rows, paragraphs and headings.

Invariant: every fragment's characters are in the result once, in the order in which the page draws them; position, size
and weight only decide where lines and paragraphs end.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

_SAME_LINE = 2.0
_ROW_LINES = 6
_CELL_GAP = 8.0
_PARAGRAPH_GAP = 1.25
_HEADING_SIZE = 1.15
_HEADING_LENGTH = 120
_BULLET = re.compile(r"^[\x7f\uf0b7\uf0a7\u2022\u25aa\u25cf\u25e6\u2023\u2043][ \t]*")
_ITEM = re.compile(r"(?:[-–*]|\(?\d{1,2}[.)]|[a-z]\))[ \t]+\S")
_NUMBERED = re.compile(r"(?:\d{1,2}\.)*\d{1,2}\.?[ \t]+[A-ZÁÉÍÓÚÑ¿]")
_SENTENCE_END = re.compile(r"[.!?:…][\"»”’)]*$")
_HYPHENATED = re.compile(r"(?<=[a-záéíóúüñ])[-\u2010]\n(?=[a-záéíóúüñ])")


@dataclass(slots=True)
class Line:
    """One line, or one row of cells, as drawn. `y` grows upwards, sizes are in points."""

    cells: list[str]
    x: float
    y: float
    size: float
    bold: bool
    last_x: float
    bottom: float
    starts: list[float] = field(default_factory=list)
    """Where each cell begins."""

    @property
    def text(self) -> str:
        """The cells side by side."""
        return " | ".join(" ".join(cell.split()) for cell in self.cells if cell.strip())


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a heading (`size` above the body's, or bold), or the rows of a table."""

    text: str
    heading_size: float = 0.0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(slots=True)
class PageLines:
    """Collects one page's fragments; `visit` is the reader's text visitor."""

    lines: list[Line] = field(default_factory=list)
    _open: bool = False
    """Whether the last fragment left its line unfinished."""

    def visit(self, text: str, matrix: list[float], text_matrix: list[float], font: Any, size: float) -> None:
        """Take one fragment with its position and font."""
        if not text.strip():
            self._open = self._open and "\n" not in text
            if self._open:
                self.lines[-1].cells[-1] += " "
            return
        x = text_matrix[4] * matrix[0] + text_matrix[5] * matrix[2] + matrix[4]
        y = text_matrix[4] * matrix[1] + text_matrix[5] * matrix[3] + matrix[5]
        points = abs(size * matrix[3] * text_matrix[3]) or abs(size)
        bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
        for index, piece in enumerate(text.split("\n")):
            if piece.strip():
                self._place(piece, x=x, y=y - index * points * 1.2, size=points, bold=bold)
        self._open = not text.endswith("\n")

    def _place(self, text: str, *, x: float, y: float, size: float, bold: bool) -> None:
        last = self.lines[-1] if self.lines else None
        if last is not None and self._open and abs(last.bottom - y) < _SAME_LINE:
            last.cells[-1] += text
            last.bold = last.bold and bold
            return
        row = self._row_at(x=x, y=y)
        if row is not None:
            self._add_cell(row, text, x=x)
            return
        if last is not None and last.text == "-" and abs(last.y - y) < size:
            last.cells[-1], last.bottom, last.size = f"- {text.lstrip()}", y, size  # a bullet drawn by itself
            return
        cleaned = _BULLET.sub("- ", text.lstrip())
        self.lines.append(Line(cells=[cleaned], x=x, y=y, size=size, bold=bold, last_x=x, bottom=y, starts=[x]))

    def _row_at(self, *, x: float, y: float) -> int | None:
        """The recent line at this height and to the left: what is drawn now is a further cell of its row."""
        for index in range(len(self.lines) - 1, max(-1, len(self.lines) - 1 - _ROW_LINES), -1):
            line = self.lines[index]
            if abs(line.y - y) < _SAME_LINE:
                return index if x > line.last_x + _CELL_GAP else None
        return None

    def _add_cell(self, index: int, text: str, *, x: float) -> None:
        """Lines drawn since then belong to the row's last cell, which went on over several lines."""
        row = self.lines[index]
        for line in self.lines[index + 1 :]:
            row.cells[-1] += f" {line.text}"
            row.bottom = min(row.bottom, line.bottom)
        del self.lines[index + 1 :]
        row.cells.append(text.lstrip())
        row.last_x = x
        row.starts.append(x)


def body_size(pages: list[list[Line]]) -> float:
    """The font size in which most characters are set."""
    weights: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            weights[round(line.size, 1)] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 0.0


def paragraphs(lines: list[Line], *, body: float) -> list[Paragraph]:
    """Join a page's lines into paragraphs; rows that follow one another are one table."""
    leading = _leading(lines)
    found: list[Paragraph] = []
    group: list[Line] = []
    for line in lines:
        if group and _starts_new(group[-1], line, leading=leading, body=body):
            found.append(_paragraph(group, body=body))
            group = []
        group.append(line)
    if group:
        found.append(_paragraph(group, body=body))
    return found


def _leading(lines: list[Line]) -> float:
    """The usual distance between the lines of a paragraph."""
    gaps = [above.bottom - below.y for above, below in pairwise(lines) if 0 < above.bottom - below.y < 4 * below.size]
    return sorted(gaps)[len(gaps) // 4] if gaps else 0.0


def _starts_new(above: Line, line: Line, *, leading: float, body: float) -> bool:
    is_row, was_row = len(line.cells) > 1, len(above.cells) > 1
    if is_row or was_row:
        return is_row != was_row
    if _heading_size(above, body=body) != _heading_size(line, body=body):
        return True
    if _ITEM.match(line.text) or (_NUMBERED.match(line.text) and _heading_size(line, body=body) > 0):
        return True
    gap = above.bottom - line.y
    if gap < 0:  # the next column or frame: a sentence may go on there
        return _SENTENCE_END.search(above.text) is not None
    return leading > 0 and gap > _PARAGRAPH_GAP * leading + 0.5


def _heading_size(line: Line, *, body: float) -> float:
    text = line.text
    if not any(map(str.isalpha, text)) or len(line.cells) > 1:
        return 0.0
    if len(text) > _HEADING_LENGTH or text.endswith((".", ",", ";")) or line.size < body - 0.5:
        return 0.0
    if line.size >= _HEADING_SIZE * body:
        return round(line.size, 1)
    return body if line.bold and len(text) > 2 and not _ITEM.match(text) else 0.0


def _paragraph(group: list[Line], *, body: float) -> Paragraph:
    text = _HYPHENATED.sub("", "\n".join(line.text for line in group))
    if len(group[0].cells) > 1:
        return Paragraph(text=text, rows=tuple(tuple(line.cells) for line in group))
    heading = _heading_size(group[0], body=body)
    return Paragraph(text=" ".join(text.split()) if heading else text, heading_size=heading)
