"""Cuts a sheet into tables with known columns and the free rows around them.

Invariant: every row with text is in exactly one table or among the free rows, in the order of the sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from copilot.domain.language import Language
from knowledge.questionnaires.asking import is_instruction, is_question, language_of, value_kind
from knowledge.questionnaires.forms import is_answer_label, reasons_below
from knowledge.questionnaires.grid import Sheet, as_list
from knowledge.questionnaires.headers import Role, header_form, role_of_header
from knowledge.questionnaires.roles import ColumnRoles, are_numbers, header_roles, may_be_headers

_LOOKED_BELOW = 120
_HEADERS_WITHIN = 40
_LONGEST_SUBHEADER = 40
_MOST = 0.8
_HALF = 0.5
_FEW = 0.3


@dataclass(slots=True)
class Table:
    """Rows whose columns have known parts."""

    roles: ColumnRoles
    header_rows: tuple[int, ...] = ()
    rows: list[int] = field(default_factory=list)
    below: bool = False
    """Answers stand below the questions, not beside them."""

    @property
    def question(self) -> int:
        """The column of the questions."""
        return self.roles.columns[Role.QUESTION]


@dataclass(slots=True)
class Free:
    """Rows outside of any table."""

    rows: list[int] = field(default_factory=list)


Segment = Table | Free


def segments(sheet: Sheet, *, passive: bool) -> list[Segment]:
    """The tables and free rows of a sheet. `passive`: its name says that it asks nothing."""
    found: list[Segment] = []
    skip_until = 0
    numbers = sorted(sheet.rows)
    for index, number in enumerate(numbers):
        if number <= skip_until:
            continue
        table = _table_at(sheet, numbers[index : index + _LOOKED_BELOW])
        if table is not None and not (passive and not _asks(sheet, table, numbers[index:])):
            found.append(table)
            skip_until = table.header_rows[-1]
        elif found:
            found[-1].rows.append(number)
        else:
            found.append(Free([number]))
    headed = any(isinstance(segment, Table) for segment in found)
    return [settled for segment in found for settled in _settled(sheet, segment, passive=passive, headed=headed)]


def _table_at(sheet: Sheet, numbers: Sequence[int]) -> Table | None:
    number = numbers[0]
    width = sheet.width()
    headers, header_rows = _headers(sheet, number)
    texts = as_list(headers, width=width)
    if not may_be_headers(texts):
        return None
    below = [as_list(sheet.rows[row], width=width) for row in numbers[1:] if row not in header_rows]
    roles = header_roles(texts, below=below)
    return Table(roles, header_rows) if roles is not None else None


def _headers(sheet: Sheet, number: int) -> tuple[dict[int, str], tuple[int, ...]]:
    """The texts of a row, with those of a second row of headers under merged ones."""
    headers = dict(sheet.rows[number])
    below = sheet.rows.get(number + 1, {})
    if not below or len(headers) < 2:
        return headers, (number,)
    spans = {column: sheet.area((number, column)) for column in headers}
    under = {
        column: text
        for column, text in below.items()
        for area in spans.values()
        if area.left < area.right and area.bottom == number and area.left <= column <= area.right
    }
    if not under or len(under) < len(below) or any(len(text) > _LONGEST_SUBHEADER for text in under.values()):
        return headers, (number,)
    for area in spans.values():
        parent = headers[area.left]
        for column in range(area.left, area.right + 1):
            if column in under:
                own = under[column]
                says_itself = value_kind(own) or role_of_header(own) is not Role.OTHER
                headers[column] = own if says_itself else f"{parent} {own}"
    return headers, (number, number + 1)


def _asks(sheet: Sheet, table: Table, numbers: Sequence[int]) -> bool:
    column, answer = table.question, table.roles.of(Role.ANSWER)
    texts = [text for row in numbers if row not in table.header_rows if (text := sheet.text((row, column)))]
    ruled = answer is not None and any(sheet.rule((row, answer)) for row in numbers)
    return ruled or share_asking(texts) >= _HALF


def share_asking(texts: Sequence[str]) -> float:
    """The share of texts that ask by their words."""
    language = language_of(list(texts))
    asking = sum(is_question(text, language=language) and not is_instruction(text, language=language) for text in texts)
    return asking / len(texts) if texts else 0.0


def _settled(sheet: Sheet, segment: Segment, *, passive: bool, headed: bool) -> list[Segment]:
    if isinstance(segment, Table):
        return [_with_answers(sheet, segment)]
    return _content_tables(sheet, segment.rows, passive=passive, headed=headed)


def _with_answers(sheet: Sheet, table: Table) -> Table:
    """A table whose headers name no place for answers: the empty column beside the questions, or the cell below."""
    asked = [row for row in table.rows if row == sheet.anchor((row, table.question))[0]]
    asked = [row for row in asked if sheet.text((row, table.question))]
    if table.roles.ticks or not asked:
        return table
    if Role.ANSWER in table.roles.columns:
        return _with_drop_downs(sheet, table, asked)
    return _with_places(sheet, table, asked)


def _with_drop_downs(sheet: Sheet, table: Table, asked: Sequence[int]) -> Table:
    """A column of drop-downs whose header says little comes before one for free text."""
    columns = table.roles.columns
    answer = columns[Role.ANSWER]
    if _share(sheet, asked, answer, ruled=True) > 0:
        return table
    taken = set(columns.values()) | set(table.roles.others) | set(table.roles.sections)
    ruled = [
        column
        for column in table.roles.texts
        if column not in taken and column > table.question and _share(sheet, asked, column, ruled=True) >= _HALF
    ]
    if len(ruled) == 1:
        changed = {**columns, Role.ANSWER: ruled[0], Role.COMMENT: columns.get(Role.COMMENT, answer)}
        table.roles = replace(table.roles, columns=changed)
    return table


def _with_places(sheet: Sheet, table: Table, asked: Sequence[int]) -> Table:
    if not asked:
        return table
    taken = set(table.roles.columns.values()) | set(table.roles.others) | set(table.roles.sections)
    first = max(sheet.area((row, table.question)).right for row in asked) + 1
    right = [column for column in range(first, max(sheet.width(), first) + 3) if column not in taken]
    right = right if table.header_rows else _before_others(sheet, asked, right)
    ruled = [column for column in right if _share(sheet, asked, column, ruled=True) >= _FEW]
    usual = [column for column in right if _share(sheet, asked, column) >= _HALF]
    boxed = [column for column in usual if _inputs(sheet, asked, column) >= _HALF]
    free = ruled or boxed or usual
    if not table.header_rows and _answers_below(sheet, table.question, asked, beside=free[:1]):
        table.below = True
        return table
    if not free:
        return table
    columns = {**table.roles.columns, Role.ANSWER: free[0]}
    after = [column for column in right if column > free[0] and _inputs(sheet, asked, column) >= _HALF]
    if after and Role.COMMENT not in columns and _inputs(sheet, asked, free[0]) >= _HALF:
        columns[Role.COMMENT] = after[0]
    table.roles = replace(table.roles, columns=columns)
    return table


def _before_others(sheet: Sheet, asked: Sequence[int], columns: Sequence[int]) -> list[int]:
    """The columns up to a place for answers and further questions behind it, which have places of their own."""
    has_place = False
    for index, column in enumerate(columns):
        texts = [text for row in asked if (text := sheet.text((row, column)))]
        language = language_of(texts)
        if has_place and any(asks_by_mark(text, language=language) for text in texts):
            return list(columns[:index])
        has_place = has_place or _share(sheet, asked, column) >= _HALF
    return list(columns)


def asks_by_mark(text: str, *, language: Language) -> bool:
    """Whether a text asks and ends so."""
    return text.rstrip(" *").endswith("?") and is_question(text, language=language)


def _share(sheet: Sheet, rows: Sequence[int], column: int, *, ruled: bool = False) -> float:
    spots = [(row, column) for row in rows]
    fits = [sheet.is_free(spot) and (not ruled or sheet.rule(spot) is not None) for spot in spots]
    return sum(fits) / len(fits)


def _inputs(sheet: Sheet, rows: Sequence[int], column: int) -> float:
    return sum(sheet.looks_like_input((row, column)) for row in rows) / len(rows)


def _answers_below(sheet: Sheet, column: int, asked: Sequence[int], *, beside: Sequence[int]) -> bool:
    """Whether the row below every question is left empty for its answer, and the cell beside it is not."""
    unders = [(sheet.area((row, column)).bottom + 1, column) for row in asked]
    empty = [not any(sheet.rows.get(row, {}).values()) or _is_answer_label(sheet, row) for row, _ in unders]
    if sum(empty) < _MOST * len(unders):
        return False
    below = sum(sheet.looks_like_input(spot) for spot in unders) / len(unders)
    right = _inputs(sheet, asked, beside[0]) if beside else 0.0
    return below > right or (right == 0 and len(asked) > 1)


def _is_answer_label(sheet: Sheet, row: int) -> bool:
    texts = list(sheet.rows.get(row, {}).values())
    return len(texts) == 1 and is_answer_label(texts[0])


def _content_tables(sheet: Sheet, rows: list[int], *, passive: bool, headed: bool) -> list[Segment]:
    """Free rows in which one column asks again and again are a table without headers."""
    width = sheet.width()
    language = language_of([text for row in rows for text in sheet.rows[row].values()])
    asking: dict[int, list[int]] = {}
    for row in sorted(set(rows) - reasons_below(sheet, rows, passive=passive).keys()):
        for column, text in sheet.rows[row].items():
            if column < width and is_question(text, language=language) and not is_instruction(text, language=language):
                asking.setdefault(column, []).append(row)
    if not asking:
        return [Free(rows)]
    question = max(asking, key=lambda column: (len(asking[column]), -column))
    asked = asking[question]
    first = asked[0]
    if not _is_list(sheet, question, asked, passive=passive, headed=headed):
        return [Free(rows)]
    columns = {Role.QUESTION: question}
    before = [sheet.text((row, question - 1)) for row in asked] if question else []
    if before and are_numbers([text for text in before if text]):
        columns[Role.NUMBER] = question - 1
    above = [row for row in rows if row < first]
    table = Table(ColumnRoles(None, columns), rows=[row for row in rows if row >= first])
    found: list[Segment] = [Free(above)] if above else []
    return [*found, _with_places(sheet, table, asked)]


def _is_list(sheet: Sheet, column: int, asked: Sequence[int], *, passive: bool, headed: bool) -> bool:
    """Several questions one below the other.

    On a passive sheet only with cells that are to be filled in; where the sheet has a table with headers as well,
    only with such cells or question marks: what stands around a table tells how to fill it in.
    """
    right = [sheet.area((row, column)).right + 1 for row in asked]
    fillable = sum(
        sheet.rule((row, beside)) is not None
        or (sheet.protected and sheet.look((row, beside)).unlocked)
        or sheet.look((row, beside)).bordered
        for row, beside in zip(asked, right, strict=True)
    )
    if passive:
        return fillable >= _HALF * len(asked)
    marked = sum("?" in sheet.text((row, column)) for row in asked)
    if headed:
        return fillable >= _HALF * len(asked) or marked >= _HALF * len(asked)
    return len(asked) > 1 or fillable > 0 or marked > 0


def side_by_side(sheet: Sheet) -> list[Sheet]:
    """The sheet as it is, or cut in two where a row of headers begins anew in a later column."""
    for row in sorted(sheet.rows)[:_HEADERS_WITHIN]:
        cells = sheet.rows[row]
        columns = sorted(cells)
        again = [column for column in columns[2:] if header_form(cells[column]) == header_form(cells[columns[0]])]
        if again and _both_ask([cells[column] for column in columns if column < again[0]]):
            cut = again[0]
            left = {
                number: {column: text for column, text in texts.items() if column < cut or number < row}
                for number, texts in sheet.rows.items()
            }
            right = {
                number: {column: text for column, text in texts.items() if column >= cut}
                for number, texts in sheet.rows.items()
                if number >= row
            }
            halves = [{number: texts for number, texts in half.items() if texts} for half in (left, right)]
            return [replace(sheet, rows=half, _width=-1) for half in halves]
    return [sheet]


def _both_ask(headers: Sequence[str]) -> bool:
    roles = {role_of_header(header) for header in headers}
    return Role.QUESTION in roles and bool(roles & {Role.ANSWER, Role.COMMENT})
