"""Which column of a table plays which part: by what its header names, and by what stands in it.

Invariant: a column has one part at most, and a table without a question column has no header; what cannot be told
stays OTHER, never a guess between two answers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from copilot.domain.language import Language
from knowledge.questionnaires.allowed import lists_values
from knowledge.questionnaires.asking import is_instruction, is_mandatory, is_question, value_kind
from knowledge.questionnaires.blocks import split_number
from knowledge.questionnaires.headers import NAMES_NUMBER, Role, header_form, rank_of, role_of_header, status_words

_HEADER_WITHIN = 40
_LONGEST_HEADER = 90
_MANY_WORDS = 12
_SHORT_QUESTION = 6
_SAMPLE = 120
_AMBIGUOUS = frozenset({"no", "n", "complies", "comply", "compliant", "cumple", "conforme", "supported", "s", "y", "p"})
_LETTERS = MappingProxyType({"q": "a", "p": "r"})
"""Of questions, each with that of answers."""
_SOON = 8
_KNOWN_SHARE = 0.5
_ASKING_SHARE = 0.3
_FILLED_SHARE = 0.8
_ANY_NUMBER = re.compile(
    r"[a-z]{0,8}[ ._-]{0,2}\d+(?:[.\-_]\d+)*[.)]?[a-z]?|[a-z]{2,5}(?:[-.][a-z0-9]{1,5}){1,4}", re.IGNORECASE
)


_NEVER_QUESTIONS = (
    *(Role.ANSWER, Role.COMMENT, Role.NUMBER, Role.MANDATORY, Role.OWNER, Role.ALLOWED, Role.LIMIT),
    Role.GUIDANCE,
)


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """The parts of a table's columns, counted from 0."""

    header: int | None
    """Index of the row with the headers; None: the parts come from the content alone."""
    columns: Mapping[Role, int]
    """The column of each part that was found; a part that several columns fit has the likeliest."""
    ticks: tuple[tuple[int, str], ...] = ()
    """Columns to be ticked, each with the value it stands for: `((3, "Yes"), (4, "No"))`."""
    sections: tuple[int, ...] = ()
    """All columns that name sections, outermost first."""
    others: tuple[int, ...] = ()
    """Further columns whose headers name questions: a translation, a title, the control behind the question."""
    texts: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """The headers as written, by column."""

    def of(self, role: Role) -> int | None:
        """The column of a part."""
        return self.columns.get(role)


def column_roles(rows: Sequence[Sequence[str]]) -> ColumnRoles:
    """The parts of the columns of one table. Empty `columns` if no column asks anything."""
    for index in range(min(len(rows), _HEADER_WITHIN)):
        found = header_roles(rows[index], below=rows[index + 1 : index + 1 + _SAMPLE])
        if found is not None:
            return replace(found, header=index)
    return roles_by_content(rows)


def may_be_headers(row: Sequence[str]) -> bool:
    """A cheap look at a row, before what stands below it is looked at."""
    texts = [text for text in row if text.strip()]
    if len(texts) < 2 or any(_is_no_header(text) for text in texts):
        return False
    kinds = {kind for text in texts if (kind := value_kind(text)) and header_form(text) not in _AMBIGUOUS}
    if kinds and not {"yes", "no"} <= kinds | {value_kind(text) for text in texts}:
        return False  # a value without its opposite is an answer, not a header
    asked = (Role.QUESTION, Role.ANSWER, Role.COMMENT)
    return bool(kinds) or any(role_of_header(text) in asked for text in texts)


def header_roles(row: Sequence[str], *, below: Sequence[Sequence[str]]) -> ColumnRoles | None:
    """The parts that a row of headers gives its columns, or None if the row is no such row."""
    cells = {index: " ".join(text.split()) for index, text in enumerate(row) if text.strip()}
    if len(cells) < 2 or any(_is_no_header(text) for text in cells.values()):
        return None
    ticks = _ticks(cells)
    candidates: dict[Role, list[int]] = {}
    for index in cells.keys() - {column for column, _ in ticks}:
        candidates.setdefault(_role_among(cells[index], cells.values()), []).append(index)
    for indexes in candidates.values():
        indexes.sort()
    _settle_allowed(candidates, below)
    question = _question_of(candidates, ticks, cells, below)
    if question is None or not _is_filled(question, below):
        return None
    columns: dict[Role, int] = {
        role: _likeliest(role, indexes, cells)
        for role, indexes in candidates.items()
        if role not in (Role.QUESTION, Role.OTHER) and indexes != [question]
    }
    columns[Role.QUESTION] = question
    unnamed = question - 1 not in columns.values() and question > 0
    if Role.NUMBER not in columns and unnamed and are_numbers(_column(question - 1, below)):
        columns[Role.NUMBER] = question - 1
    numbers = [index for index in candidates.get(Role.QUESTION, []) if _are_codes(_column(index, below))]
    if Role.NUMBER not in columns and numbers and question not in numbers:
        columns[Role.NUMBER] = numbers[0]
    _settle_status(columns, cells, below, has_ticks=bool(ticks))
    _settle_answers(columns, candidates, cells, has_ticks=bool(ticks))
    if _is_legend(columns, below) or not (_fills_in(columns, ticks) or _asks_at(question, below)):
        return None
    named = (question, columns.get(Role.NUMBER))
    others = tuple(index for index in candidates.get(Role.QUESTION, []) if index not in named)
    sections = tuple(index for index in candidates.get(Role.SECTION, []) if index != question)
    return ColumnRoles(0, columns, ticks, sections, others, cells)


def _question_of(
    candidates: dict[Role, list[int]],
    ticks: Sequence[tuple[int, str]],
    cells: Mapping[int, str],
    below: Sequence[Sequence[str]],
) -> int | None:
    """The column of questions: by its header, else the one that asks beside a column for answers."""
    known = sum(len(indexes) for role, indexes in candidates.items() if role is not Role.OTHER) + len(ticks)
    if known < max(2, len(cells) * _KNOWN_SHARE) and not (known == 1 and len(cells) == 2 and below):
        return None
    questions = candidates.get(Role.QUESTION, [])
    if questions:
        return _question_column(questions, cells, below) if known > 1 else None
    if any(_is_asked(cells[index]) for index in candidates.get(Role.OTHER, [])):
        return None
    if not (ticks or Role.ANSWER in candidates):
        return None
    taken = {column for column, _ in ticks}
    taken.update(*(candidates.get(role, []) for role in _NEVER_QUESTIONS))
    width = max((len(row) for row in below), default=0)
    free = [index for index in range(width) if index not in taken]
    weights = {index: _asking_count(_column(index, below)) for index in free}
    best = max(weights, key=lambda index: (weights[index], -index), default=None)
    if best is None or weights[best] < _ASKING_SHARE * len(_column(best, below)) or not weights[best]:
        return _first_of_statements(candidates, ticks, free, below)
    _take(best, candidates)
    return best


def _is_asked(text: str) -> bool:
    """`Do you log?`, `C.2 Describe the process`: a row with it is no row of headers, unless it names a part."""
    marked = text.rstrip(" *").endswith("?") or bool(split_number(text).number)
    return marked and is_question(text, language=Language.EN)


def _settle_allowed(candidates: dict[Role, list[int]], below: Sequence[Sequence[str]]) -> None:
    """A column of `Yes / No / N/A` in every row says what may be answered, whatever its header, beside another.

    `Type` with `Mandatory` and `Desirable` below it is no such column.
    """
    for index in list(candidates.get(Role.ALLOWED, [])):
        if Role.MANDATORY not in candidates and _tells_what_is_mandatory(index, below):
            _take(index, candidates)
            candidates[Role.MANDATORY] = [index]
    if Role.ALLOWED in candidates:
        return
    roles = (Role.ANSWER, Role.COMMENT, Role.GUIDANCE, Role.OTHER)
    likely = [index for role in roles for index in candidates.get(role, []) if _lists_values(index, below)]
    places = set(candidates.get(Role.ANSWER, [])) | set(candidates.get(Role.COMMENT, []))
    if len(likely) == 1 and places - set(likely):
        _take(likely[0], candidates)
        candidates[Role.ALLOWED] = likely


def _tells_what_is_mandatory(index: int, below: Sequence[Sequence[str]]) -> bool:
    texts = _column(index, below[:_SAMPLE])
    known = sum(is_mandatory(text) is not None and len(text) > 1 for text in texts)
    return known > 0 and known >= _FILLED_SHARE * len(texts)


def _lists_values(index: int, below: Sequence[Sequence[str]]) -> bool:
    texts = _column(index, below[:_SAMPLE])
    return len(texts) >= _KNOWN_SHARE * len(below[:_SAMPLE]) and lists_values(texts)


def _take(column: int, candidates: dict[Role, list[int]]) -> None:
    """The column is no candidate for another part any more."""
    for role, indexes in list(candidates.items()):
        if column in indexes:
            indexes.remove(column)
        if not indexes:
            del candidates[role]


def _first_of_statements(
    candidates: dict[Role, list[int]],
    ticks: Sequence[tuple[int, str]],
    free: Sequence[int],
    below: Sequence[Sequence[str]],
) -> int | None:
    """Beside columns that are plainly for answers the longest texts are what is to be answered."""
    plain = bool(ticks) or len(candidates.get(Role.ANSWER, [])) + len(candidates.get(Role.COMMENT, [])) > 1
    filled = [index for index in free if _column(index, below)]
    usable = [index for index in filled if index not in candidates.get(Role.SECTION, [])] or filled
    if not usable or not (plain or _column_is_empty(candidates[Role.ANSWER][0], below)):
        return None
    best = max(usable, key=lambda index: (sum(map(len, _column(index, below))) / len(_column(index, below)), -index))
    _take(best, candidates)
    return best


def _column(index: int, below: Sequence[Sequence[str]]) -> list[str]:
    return [row[index].strip() for row in below if index < len(row) and row[index].strip()]


def _column_is_empty(index: int, below: Sequence[Sequence[str]]) -> bool:
    return len(below) > 1 and len(_column(index, below)) <= _ASKING_SHARE * len(below)


def _is_filled(question: int, below: Sequence[Sequence[str]]) -> bool:
    """Something stands in the column soon: a row of headers has rows."""
    return bool(_column(question, below[:_SOON]))


def _fills_in(columns: Mapping[Role, int], ticks: Sequence[tuple[int, str]]) -> bool:
    return bool(ticks) or Role.ANSWER in columns


def _asks_at(question: int, below: Sequence[Sequence[str]]) -> bool:
    texts = _column(question, below)
    return _asking_count(texts) >= _ASKING_SHARE * len(texts[:_SAMPLE])


def _is_legend(columns: Mapping[Role, int], below: Sequence[Sequence[str]]) -> bool:
    """`Answer | Description`, with every answer written: what the values mean, not what is asked."""
    question, answer = columns[Role.QUESTION], columns.get(Role.ANSWER)
    if answer is None or not below:
        return False
    filled = _column(answer, below)
    rows = _column(question, below)
    all_filled = len(filled) >= _FILLED_SHARE * max(1, len(rows))
    asking = _asking_count(rows) / max(1, len(rows[:_SAMPLE]))
    return (
        all_filled
        and asking < _ASKING_SHARE
        and (answer < question or (Role.NUMBER not in columns and len(rows) < _SOON))
    )


def _role_among(text: str, headers: Iterable[str]) -> Role:
    """`Q | A`, `P | R`: a letter names questions only beside the letter of the answers."""
    beside = _LETTERS.get(header_form(text))
    paired = beside is not None and any(header_form(header) == beside for header in headers)
    return Role.QUESTION if paired else role_of_header(text)


def roles_by_content(rows: Sequence[Sequence[str]]) -> ColumnRoles:
    """The parts of columns without a header: the column that asks, and the empty one beside it."""
    width = max((len(row) for row in rows), default=0)
    columns = {index: [row[index].strip() for row in rows if index < len(row)] for index in range(width)}
    asking = {index: _asking_count(texts) for index, texts in columns.items()}
    question = max(asking, key=lambda index: (asking[index], -index), default=None)
    if question is None or asking[question] == 0:
        return ColumnRoles(None, {})
    found = {Role.QUESTION: question}
    if question > 0 and are_numbers([text for text in columns[question - 1] if text]):
        found[Role.NUMBER] = question - 1
    return ColumnRoles(None, found)


def are_numbers(texts: Sequence[str]) -> bool:
    """Whether the texts are numbers of questions: `4.2.1`, `AIS-01`, `Q12`."""
    if not texts:
        return False
    return sum(is_number(text) for text in texts) >= 0.8 * len(texts)


def _are_codes(texts: Sequence[str]) -> bool:
    """`org`, `org.1`, `op.acc.5` below `Control`: most are numbers, and none has a second word."""
    return sum(map(is_number, texts)) > len(texts) / 2 and not any(" " in text for text in texts)


def is_number(text: str) -> bool:
    """Whether a text is the number of a question or section."""
    return len(text) <= 20 and _ANY_NUMBER.fullmatch(text.strip()) is not None


def _is_no_header(text: str) -> bool:
    if len(text) > _LONGEST_HEADER and len(text.split()) > _MANY_WORDS:
        return True
    if any(character.isdigit() for character in text) and is_number(text) and not NAMES_NUMBER.fullmatch(text.lower()):
        return True
    return text.endswith("?") and len(text.split()) > _SHORT_QUESTION


def _ticks(cells: Mapping[int, str]) -> tuple[tuple[int, str], ...]:
    """Neighbouring headers that are values: `Yes | No | N/A`."""
    # `No.` in front of `Yes | No` numbers the rows: of two that say the same, the last one is ticked.
    last = {value_kind(text): index for index, text in cells.items()}
    valued = [(index, text) for index, text in cells.items() if (kind := value_kind(text)) and last[kind] == index]
    if len(valued) < 2 or {"yes", "no"} - {value_kind(text) for _, text in valued}:
        return ()
    return tuple(valued)


def _question_column(indexes: Sequence[int], cells: Mapping[int, str], below: Sequence[Sequence[str]]) -> int:
    """Of several, the one whose texts ask and are long; the first of equals."""

    def weight(index: int) -> tuple[float, int]:
        texts = [row[index].strip() for row in below if index < len(row) and row[index].strip()]
        if not texts:
            return 0.0, -rank_of(Role.QUESTION, cells[index])
        asking = _asking_count(texts) / len(texts)
        length = sum(map(len, texts)) / len(texts)
        marked = sum(text.rstrip(" *").endswith("?") for text in texts) > len(texts) / 2
        return round(asking, 1) + (0.3 if length > 35 or marked else 0), -rank_of(Role.QUESTION, cells[index])

    return max(indexes, key=lambda index: (*weight(index), -index))


def _asking_count(texts: Sequence[str]) -> int:
    sample = [text for text in texts[:_SAMPLE] if len(text) > 3]
    language = Language.EN  # both languages are tried, whichever comes first
    return sum(is_question(text, language=language) and not is_instruction(text, language=language) for text in sample)


def _likeliest(role: Role, indexes: Sequence[int], cells: Mapping[int, str]) -> int:
    return min(indexes, key=lambda index: (rank_of(role, cells[index]), index))


def _settle_status(
    columns: dict[Role, int], cells: Mapping[int, str], below: Sequence[Sequence[str]], *, has_ticks: bool
) -> None:
    """`Status`, empty and without a column for answers beside it, is where the answer belongs."""
    if has_ticks or Role.ANSWER in columns:
        return
    taken = {index for role, index in columns.items() if role is not Role.OWNER}
    for index, text in cells.items():
        words = header_form(text)
        named = any(words == word or words.startswith(f"{word} ") for word in status_words())
        before = index < columns.get(Role.COMMENT, len(cells) + index)
        if named and before and index not in taken and _column_is_empty(index, below):
            columns[Role.ANSWER] = index
            if columns.get(Role.OWNER) == index:
                del columns[Role.OWNER]
            return


def _settle_answers(
    columns: dict[Role, int], candidates: Mapping[Role, list[int]], cells: Mapping[int, str], *, has_ticks: bool
) -> None:
    """A lone column for remarks takes the answers; of two for answers the second takes the remarks."""
    answers = candidates.get(Role.ANSWER, [])
    if has_ticks and Role.ANSWER in columns:
        columns.setdefault(Role.COMMENT, columns.pop(Role.ANSWER))
    elif len(answers) > 1 and Role.COMMENT not in columns and Role.ANSWER in columns:
        columns[Role.COMMENT] = next(index for index in answers if index != columns[Role.ANSWER])
    elif Role.ANSWER not in columns and not has_ticks and Role.COMMENT in columns:
        columns[Role.ANSWER] = columns.pop(Role.COMMENT)
        rest = [index for index in candidates[Role.COMMENT] if index != columns[Role.ANSWER]]
        if rest:
            columns[Role.COMMENT] = _likeliest(Role.COMMENT, rest, cells)
