"""Tables on the pages of a PDF, told by their row of headers and by where cells begin.

Invariant: a row belongs to a table only while its cells begin where the headers do; cells without text are empty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.parsers.pdf_layout import Line
from knowledge.questionnaires.blocks import Cell, Table, split_number
from knowledge.questionnaires.headers import Role
from knowledge.questionnaires.roles import header_roles, is_number
from knowledge.questionnaires.style import is_marked

_ALIGNED = 14.0
_SAMPLE = 12
_FAR = 6.0
"""Font sizes of white space that end a table."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a page with its address."""

    line: Line
    address: str


def tables_in(rows: Sequence[Row]) -> Iterator[Row | Table]:
    """The rows, those of tables put together."""
    index = 0
    while index < len(rows):
        table, end = _table_at(rows, index)
        if table is None:
            yield rows[index]
            index += 1
        else:
            yield table
            index = end


def _table_at(rows: Sequence[Row], index: int) -> tuple[Table | None, int]:
    head = rows[index].line
    if len(head.cells) < 2:
        return None, index
    below = [row.line.cells for row in rows[index + 1 : index + 1 + _SAMPLE]]
    texts = [" ".join(cell.split()) for cell in head.cells]
    grid = (
        [_texts(_on_grid(row, head.starts), len(texts)) for row in rows[index + 1 : index + 1 + _SAMPLE]]
        if below
        else []
    )
    roles = header_roles(texts, below=grid)
    if roles is None:
        return None, index
    numbered = roles.of(Role.NUMBER) == 0
    found: list[dict[int, str]] = []
    addresses: list[str] = []
    end = index + 1
    while end < len(rows):
        cells = _on_grid(rows[end], head.starts)
        cells = _number_apart(cells) if numbered else cells
        if not _is_row(rows, end, cells, numbered=numbered):
            break
        if found and _goes_on(cells, found[-1], rows[end], rows[end - 1], numbered=numbered):
            for column, text in cells.items():
                found[-1][column] = f"{found[-1].get(column, '')} {text}".strip()
        else:
            found.append(cells)
            addresses.append(rows[end].address)
        end += 1
    if not found:
        return None, index
    header = tuple(Cell(text, rows[index].address) for text in texts)
    body = [
        tuple(Cell(cells.get(column, ""), address) for column in range(len(texts)))
        for cells, address in zip(found, addresses, strict=True)
    ]
    return Table((header, *body)), end


def _texts(cells: dict[int, str], width: int) -> list[str]:
    return [cells.get(column, "") for column in range(width)]


def _on_grid(row: Row, starts: Sequence[float]) -> dict[int, str]:
    """The cells under the headers that they begin at, or right of."""
    found: dict[int, str] = {}
    for x, text in zip(row.line.starts or [row.line.x], row.line.cells, strict=False):
        column = max((index for index, start in enumerate(starts) if start <= x + _ALIGNED), default=0)
        found[column] = f"{found.get(column, '')} {' '.join(text.split())}".strip()
    return found


def _number_apart(cells: dict[int, str]) -> dict[int, str]:
    """A number that was drawn at the height of the question's first line stands in one cell with it."""
    apart = split_number(cells.get(0, ""))
    if not apart.number or not is_number(apart.number):
        return cells
    return {**cells, 0: apart.number, 1: f"{apart.text} {cells.get(1, '')}".strip()}


def _is_row(rows: Sequence[Row], index: int, cells: dict[int, str], *, numbered: bool) -> bool:
    line, above = rows[index].line, rows[index - 1].line
    if line.size > above.size * 1.15 or above.bottom - line.y > _FAR * line.size:
        return False
    if len(line.cells) > 1 or 0 not in cells:
        return True
    if numbered and is_number(cells[0]):
        return True
    after = rows[index + 1].line if index + 1 < len(rows) else None
    return after is not None and len(after.cells) > 1 and not is_marked(cells[0]) and len(cells[0].split()) <= 10


def _goes_on(cells: dict[int, str], above: dict[int, str], row: Row, before: Row, *, numbered: bool) -> bool:
    """A line of cells that were begun in the row above."""
    if numbered and set(above) == {0} and 0 not in cells:
        return True  # the number stands in the middle of its row and is drawn first
    if 0 in cells or not set(cells) <= set(above):
        return False
    gap = before.line.bottom - row.line.y
    if numbered:
        return gap < 2.2 * row.line.size
    return gap < 1.5 * row.line.size
