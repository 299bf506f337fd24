"""Questions in the tables of texts: columns of questions and answers, labels beside gaps, boxes to write into.

Invariant: every cell's text ends up in a question or in what was skipped; an answer's place is a cell that is empty,
holds only what stands for an answer, or holds the answer that was given before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import Block, Cell, Table, says, split_number
from knowledge.questionnaires.drafting import Draft
from knowledge.questionnaires.flow import Assembler, is_answer_box
from knowledge.questionnaires.options import gap_in, is_placeholder, options_in, without_gaps
from knowledge.questionnaires.roles import ColumnRoles, Role, column_roles, header_roles
from knowledge.questionnaires.style import is_marked, strong_question

_SECTION_LEVEL = 7
_MOSTLY_FREE = 0.6
_LABEL_WORDS = 15
_KEPT = (Role.QUESTION, Role.NUMBER, Role.SECTION, Role.GUIDANCE, Role.ANSWER, Role.COMMENT, Role.MANDATORY,
         Role.ALLOWED, Role.LIMIT)  # fmt: skip
_SEPARATORS = ("\n", ";", "/", "|", ",")


def read_table(reader: Assembler, table: Table) -> None:
    """Read one table, as part of the text around it."""
    rows = [row for row in table.rows if row]
    if is_answer_box(table):
        if reader.open is not None:
            _answer_box(reader, rows)
        else:
            _stacked(reader, rows)
    elif max((sum(not cell.merged for cell in row) for row in rows), default=0) <= 1:
        _stacked(reader, rows)
    elif _is_grid_to_fill(reader, rows):
        _grid_to_fill(reader, rows)
    else:
        _columns(reader, rows)


def is_free(cell: Cell) -> bool:
    """Whether an answer can be written into the cell."""
    text = without_gaps(cell.text)
    return not cell.merged and (not text or is_placeholder(text) or cell.control or options_in(text) is not None)


def _answer_box(reader: Assembler, rows: Sequence[Sequence[Cell]]) -> None:
    cell = next(cell for row in rows for cell in row if not cell.merged)
    if reader.open is not None and reader.open.firm and cell.text:
        reader.skip(Block(cell.text, cell.address), SkipReason.OTHER)
    elif reader.open is not None:
        _answer_in(reader.open, cell)
        reader.answering = False


def _stacked(reader: Assembler, rows: Sequence[Sequence[Cell]]) -> None:
    """One column: its cells follow one another like paragraphs."""
    cells = [cell for row in rows for cell in row if not cell.merged]
    blocks = [block for cell in cells for block in _blocks(cell)]
    inner = Assembler(found=reader.found, flow=blocks, fillable=True)
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


def _is_grid_to_fill(reader: Assembler, rows: Sequence[Sequence[Cell]]) -> bool:
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


def _grid_to_fill(reader: Assembler, rows: Sequence[Sequence[Cell]]) -> None:
    if reader.open is None:
        return
    reader.open.guidance.append(_line(rows[0]))
    reader.open.place(next(cell.address for row in rows[1:] for cell in row if is_free(cell)))
    for row in rows[1:]:
        reader.found.skip(_line(row), row[0].address, SkipReason.OTHER)


def _columns(reader: Assembler, rows: Sequence[Sequence[Cell]]) -> None:
    width = max(map(len, rows))
    texts = [[cell.text for cell in row] + [""] * (width - len(row)) for row in rows]
    roles = column_roles([_with_number_header(row) for row in texts])
    if roles.of(Role.QUESTION) is None:
        _labels(reader, rows)
        return
    places = _places(roles, rows)
    if roles.header is None and places.answer is None and not roles.ticks:
        _labels(reader, rows)
        return
    body = _Body(reader, roles, places, depth=len(reader.headings))
    for index, row in enumerate(rows):
        if roles.header is not None and index <= roles.header:
            reason = SkipReason.HEADING if index == roles.header else SkipReason.OTHER
            reader.found.skip(_line(row), row[0].address, reason)
        else:
            body.row(row, texts[index], below=texts[index + 1 :])
    del reader.headings[body.depth :]
    reader.close()


@dataclass(frozen=True, slots=True)
class _Places:
    answer: int | None
    comment: int | None


def _places(roles: ColumnRoles, rows: Sequence[Sequence[Cell]]) -> _Places:
    """The columns to be written into: those so called, else the free ones to the right of the questions."""
    answer, comment = roles.of(Role.ANSWER), roles.of(Role.COMMENT)
    if answer is not None or roles.ticks:
        return _Places(answer, comment)
    question = roles.of(Role.QUESTION) or 0
    body = rows[(roles.header if roles.header is not None else -1) + 1 :]
    free = []
    for column in range(question + 1, max(map(len, rows))):
        cells = [row[column] for row in body if column < len(row) and not row[column].merged]
        if cells and sum(map(is_free, cells)) >= _MOSTLY_FREE * len(cells) and column not in roles.columns.values():
            free.append(column)
    answer = free[0] if free else None
    return _Places(answer, comment if comment is not None or len(free) < 2 else free[1])


@dataclass(slots=True)
class _Body:
    """Reads the rows below the headers."""

    reader: Assembler
    roles: ColumnRoles
    places: _Places
    depth: int
    """How many headings stand above the table."""
    carried: dict[int, str] = field(default_factory=dict)
    """Sections named in columns, which hold until another is named."""

    def row(self, row: Sequence[Cell], texts: Sequence[str], *, below: Sequence[Sequence[str]]) -> None:
        """Read one row."""
        line = _line(row)
        question = self.roles.of(Role.QUESTION) or 0
        filled = [cell for cell in row if cell.text.strip()]
        if not filled:
            self._free_row(row)
        elif self._is_header_again(texts):
            self.reader.found.skip(line, row[0].address, SkipReason.HEADING)
        elif self._is_answer_row(row, filled[0]):
            return
        elif self._is_section(row, filled, below=below):
            self._enter(filled, line, row)
        elif asking.is_example(filled[0].text, language=self.reader.found.language):
            self.reader.found.skip(line, row[0].address, SkipReason.EXAMPLE)
        elif question < len(row) and row[question].text.strip():
            self._question(row, row[question])
        elif len(filled) == 1 and strong_question(filled[0].text, self.reader.found.language):
            self._question(row, filled[0])
        elif self.reader.open is not None and question < len(row) and row[question].merged:
            self._more_of_question(row)
        else:
            self.reader.found.skip(line, row[0].address, SkipReason.OTHER)

    def _free_row(self, row: Sequence[Cell]) -> None:
        """A row of nothing below a question across the table takes its answer."""
        open_, cell = self.reader.open, next((cell for cell in row if is_free(cell)), None)
        if open_ is not None and cell is not None and not open_.firm:
            open_.place(cell.address)

    def _is_answer_row(self, row: Sequence[Cell], first: Cell) -> bool:
        """`Answer: | ____` below its question."""
        mark = says("answer", "line", first.text) or says("answer", "bare", first.text)
        comment = says("answer", "comment", first.text)
        open_ = self.reader.open
        if open_ is None or not (mark or comment):
            return False
        place = next((cell for cell in row if cell is not first and not cell.merged), first)
        if mark:
            rest = without_gaps(first.text[mark.end() :])
            open_.given += [rest] if rest and place is not first and not is_placeholder(rest) else []
            _answer_in(open_, place)
        else:
            open_.comment = open_.comment or place.address
            open_.given += [place.text] if place.text.strip() and place is not first else []
            open_.guidance.append(first.text)
        for cell in row:
            if cell is not first and cell is not place:
                self.reader.found.skip(cell.text, cell.address, SkipReason.OTHER)
        return True

    def _is_header_again(self, texts: Sequence[str]) -> bool:
        mine = [" ".join(text.split()).lower() for text in self.roles.texts.values()]
        here = [" ".join(text.split()).lower() for text in texts if text.strip()]
        if self.roles.header is not None and here == mine:
            return True
        found = header_roles(texts, below=[])
        return found is not None and len(here) > 2 and not any(is_marked(text) for text in texts)

    def _is_section(self, row: Sequence[Cell], filled: Sequence[Cell], *, below: Sequence[Sequence[str]]) -> bool:
        reader, number_column = self.reader, self.roles.of(Role.NUMBER)
        question = self.roles.of(Role.QUESTION) or 0
        words = [cell for cell in filled if not (number_column is not None and cell is row[number_column])] or filled
        if len(words) != 1 or is_marked(words[0].text) or gap_in(words[0].text) or options_in(words[0].text):
            return False
        text = words[0].text
        spans = sum(not cell.merged for cell in row) <= max(1, len(row) // 2)
        if strong_question(text, reader.found.language):
            return False
        if spans or (words[0] is not (row[question] if question < len(row) else None)):
            return words[0] is row[0] or spans or len(filled) == 1
        number = row[number_column].text.strip() if number_column is not None and number_column < len(row) else ""
        after = (
            next((texts[number_column] for texts in below if texts[number_column]), "")
            if number_column is not None
            else ""
        )
        if number and after.startswith(f"{number.rstrip('.')}."):
            return True
        numbered = number_column is not None and bool(after)
        return not number and (numbered or words[0].bold or text.isupper()) and not self._answers_there(row)

    def _answers_there(self, row: Sequence[Cell]) -> bool:
        """The row offers values to choose, so that it asks."""
        answer = self.places.answer
        return answer is not None and answer < len(row) and bool(row[answer].choices or row[answer].control)

    def _enter(self, filled: Sequence[Cell], line: str, row: Sequence[Cell]) -> None:
        text = " ".join(cell.text.strip() for cell in filled)
        if asking.is_instruction(text, language=self.reader.found.language):
            self.reader.found.skip(line, row[0].address, SkipReason.INSTRUCTION)
            return
        number = split_number(text).number
        level = _SECTION_LEVEL + number.count(".")
        headings = self.reader.headings
        while len(headings) > self.depth and headings[-1][0] >= level:
            headings.pop()
        headings.append((level, text.rstrip(" :")))
        self.carried.clear()
        self.reader.found.skip(line, row[0].address, SkipReason.HEADING)
        self.reader.close()
        self.reader.base = None

    def _question(self, row: Sequence[Cell], cell: Cell) -> None:
        reader = self.reader
        numbered = split_number(cell.text)
        number = self._text(row, Role.NUMBER) or numbered.number
        asks = asking.is_question(numbered.text, language=reader.found.language)
        is_free_place = self._place_cell(row) is not None
        if not is_free_place and not asks and not self.roles.ticks:
            reader.found.skip(_line(row), row[0].address, SkipReason.OTHER)
            return
        block = Block(numbered.text, cell.address, number=number, choices=cell.choices if cell.control else ())
        draft = reader.ask(block, statement=not asks)
        draft.section = (*draft.section, *self._sections(row))
        self._fill(draft, row, cell)

    def _fill(self, draft: Draft, row: Sequence[Cell], asked: Cell) -> None:
        inside = options_in(draft.text)
        if inside is not None and inside.before:
            draft.text, draft.given = inside.before, list(inside.ticked)
            draft.options = [(text, asked.address) for text in inside.texts]
            draft.place(asked.address)
        guidance = self._text(row, Role.GUIDANCE)
        draft.guidance += [guidance] if guidance else []
        draft.limit = self._text(row, Role.LIMIT)
        draft.mandatory = (
            asking.is_mandatory(self._text(row, Role.MANDATORY)) if self._text(row, Role.MANDATORY) else None
        )
        place = self._place_cell(row)
        if place is not None and place is not asked:
            _answer_in(draft, place)
        for column, value in self.roles.ticks:
            if column < len(row) and not row[column].merged:
                draft.options.append((value, row[column].address))
                draft.given += [value] if row[column].text.strip() else []
                draft.place(row[column].address)
        comment = self._cell(row, self.places.comment)
        if comment is not None and comment is not place:
            draft.comment = comment.address
            draft.given += [comment.text] if comment.text.strip() and not is_free(comment) else []
        allowed = self._text(row, Role.ALLOWED)
        if allowed:
            draft.guidance.append(allowed)
            if not draft.options:
                draft.options = [(value, "") for value in _values(allowed)]
        self._skip_others(row, asked)

    def _skip_others(self, row: Sequence[Cell], asked: Cell) -> None:
        kept = {self.roles.of(role) for role in _KEPT} | {self.places.answer, self.places.comment}
        kept |= {column for column, _ in self.roles.ticks} | set(self.roles.sections)
        for column, cell in enumerate(row):
            if column not in kept and cell is not asked:
                reason = SkipReason.OWN_DETAILS if column == self.roles.of(Role.OWNER) else SkipReason.OTHER
                self.reader.found.skip(cell.text, cell.address, reason)

    def _more_of_question(self, row: Sequence[Cell]) -> None:
        """A row beside a question that goes down over several rows."""
        open_ = self.reader.open
        if open_ is not None:
            open_.guidance.append(_line(row))

    def _place_cell(self, row: Sequence[Cell]) -> Cell | None:
        cell = self._cell(row, self.places.answer)
        if cell is not None:
            return cell
        question = self.roles.of(Role.QUESTION) or 0
        return next((cell for cell in row[question + 1 :] if is_free(cell)), None) if not self.roles.ticks else None

    def _cell(self, row: Sequence[Cell], column: int | None) -> Cell | None:
        if column is None or column >= len(row) or row[column].merged:
            return None
        return row[column]

    def _text(self, row: Sequence[Cell], role: Role) -> str:
        cell = self._cell(row, self.roles.of(role))
        return cell.text.strip() if cell is not None else ""

    def _sections(self, row: Sequence[Cell]) -> list[str]:
        columns = self.roles.sections or tuple(filter(None, [self.roles.of(Role.SECTION)]))
        for column in columns:
            if column < len(row) and row[column].text.strip():
                self.carried[column] = row[column].text.strip()
        return [self.carried[column] for column in columns if column in self.carried]


def _answer_in(draft: Draft, cell: Cell) -> None:
    """The cell takes the answer; what stands in it was given, offered, or only stands for an answer."""
    text = cell.text.strip()
    mark = says("answer", "line", text) or says("answer", "bare", text)
    rest = text[mark.end() :].strip() if mark else text
    options = options_in(rest)
    if options is not None and not options.before:
        draft.options += [(value, cell.address if options.boxed else "") for value in options.texts]
        draft.given += options.ticked
        draft.guidance += [options.after] if options.after else []
    elif cell.choices:
        draft.options = [(choice, "") for choice in cell.choices]
        draft.given += [cell.given] if cell.given else []
    elif without_gaps(rest) and not is_placeholder(rest) and not cell.control:
        draft.given.append(without_gaps(rest))
    elif cell.given:
        draft.given.append(cell.given)
    draft.place(cell.address)


def _labels(reader: Assembler, rows: Sequence[Sequence[Cell]]) -> None:
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


def _alone(reader: Assembler, cell: Cell) -> None:
    """A row of one cell: a question across the table or a line of text."""
    if strong_question(split_number(cell.text).text, reader.found.language):
        numbered = split_number(cell.text)
        reader.ask(Block(numbered.text, cell.address, number=numbered.number))
    else:
        reader.found.skip(cell.text, cell.address, SkipReason.HEADING)


def _label(reader: Assembler, cell: Cell, place: Cell) -> None:
    mark = says("answer", "line", cell.text) or says("answer", "bare", cell.text)
    if mark and reader.open is not None:
        rest = without_gaps(cell.text[mark.end() :])
        reader.open.given += [rest] if rest and not is_placeholder(rest) else []
        _answer_in(reader.open, place)
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
    _answer_in(draft, place)


def _with_number_header(texts: list[str]) -> list[str]:
    """`No.` in front of `Yes | No` numbers the rows."""
    first = texts[0].strip().rstrip(".:").lower() if texts else ""
    others = {text.strip().rstrip(".:").lower() for text in texts[1:]}
    return ["#", *texts[1:]] if first in ("no", "nº", "n") and "no" in others else texts


def _line(row: Sequence[Cell]) -> str:
    return " | ".join(cell.text.strip() for cell in row if cell.text.strip())


def _values(text: str) -> list[str]:
    for separator in _SEPARATORS:
        values = [value.strip() for value in text.split(separator) if value.strip()]
        if len(values) > 1:
            return values
    return []
