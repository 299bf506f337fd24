"""Tables of one question each, whose rows name their parts: `Question P1 | ...`, `Type | Mandatory`, `Answer | ____`.

Invariant: every row ends up in the question, or is left out by name; a table without a row that asks and a row for the
answer is no such card.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.allowed import listed_values, named_form
from knowledge.questionnaires.blocks import Block, Cell, says, split_number
from knowledge.questionnaires.cells import answer_in, is_free, line_of
from knowledge.questionnaires.drafting import Draft
from knowledge.questionnaires.headers import Role, role_of_header
from knowledge.questionnaires.options import options_in
from knowledge.questionnaires.text_reader import TextReader

_CODE = re.compile(
    r"(?<![\s:.])[\s:.]*+(?:n[º°o]\.?\s*)?((?<![A-Za-z])[A-Za-z]{0,4}[-. ]?\d+(?:[.\-]\d+)*[a-z]?)?[\s:.]*+$"
)
"""The number behind a label: `Question P1`, `Pregunta 2`. A row of dots is read once, however long it is."""
_LONGEST_LABEL = 6
_MOST_LETTERS = 1_000


def read_cards(reader: TextReader, rows: Sequence[Sequence[Cell]]) -> bool:
    """Read the table if its rows name the parts of questions; False if they do not."""
    pairs = [[cell for cell in row if not cell.merged] for row in rows]
    roles = [_role_of(pair) for pair in pairs]
    if Role.QUESTION not in roles or Role.ANSWER not in roles[roles.index(Role.QUESTION) :]:
        return False
    if any(len(pair) > 2 for pair in pairs) or not _takes_answers(pairs, roles):
        return False
    card = _Card(reader)
    for pair, role in zip(pairs, roles, strict=True):
        card.row(pair, role)
    card.close()
    reader.close()
    return True


def _role_of(pair: Sequence[Cell]) -> Role:
    """What the left cell names; a number behind it is the question's."""
    if len(pair) != 2 or len(pair[0].text) > _MOST_LETTERS or len(pair[0].text.split()) > _LONGEST_LABEL:
        return Role.OTHER
    label = _CODE.sub("", pair[0].text).strip(" :")
    if says("answer", "line", f"{label}:") or says("answer", "bare", label):
        return Role.ANSWER
    role = role_of_header(label)
    told = listed_values(pair[1].text) or options_in(pair[1].text) or named_form(pair[1].text)
    return Role.MANDATORY if role is Role.ALLOWED and not told and _is_mandatory(pair[1]) else role


def _is_mandatory(cell: Cell) -> bool:
    return asking.is_mandatory(cell.text) is not None


def _takes_answers(pairs: Sequence[Sequence[Cell]], roles: Sequence[Role]) -> bool:
    """What the questions' cells say is written, and some place of an answer is free or tells what to choose."""
    asked = [pair[1] for pair, role in zip(pairs, roles, strict=True) if role is Role.QUESTION]
    places = [pair[1] for pair, role in zip(pairs, roles, strict=True) if role is Role.ANSWER]
    return all(cell.text.strip() and not is_free(cell) for cell in asked) and any(map(is_free, places))


@dataclass(slots=True)
class _Card:
    """The question that is being read, and what stood above it."""

    reader: TextReader
    draft: Draft | None = None
    number: str = ""
    above: list[tuple[Role, Sequence[Cell]]] = field(default_factory=list)

    def row(self, pair: Sequence[Cell], role: Role) -> None:
        """Take one row."""
        if role is Role.QUESTION:
            self._open(pair)
        elif self.draft is None or role in (Role.NUMBER, Role.SECTION) or not pair:
            self.above.append((role, pair))
        elif len(pair) == 2:
            self._take(self.draft, pair, role)
        else:
            self.reader.found.skip(line_of(pair), pair[0].address, SkipReason.OTHER)

    def close(self) -> None:
        """What stands below the last question belongs to none."""
        for _, pair in self.above:
            if pair:
                self.reader.found.skip(line_of(pair), pair[0].address, SkipReason.OTHER)

    def _open(self, pair: Sequence[Cell]) -> None:
        label, cell = pair
        code = _CODE.search(label.text)
        named = next((row[1].text.strip() for role, row in self.above if role is Role.NUMBER), "")
        numbered = split_number(cell.text)
        number = (code.group(1) if code else "") or named or numbered.number
        asks = asking.is_question(numbered.text, language=self.reader.found.language)
        self.draft = self.reader.ask(Block(numbered.text, cell.address, number=number or ""), statement=not asks)
        sections = [row[1].text.strip() for role, row in self.above if role is Role.SECTION]
        self.draft.section = (*self.draft.section, *filter(None, sections))
        rest = [(role, row) for role, row in self.above if role not in (Role.NUMBER, Role.SECTION)]
        self.above = [(role, row) for role, row in rest if len(row) != 2]
        for role, row in rest:
            if len(row) == 2:
                self._take(self.draft, row, role)

    def _take(self, draft: Draft, pair: Sequence[Cell], role: Role) -> None:
        label, cell = pair
        if role is Role.ANSWER:
            answer_in(draft, cell)
        elif role is Role.COMMENT:
            draft.comment = draft.comment or cell.address
            draft.given += [cell.text] if cell.text.strip() and not is_free(cell) else []
        elif role is Role.ALLOWED:
            self._allow(draft, cell)
        elif role is Role.MANDATORY and _is_mandatory(cell):
            draft.mandatory = asking.is_mandatory(cell.text)
        elif role is Role.LIMIT:
            draft.limit = f"{label.text} {cell.text}"
        elif cell.text.strip():
            draft.guidance.append(cell.text if role is Role.GUIDANCE else f"{label.text.rstrip(': ')}: {cell.text}")
        else:
            self.reader.found.skip(label.text, label.address, SkipReason.OTHER)

    def _allow(self, draft: Draft, cell: Cell) -> None:
        """Boxes are ticked where they stand; values that are only listed are told."""
        boxed = options_in(cell.text)
        if boxed is not None and boxed.boxed:
            answer_in(draft, cell)
            return
        draft.guidance.append(cell.text)
        draft.form = named_form(cell.text)
        draft.options = draft.options or [(value, "") for value in listed_values(cell.text)]
