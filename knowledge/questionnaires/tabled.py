"""Questions in the tables of texts: columns of questions and answers, labels beside gaps, boxes to write into.

Invariant: an answer's place is a cell that is empty, holds only what stands for an answer, or holds the answer that
was given before.
"""

from collections.abc import Sequence

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import Block, Cell, Table, says, split_number
from knowledge.questionnaires.cards import read_cards
from knowledge.questionnaires.cells import answer_in, is_free, line_of
from knowledge.questionnaires.options import is_placeholder, without_gaps
from knowledge.questionnaires.style import is_marked, strong_question
from knowledge.questionnaires.table_columns import read_columns
from knowledge.questionnaires.text_reader import TextReader, is_answer_box

_LABEL_WORDS = 15


def read_table(reader: TextReader, table: Table) -> None:
    """Read one table, as part of the text around it."""
    rows = [row for row in table.rows if row]
    if is_answer_box(table):
        if reader.open is not None:
            _answer_box(reader, rows)
        else:
            _stacked(reader, rows)
    elif _are_answer_rows(reader, rows):
        _answer_rows(reader, rows)
    elif max((sum(not cell.merged for cell in row) for row in rows), default=0) <= 1:
        _stacked(reader, rows)
    elif read_cards(reader, rows):
        return
    elif _is_grid_to_fill(reader, rows):
        _grid_to_fill(reader, rows)
    elif not read_columns(reader, rows):
        _labels(reader, rows)


def _are_answer_rows(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> bool:
    """`Answer | ____` and `Evidence | ____` below a question."""
    heads = [row[0].text for row in rows]
    marks = [says("answer", "line", head) or says("answer", "bare", head) for head in heads]
    comments = [says("answer", "comment", f"{head.rstrip(':')}:") for head in heads]
    shaped = all(len(row) == 2 and is_free(row[1]) for row in rows)
    known = all(mark or comment for mark, comment in zip(marks, comments, strict=True))
    return reader.open is not None and not reader.open.firm and shaped and known and any(marks)


def _answer_rows(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> None:
    open_ = reader.open
    for label, place in rows:
        if open_ is not None and (says("answer", "line", label.text) or says("answer", "bare", label.text)):
            answer_in(open_, place)
        elif open_ is not None:
            open_.comment = open_.comment or place.address
            open_.guidance.append(label.text)


def _answer_box(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> None:
    cell = next(cell for row in rows for cell in row if not cell.merged)
    if reader.open is not None and reader.open.firm and cell.text:
        reader.skip(Block(cell.text, cell.address), SkipReason.OTHER)
    elif reader.open is not None:
        answer_in(reader.open, cell)
        reader.answering = False


def _stacked(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> None:
    """One column: its cells follow one another like paragraphs."""
    cells = [cell for row in rows for cell in row if not cell.merged]
    blocks = [block for cell in cells for block in _blocks(cell)]
    inner = TextReader(found=reader.found, flow=blocks, fillable=True, steps=reader.steps)
    inner.style, inner.headings, inner.open, inner.base = reader.style, reader.headings, reader.open, reader.base
    inner.walk()
    reader.open, reader.base, reader.answering = inner.open, inner.base, False


def _blocks(cell: Cell) -> list[Block]:
    parts = [part for part in (cell.parts or (cell.text,)) if part.strip()] or [""]
    found = []
    for part in parts:
        numbered = split_number(part)
        control = cell.address if cell.control else ""
        found.append(
            Block(
                numbered.text,
                cell.address,
                number=numbered.number,
                item=numbered.item,
                bold=cell.bold,
                choices=cell.choices if part is parts[-1] else (),
                control=control if part is parts[-1] else "",
                given=cell.given if part is parts[-1] else "",
            )
        )
    return found


def _is_grid_to_fill(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> bool:
    """Headers over rows of nothing below a question: the answer is the table."""
    first, *others = rows
    if reader.open is None or reader.open.firm or not others or any(is_free(cell) for cell in first if not cell.merged):
        return False
    if any(is_marked(cell.text) for cell in first):
        return False
    columns = [cell for row in others for cell in row[1:] if not cell.merged]
    heads = [without_gaps(row[0].text) for row in others]
    asks = any(strong_question(head, reader.found.language) for head in heads)
    return not asks and all(is_free(cell) for cell in columns) and not any(heads)


def _grid_to_fill(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> None:
    if reader.open is None:
        return
    reader.open.guidance.append(line_of(rows[0]))
    reader.open.place(next(cell.address for row in rows[1:] for cell in row if is_free(cell)))
    for row in rows[1:]:
        reader.found.skip(line_of(row), row[0].address, SkipReason.OTHER)


def _labels(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> None:
    """Labels with an empty cell beside each; rows that are full say something and ask nothing."""
    reader.close()
    for row in rows:
        cells = [cell for cell in row if not cell.merged]
        index = 0
        while index < len(cells):
            cell = cells[index]
            after = cells[index + 1] if index + 1 < len(cells) else None
            if cell.text.strip() and not is_free(cell) and after is not None and is_free(after):
                _label(reader, cell, after)
                index += 2
                continue
            if len(cells) == 1 and cell.text.strip():
                _alone(reader, cell)
            else:
                reader.found.skip(cell.text, cell.address, SkipReason.OTHER)
            index += 1
    reader.close()


def _alone(reader: TextReader, cell: Cell) -> None:
    """A row of one cell: a question across the table or a line of text."""
    if strong_question(split_number(cell.text).text, reader.found.language):
        numbered = split_number(cell.text)
        reader.ask(Block(numbered.text, cell.address, number=numbered.number))
    else:
        reader.found.skip(cell.text, cell.address, SkipReason.HEADING)


def _label(reader: TextReader, cell: Cell, place: Cell) -> None:
    mark = says("answer", "line", cell.text) or says("answer", "bare", cell.text)
    if mark and reader.open is not None:
        rest = without_gaps(cell.text[mark.end() :])
        reader.open.given += [rest] if rest and not is_placeholder(rest) else []
        answer_in(reader.open, place)
        return
    if says("own", "signature", cell.text):
        reader.found.skip(cell.text, cell.address, SkipReason.OTHER)
        return
    numbered = split_number(cell.text)
    asks = asking.is_question(numbered.text, language=reader.found.language)
    if (
        not asks
        and len(numbered.text.split()) > _LABEL_WORDS
        and asking.is_instruction(numbered.text, language=reader.found.language)
    ):
        reader.found.skip(cell.text, cell.address, SkipReason.INSTRUCTION)
        return
    draft = reader.ask(Block(numbered.text, cell.address, number=numbered.number), statement=not asks)
    answer_in(draft, place)
