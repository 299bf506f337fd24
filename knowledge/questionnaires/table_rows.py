"""Reads the rows of one table into questions, headings and what is left out.

Invariant: every text of every row ends up in a finding, in a heading or among what was left out.
"""

import re
from dataclasses import dataclass

from copilot.domain.language import Language
from copilot.domain.questionnaires import Limit, SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.allowed import is_told_by, listed_values, named_form, offered_in, yes_or_no_in
from knowledge.questionnaires.blocks import says, split_number
from knowledge.questionnaires.classifying import Kind, Norms, RowFacts, facts_of, kind_of, norms_of
from knowledge.questionnaires.finding import Finding, Findings, Headings
from knowledge.questionnaires.forms import add_beside, marks_place, read_form_row
from knowledge.questionnaires.grid import Sheet, Spot, as_list, one_line
from knowledge.questionnaires.headers import Role, role_of_header
from knowledge.questionnaires.layout import matches
from knowledge.questionnaires.roles import is_number
from knowledge.questionnaires.segments import Table, asks_by_mark

_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]{2,80})[)\]]")
_COUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d+")
_EXAMPLE_NUMBER = re.compile(r"(?:ex|ej|e\.?g|p\.? ?ej|example|ejemplo)\.?[\s:.]*\d*", re.IGNORECASE)


@dataclass(slots=True)
class TableReader:
    """Reads one table; headings go on from one table of a sheet to the next."""

    sheet: Sheet
    table: Table
    findings: Findings
    headings: Headings
    language: Language
    _sections: tuple[str, ...] = ()
    _reason: SkipReason | None = None
    """Why everything below the last heading is left out."""
    _mandatory_words: frozenset[str] = frozenset()
    """What stands in the column that says what is mandatory."""

    def read(self) -> None:
        """Read all rows."""
        facts = {
            row: fact
            for row in self.table.rows
            if (fact := facts_of(self.sheet, self.table, row, language=self.language)) is not None
        }
        norms = norms_of(list(facts.values()), headed=bool(self.table.header_rows))
        column = self.table.roles.of(Role.MANDATORY)
        if column is not None:
            self._mandatory_words = frozenset(self.sheet.text((row, column)) for row in self.table.rows)
        self._read_headers()
        for row in self.table.rows:
            if self._is_repeated_header(row):
                self.findings.skip_row(self.sheet, row, SkipReason.HEADING)
            elif row in facts:
                self._read_row(facts[row], norms)
            else:
                self._read_rest(row)

    def _read_headers(self) -> None:
        for row in self.table.header_rows:
            self.findings.skip_row(self.sheet, row, SkipReason.HEADING)
        self._read_heading_among_headers()
        owner = self.table.roles.of(Role.OWNER)
        if owner is not None:
            texts = [text for row in self.table.rows if (text := self.sheet.rows[row].get(owner, ""))]
            if texts:
                header = self.table.roles.texts.get(owner, "")
                spot = (self.table.header_rows[0], owner)
                self.findings.skip(self.sheet, spot, [header, *texts], SkipReason.OWN_DETAILS)

    def _read_heading_among_headers(self) -> None:
        """`Network security | Answer | Comments`: what stands over the questions names the section."""
        roles = self.table.roles
        texts = [(column, text) for column, text in sorted(roles.texts.items()) if column <= self.table.question]
        named = [(column, text) for column, text in texts if role_of_header(text) in (Role.OTHER, Role.SECTION)]
        over = roles.texts.get(self.table.question, "")
        if self.table.header_rows and named and role_of_header(over) in (Role.OTHER, Role.SECTION):
            column, text = named[-1] if over else named[0]
            if column not in roles.sections or column == self.table.question:
                look = self.sheet.look((self.table.header_rows[0], column))
                self.headings.push(one_line(text), number=split_number(text).number, look=look)

    def _is_repeated_header(self, row: int) -> bool:
        if not self.table.header_rows:
            return False
        first = self.sheet.rows[self.table.header_rows[0]]
        return self.sheet.rows[row] == first

    def _read_row(self, fact: RowFacts, norms: Norms) -> None:
        given = self._given(fact.row)
        if self._label_below(fact):
            return
        kind = kind_of(fact, norms, given=bool(given), language=self.language)
        if self._is_example(fact):
            kind = Kind.EXAMPLE
        if kind is Kind.SECTION:
            self._section(fact)
        elif kind in (Kind.QUESTION, Kind.STATEMENT) and self._reason is None:
            self._question(fact, statement=kind is Kind.STATEMENT)
        else:
            self.findings.skip_row(self.sheet, fact.row, self._reason or _REASONS[kind])
            self.headings.fresh = False

    def _is_example(self, fact: RowFacts) -> bool:
        column = self.table.roles.of(Role.NUMBER)
        number = "" if column is None else self.sheet.text((fact.row, column))
        if number and _EXAMPLE_NUMBER.fullmatch(number.strip()):
            return True
        cells = self.sheet.rows[fact.row]
        first = cells[min(cells)]
        return min(cells) < fact.spot[1] and asking.is_example(first, language=self.language) and not is_number(first)

    def _section(self, fact: RowFacts) -> None:
        text = one_line(fact.text)
        column = self.table.roles.of(Role.NUMBER)
        number = "" if column is None else self.sheet.text((fact.row, column))
        whole = text if not number or text.startswith(number) else f"{one_line(number)} {text}"
        self.headings.push(whole, number=fact.number, look=self.sheet.look(fact.spot))
        self._sections = ()
        self._reason = _reason_below(text)
        self.findings.skip_row(self.sheet, fact.row, SkipReason.HEADING)

    def _given(self, row: int) -> str:
        column = self.table.roles.of(Role.ANSWER)
        return "" if column is None else self.sheet.rows[row].get(column, "")

    def _label_below(self, fact: RowFacts) -> bool:
        """`Answer:` under a question marks where its answer belongs; with a number of its own it is asked."""
        column = self.table.roles.of(Role.NUMBER)
        if column is not None and is_number(self.sheet.text((fact.row, column))):
            return False
        beside = (fact.row, self.sheet.area(fact.spot).right + 1)
        if not marks_place(self.sheet, fact.spot, beside, self.findings):
            return False
        cells = self.sheet.rows[fact.row]
        rest = [cells[column] for column in sorted(cells) if column not in (fact.spot[1], beside[1])]
        self.findings.skip(self.sheet, fact.spot, rest, SkipReason.OTHER)
        return True

    def _question(self, fact: RowFacts, *, statement: bool) -> None:
        self._follow_sections(fact.row)
        self.headings.fresh = False
        finding = self._made(fact.row, fact.spot, fact.text, statement=statement)
        numbered = split_number(fact.text)
        column = self.table.roles.of(Role.NUMBER)
        finding.number = one_line(self.sheet.text((fact.row, column))) if column is not None else numbered.number
        self._add(finding, fact.row)

    def _add(self, finding: Finding, row: int) -> None:
        """Keep a question; what its row says besides and nothing of it repeats is left out by name."""
        self.findings.questions.append(finding)
        roles, cells = self.table.roles, self.sheet.rows[row]
        understood = {
            roles.of(Role.OWNER),
            roles.of(Role.MANDATORY) if finding.mandatory is not None else None,
            roles.of(Role.LIMIT) if finding.limit != Limit() else None,
            roles.of(Role.ALLOWED),  # in the options, or among what explains
        }
        said = one_line(" ".join((finding.text, finding.number, *finding.section, *finding.guidance)))
        given = {spot for _, spot in finding.options} | {finding.answer}
        understood.update(self._questions_beside(finding, row))
        for column in sorted(cells):
            spot = (row, column)
            if column not in understood and spot not in given and one_line(cells[column]) not in said:
                self.findings.skip(self.sheet, spot, [cells[column]], SkipReason.OTHER)

    def _questions_beside(self, finding: Finding, row: int) -> list[int]:
        """`Question | ____ | question | ____`: what asks behind the answer's place has a place of its own."""
        sheet, answer = self.sheet, finding.answer
        found = []
        for column in self._asking_beside(row):
            beside = (row, sheet.area((row, column)).right + 1)
            if answer is not None and answer[0] == row and answer[1] < column and sheet.is_free(beside):
                add_beside(sheet, (row, column), beside, self.findings, self.headings, statement=False)
                self.findings.questions[-1].section = finding.section
                found.append(column)
        return found

    def _asking_beside(self, row: int) -> list[int]:
        """Columns right of the questions that ask as well, where no header says that they explain."""
        cells, roles = self.sheet.rows[row], self.table.roles
        if self.table.header_rows:
            return []
        free = [column for column in sorted(cells) if column > self.table.question]
        return [
            column
            for column in free
            if column not in roles.columns.values() and asks_by_mark(cells[column], language=self.language)
        ]

    def _made(self, row: int, spot: Spot, text: str, *, statement: bool) -> Finding:
        finding = Finding(
            sheet=self.sheet,
            spot=spot,
            text=text,
            section=(*self.headings.current(), *self._sections),
            guidance=self._guidance(row),
            statement=statement,
        )
        self._put_places(finding, row)
        self._put_options(finding, row)
        finding.mandatory = self._mandatory(row, text)
        finding.limit = self._limit(row, text)
        return finding

    def _put_places(self, finding: Finding, row: int) -> None:
        sheet, roles = self.sheet, self.table.roles
        own = sheet.area(finding.spot)
        answer, comment = roles.of(Role.ANSWER), roles.of(Role.COMMENT)
        if self.table.below:
            below = (own.bottom + 1, own.left)
            finding.answer = sheet.anchor(below) if sheet.is_free(below) else None
        elif roles.ticks:
            finding.options = [(value, (row, column)) for column, value in roles.ticks]
            finding.answer = (row, roles.ticks[0][0])
        elif answer is not None:
            finding.answer = self._usable((row, answer), own.right)
            if finding.answer is None and own.right >= answer and sheet.is_free((own.bottom + 1, own.left)):
                finding.answer = sheet.anchor((own.bottom + 1, own.left))
        if comment is not None:
            finding.comment = self._usable((row, comment), own.right)

    def _usable(self, spot: Spot, last: int) -> Spot | None:
        """No formula, and not the question itself."""
        anchor = self.sheet.anchor(spot)
        return None if anchor in self.sheet.formulas or (spot[1] <= last and anchor[1] != spot[1]) else anchor

    def _put_options(self, finding: Finding, row: int) -> None:
        if finding.options:
            return
        finding.rule = self.sheet.rule(finding.answer) if finding.answer is not None else None
        stated = self._stated(row)
        header = self.table.roles.texts.get(self.table.roles.columns.get(Role.ANSWER, -1), "")
        in_place = yes_or_no_in(self.sheet.text(finding.answer)) if finding.answer is not None else ()
        ruled = finding.rule.values if finding.rule is not None else ()
        finding.form = named_form(stated)
        told = bool(stated) and (listed_values(stated) or finding.form is not None)
        values = ruled or listed_values(stated) or in_place
        values = values or (() if told else _values_in(header) or offered_in(finding.text))
        finding.offers = bool(in_place) and values == in_place
        finding.options = [(value, None) for value in values]
        if stated and not is_told_by(stated, values):
            finding.guidance.append(stated)
        finding.yes_or_no = bool(re.fullmatch(r"\s*(?:cumple|complies|compliant\??|y/n|s/n)\s*", header, re.IGNORECASE))

    def _stated(self, row: int) -> str:
        """What the row allows as an answer."""
        column = self.table.roles.of(Role.ALLOWED)
        return self.sheet.text((row, column)) if column is not None else ""

    def _guidance(self, row: int) -> list[str]:
        """What else the row says: help, the control behind the question, remarks on its cell."""
        roles, cells = self.table.roles, self.sheet.rows[row]
        used = {column for role, column in roles.columns.items() if role is not Role.GUIDANCE}
        used |= {column for column, _ in roles.ticks} | set(roles.sections) | set(self._asking_beside(row))
        found = []
        for column in sorted(cells):
            if column in used:
                continue
            header = roles.texts.get(column, "")
            plain = column == roles.of(Role.GUIDANCE) or column in roles.others or not header
            found.append(cells[column] if plain else f"{header}: {cells[column]}")
        notes = [self.sheet.notes[spot] for spot in sorted(self.sheet.notes) if spot[0] == row]
        return [*found, *notes]

    def _mandatory(self, row: int, text: str) -> bool | None:
        column = self.table.roles.of(Role.MANDATORY)
        stated = self.sheet.text((row, column)) if column is not None else ""
        return asking.is_mandatory(stated, among=self._mandatory_words) if stated else asking.is_mandatory(text)

    def _limit(self, row: int, text: str) -> Limit:
        column = self.table.roles.of(Role.LIMIT)
        if column is not None and (stated := self.sheet.text((row, column))):
            return _stated_limit(stated, header=self.table.roles.texts.get(column, ""))
        header = self.table.roles.texts.get(self.table.roles.columns.get(Role.ANSWER, -1), "")
        for candidate in (text, self._stated(row), *self._guidance(row), header):
            found = asking.limit_in(candidate)
            if found != Limit():
                return found
        return Limit()

    def _follow_sections(self, row: int) -> None:
        """Columns of sections: an empty cell goes on with the section above."""
        columns = self.table.roles.sections
        texts = [one_line(self.sheet.text((row, column))) for column in columns]
        if any(texts):
            before = [*self._sections, *([""] * len(columns))][: len(columns)]
            changed = next(index for index, text in enumerate(texts) if text)
            self._sections = tuple(
                text or (before[index] if index < changed else "") for index, text in enumerate(texts)
            )
            self._sections = tuple(text for text in self._sections if text)

    def _read_rest(self, row: int) -> None:
        """Nothing stands in the column of questions."""
        cells = self.sheet.rows[row]
        spot = (row, self.table.question)
        parent = self.sheet.anchor(spot)
        if parent[0] < row and self.sheet.text(parent) and self._sub_question(row, parent):
            return
        sections = [column for column in cells if column in self.table.roles.sections]
        number = self.table.roles.of(Role.NUMBER)
        heading = min(cells)
        texts = as_list(cells, width=self.sheet.width())
        only = len(cells) == 1 and (heading < self.table.question or heading in sections)
        if only and heading != number and self._reads_as_heading(row, heading):
            return
        if only and heading == number and not is_number(cells[heading]) and self._reads_as_heading(row, heading):
            return
        if self._reason is not None or not read_form_row(
            self.sheet, row, self.findings, self.headings, language=self.language, headed=True
        ):
            self.findings.skip(self.sheet, (row, heading), filter(None, texts), self._reason or SkipReason.OTHER)

    def _reads_as_heading(self, row: int, column: int) -> bool:
        """The lone text of a row, left of the questions."""
        text = self.sheet.rows[row][column]
        if asking.is_instruction(text, language=self.language):
            self.findings.skip_row(self.sheet, row, SkipReason.INSTRUCTION)
            return True
        if says("own", "signature", text) or text.rstrip().endswith((":", "?")):
            return False
        if column in self.table.roles.sections and not self.sheet.look((row, column)).bold:
            self._sections = (one_line(text),)
        else:
            self.headings.push(one_line(text), number=split_number(text).number, look=self.sheet.look((row, column)))
            self._sections = ()
        self._reason = _reason_below(text)
        self.findings.skip_row(self.sheet, row, SkipReason.HEADING)
        return True

    def _sub_question(self, row: int, parent: Spot) -> bool:
        """A question merged over several rows, with a text of its own in each of them."""
        roles, cells = self.table.roles, self.sheet.rows[row]
        taken = set(roles.columns.values()) | {column for column, _ in roles.ticks} | set(roles.sections)
        own = [column for column in sorted(cells) if column not in taken]
        if not own or self._reason is not None:
            return False
        text = f"{self.sheet.text(parent)}: {cells[own[0]]}"
        self._add(self._made(row, (row, own[0]), text, statement=False), row)
        return True


_REASONS = {
    Kind.INSTRUCTION: SkipReason.INSTRUCTION,
    Kind.EXAMPLE: SkipReason.EXAMPLE,
    Kind.SIGNATURE: SkipReason.OTHER,
    Kind.OTHER: SkipReason.OTHER,
    Kind.QUESTION: SkipReason.OTHER,
    Kind.STATEMENT: SkipReason.OTHER,
}


def _reason_below(heading: str) -> SkipReason | None:
    if matches("heading", "own", heading):
        return SkipReason.OWN_DETAILS
    return SkipReason.EXAMPLE if matches("heading", "example", heading) else None


def _values_in(header: str) -> tuple[str, ...]:
    """`Complies (Yes/No/Partial)`: the values stand in the header."""
    for inside in (*_IN_BRACKETS.findall(header), header):
        found = listed_values(inside)
        if sum(1 for value in found if asking.value_kind(value)) > 1:
            return found
    return ()


def _stated_limit(text: str, *, header: str) -> Limit:
    found = asking.limit_in(text)
    count = _COUNT.search(text)
    if found != Limit() or count is None:
        return found
    number = int(re.sub(r"\D", "", count.group())) or None
    is_characters = re.search(r"char|caract", f"{header} {text}", re.IGNORECASE) is not None
    return Limit(characters=number) if is_characters else Limit(words=number)
