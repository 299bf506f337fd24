"""The rows of a table whose columns have parts: questions, answers, comments, sections across.

Invariant: every cell's text ends up in a question or in what was skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.allowed import listed_values, named_form
from knowledge.questionnaires.blocks import Block, Cell, says, split_number
from knowledge.questionnaires.cells import answer_in, is_free, line_of
from knowledge.questionnaires.drafting import Draft
from knowledge.questionnaires.headers import Role
from knowledge.questionnaires.options import gap_in, is_placeholder, options_in, without_gaps
from knowledge.questionnaires.roles import ColumnRoles, column_roles, header_roles
from knowledge.questionnaires.style import is_marked, strong_question
from knowledge.questionnaires.text_reader import TextReader

_SECTION_LEVEL = 7
_MOSTLY_FREE = 0.6
_KEPT = (Role.QUESTION, Role.NUMBER, Role.SECTION, Role.GUIDANCE, Role.ANSWER, Role.COMMENT, Role.MANDATORY,
         Role.ALLOWED, Role.LIMIT)  # fmt: skip


def read_columns(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> bool:
    """Read the table if its columns have parts; False if they have none."""
    width = max(map(len, rows))
    texts = [[cell.text for cell in row] + [""] * (width - len(row)) for row in rows]
    roles = column_roles(texts)
    if roles.of(Role.QUESTION) is None:
        return False
    places = _places(roles, rows)
    if roles.header is None and places.answer is None and not roles.ticks:
        return False
    column = roles.of(Role.MANDATORY)
    mandatory = frozenset(row[column] for row in texts) if column is not None else frozenset()
    body = _Body(reader, roles, places, depth=len(reader.headings), mandatory=mandatory)
    for index, row in enumerate(rows):
        if roles.header is not None and index <= roles.header:
            reason = SkipReason.HEADING if index == roles.header else SkipReason.OTHER
            reader.found.skip(line_of(row), row[0].address, reason)
        else:
            body.row(row, texts[index], below=texts[index + 1 :])
    del reader.headings[body.depth :]
    reader.close()
    return True


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
    # Behind words of its own a free column is for them: `Do you have a DPO? | ... | Who is it? | ...`.
    beside = free[1] if len(free) > 1 and free[1] == free[0] + 1 else None
    return _Places(answer, beside if comment is None else comment)


@dataclass(slots=True)
class _Body:
    """Reads the rows below the headers."""

    reader: TextReader
    roles: ColumnRoles
    places: _Places
    depth: int
    """How many headings stand above the table."""
    mandatory: frozenset[str] = frozenset()
    """What stands in the column that says what is mandatory."""
    carried: dict[int, str] = field(default_factory=dict)
    """Sections named in columns, which hold until another is named."""

    def row(self, row: Sequence[Cell], texts: Sequence[str], *, below: Sequence[Sequence[str]]) -> None:
        """Read one row."""
        line = line_of(row)
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
            answer_in(open_, place)
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
            reader.found.skip(line_of(row), row[0].address, SkipReason.OTHER)
            return
        block = Block(numbered.text, cell.address, number=number, choices=cell.choices if cell.control else ())
        draft = reader.ask(block, statement=not asks)
        draft.section = (*draft.section, *self._sections(row))
        self._fill(draft, row, cell)

    def _fill(self, draft: Draft, row: Sequence[Cell], asked: Cell) -> None:
        inside = options_in(draft.text)
        if inside is not None and inside.before:
            draft.text, draft.given = inside.before, list(inside.ticked)
            draft.options = [(text, asked.address if inside.boxed else "") for text in inside.texts]
            if inside.boxed:
                draft.place(asked.address)
        guidance = self._text(row, Role.GUIDANCE)
        draft.guidance += [guidance] if guidance else []
        draft.limit = self._text(row, Role.LIMIT)
        draft.limit_above = self.roles.texts.get(self.roles.columns.get(Role.ANSWER, -1), "")
        mandatory = self._text(row, Role.MANDATORY)
        draft.mandatory = asking.is_mandatory(mandatory, among=self.mandatory) if mandatory else None
        place = self._place_cell(row)
        if place is not None and place is not asked:
            answer_in(draft, place)
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
            draft.form = named_form(allowed)
            if not draft.options:
                draft.options = [(value, "") for value in listed_values(allowed)]
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
            open_.guidance.append(line_of(row))

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
