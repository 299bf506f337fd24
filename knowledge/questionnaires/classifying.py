"""Tells what each row of a table is: a question, a heading, an instruction, an example or none of them.

Invariant: the words come first; how a row looks and what stands beside it decide only where the words leave it open,
always against what is usual in the same table.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from copilot.domain.folding import flat
from copilot.domain.language import Language
from knowledge.questionnaires.asking import is_example, is_instruction, is_question
from knowledge.questionnaires.blocks import split_number
from knowledge.questionnaires.finding import depth_of, parts_of
from knowledge.questionnaires.forms import is_signature
from knowledge.questionnaires.grid import Sheet, Spot
from knowledge.questionnaires.headers import Role
from knowledge.questionnaires.layout import matches
from knowledge.questionnaires.roles import is_number
from knowledge.questionnaires.segments import Table

_MOST = 0.8
_MANY = 0.6
_HALF = 0.5
_RARE = 0.25
_HEADING_WORDS = 15
_SHORT_HEADING_WORDS = 7
_PROSE_WORDS = 25


class Kind(StrEnum):
    """What a row is."""

    QUESTION = "question"
    STATEMENT = "statement"
    """Asks nothing by its words, but stands where questions stand."""
    SECTION = "section"
    INSTRUCTION = "instruction"
    EXAMPLE = "example"
    SIGNATURE = "signature"
    OTHER = "other"


@dataclass(slots=True)
class RowFacts:
    """One row with a text in the column of questions."""

    row: int
    spot: Spot
    text: str
    number: str
    asks: bool
    marked: bool
    """With a question mark."""
    instructs: bool
    ruled: bool
    """Its answer's cell says what may be entered."""
    spans: bool
    """Merged over the place where the answers are."""
    beside: int
    """Other cells with text, the answer's and comment's left out."""
    bold: bool
    fill: str
    size: float
    open: bool
    """The place of its answer looks as if it is to be filled in."""


@dataclass(slots=True)
class Norms:
    """What is usual in a table."""

    asks: float = 0.0
    ruled: float = 0.0
    numbered: float = 0.0
    depth: int = 0
    beside: float = 0.0
    bold: float = 0.0
    size: float = 11
    fills: Counter[str] = field(default_factory=Counter)
    count: int = 0
    inputs: float = 0.0
    above: frozenset[tuple[str, ...]] = frozenset()
    """Numbers that others go on from: `2` where there is a `2.1`."""
    last_asking: int = 0
    headed: bool = True
    """The table has a row of headers."""


def facts_of(sheet: Sheet, table: Table, row: int, *, language: Language) -> RowFacts | None:
    """What there is to say about a row; None if nothing stands in the column of questions."""
    spot = (row, table.question)
    anchor = sheet.anchor(spot)
    text = sheet.text(spot)
    if anchor[0] != row or not text:
        return None
    number_column = table.roles.of(Role.NUMBER)
    number = "" if number_column is None else sheet.text((row, number_column))
    stated = number or split_number(text).number
    look = sheet.look(spot)
    answers = _answer_columns(table)
    own = sheet.area(spot)
    return RowFacts(
        row=row,
        spot=anchor,
        text=text,
        number=stated,
        asks=is_question(text, language=language),
        marked="?" in text or "¿" in text,
        instructs=is_instruction(text, language=language),
        ruled=any(sheet.rule((row, column)) is not None for column in answers),
        spans=bool(answers) and all(own.left <= column <= own.right for column in answers[:1]),
        beside=sum(
            1 for column in sheet.rows[row] if column not in answers and column != anchor[1] and column != number_column
        ),
        bold=look.bold,
        fill=look.fill,
        size=look.size,
        open=_is_open(sheet, table, anchor, answers),
    )


def _is_open(sheet: Sheet, table: Table, anchor: Spot, answers: Sequence[int]) -> bool:
    if table.below:
        area = sheet.area(anchor)
        return sheet.looks_like_input((area.bottom + 1, area.left))
    return bool(answers) and sheet.looks_like_input((anchor[0], answers[0]))


def _answer_columns(table: Table) -> list[int]:
    """The answer's column first, then the others that are filled in."""
    columns = [table.roles.of(role) for role in (Role.ANSWER, Role.COMMENT)]
    ticks = [column for column, _ in table.roles.ticks]
    return [*ticks, *(column for column in columns if column is not None)]


def norms_of(facts: Sequence[RowFacts], *, headed: bool) -> Norms:
    """What is usual among the rows that ask, or among all if few do."""
    asking = [fact for fact in facts if fact.asks and not fact.instructs and not fact.spans]
    usual = asking if len(asking) >= max(2, _RARE * len(facts)) else [fact for fact in facts if not fact.spans]
    if not usual:
        return Norms(headed=headed)
    count = len(usual)
    numbers = [depth_of(fact.number) for fact in usual if fact.number and is_number(fact.number)]
    everything = [fact for fact in facts if not fact.spans] or list(facts)
    return Norms(
        asks=len(asking) / len(everything),
        ruled=sum(fact.ruled for fact in usual) / count,
        numbered=len(numbers) / count,
        depth=Counter(numbers).most_common(1)[0][0] if numbers else 0,
        beside=sum(fact.beside > 0 for fact in usual) / count,
        bold=sum(fact.bold for fact in usual) / count,
        size=Counter(fact.size for fact in usual).most_common(1)[0][0],
        fills=Counter(fact.fill for fact in usual),
        count=count,
        inputs=sum(fact.open for fact in usual) / count,
        above=frozenset(
            parts[:length] for fact in facts for parts in [parts_of(fact.number)] for length in range(1, len(parts))
        ),
        last_asking=max((fact.row for fact in asking), default=0),
        headed=headed,
    )


def kind_of(fact: RowFacts, norms: Norms, *, given: bool, language: Language) -> Kind:
    """What a row is. `given`: something stands in its answer's place."""
    if is_signature(fact.text) and not fact.marked and not fact.ruled:
        return Kind.SIGNATURE
    if is_example(fact.text, language=language) and not fact.marked:
        return Kind.EXAMPLE
    if matches("label", "declaration", fact.text) and not fact.ruled and not fact.number:
        return Kind.SIGNATURE
    if matches("label", "total", fact.text) and not fact.asks and not fact.ruled:
        return Kind.OTHER
    if fact.spans:
        return _spanning(fact)
    if fact.instructs and not fact.ruled and not _is_numbered_like(fact, norms):
        return Kind.INSTRUCTION
    if fact.asks:
        return Kind.SECTION if _is_asking_heading(fact, norms) else Kind.QUESTION
    return _without_words(fact, norms, given=given)


def _spanning(fact: RowFacts) -> Kind:
    if fact.instructs:
        return Kind.INSTRUCTION
    if fact.asks and (fact.marked or len(fact.text.split()) > _SHORT_HEADING_WORDS):
        return Kind.QUESTION
    return Kind.INSTRUCTION if len(fact.text.split()) > _PROSE_WORDS else Kind.SECTION


def _is_numbered_like(fact: RowFacts, norms: Norms) -> bool:
    """A row with a number where questions have numbers is one of them, whatever its words."""
    return norms.numbered >= _HALF and bool(fact.number) and depth_of(fact.number) >= norms.depth


def _is_asking_heading(fact: RowFacts, norms: Norms) -> bool:
    """`What we need to know`, in bold, without the number and the drop-down that every question has."""
    if fact.marked or len(fact.text.split()) > _HEADING_WORDS or fact.ruled:
        return False
    lacks = (norms.numbered >= _MOST and not fact.number) or norms.ruled >= _MOST
    return lacks and fact.beside == 0 and _stands_out(fact, norms)


def _stands_out(fact: RowFacts, norms: Norms) -> bool:
    if fact.bold and norms.bold < _HALF:
        return True
    if fact.size > norms.size:
        return True
    return bool(fact.fill) and norms.fills[fact.fill] < _RARE * max(1, norms.count)


def _without_words(fact: RowFacts, norms: Norms, *, given: bool) -> Kind:
    words = len(fact.text.split())
    is_short = not given and words <= _HEADING_WORDS
    if fact.ruled:  # rules often cover whole columns, headings included
        return Kind.SECTION if is_short and _is_told_apart(fact, norms) else Kind.STATEMENT
    if is_short and _is_heading(fact, norms, words):
        return Kind.SECTION
    if not norms.headed and not fact.open and not given and not matches("label", "vendor", fact.text):
        return Kind.SECTION if is_short and fact.beside == 0 and fact.row < norms.last_asking else Kind.OTHER
    if words > _PROSE_WORDS and not fact.number and not fact.beside and norms.numbered >= _HALF:
        return Kind.INSTRUCTION
    return Kind.STATEMENT


def _is_told_apart(fact: RowFacts, norms: Norms) -> bool:
    """By its look, by its number, or by what the questions have beside them."""
    if _stands_out(fact, norms):
        return True
    if norms.numbered >= _MANY and (not fact.number or parts_of(fact.number) in norms.above):
        return True
    return norms.beside >= _MOST and fact.beside == 0


def _is_heading(fact: RowFacts, norms: Norms, words: int) -> bool:
    """Short and told apart from the questions: by its look, its number, or by what it lacks beside it."""
    if _is_told_apart(fact, norms) or norms.ruled >= _MANY:
        return True
    if fact.text.isupper() and any(character.isalpha() for character in fact.text):
        return True
    bare = fact.beside == 0 and not fact.text.rstrip().endswith((".", ":", "?"))
    is_label = matches("label", "vendor", flat(fact.text))
    return norms.asks >= _MANY and words <= _SHORT_HEADING_WORDS and bare and not is_label and not fact.number
