"""Answers in a CSV file: only the fields of answers and comments change.

Invariant: every other character stays, delimiters, quotes and line ends included, but for the delimiters that a short
row lacks before the answer's field; no text of ours begins like a formula.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from copilot.domain.ooxml import allowed_in_xml
from copilot.domain.questionnaires import AnswerForm, Choice, Place, Question, Questionnaire
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling.filled import Filled, Unwritable
from copilot.workflows.rfp.filling.placeholders import is_free
from copilot.workflows.rfp.filling.saying import in_open_place, prose, says_anything
from copilot.workflows.rfp.filling.sheet_places import Cell, cell
from copilot.workflows.rfp.filling.sheet_values import only_day, only_number, says_no_more
from copilot.workflows.rfp.filling.spoken import spoken
from copilot.workflows.rfp.filling.text_files import TextFile
from copilot.workflows.rfp.filling.wording import comparable

_DELIMITERS = (",", ";", "\t", "|")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_HARMLESS = "'"
"""Before a text that would be read as a formula; programs take it for the mark of a text."""
_QUOTE = '"'
_SUFFIXES = {"\t": (".tsv", "text/tab-separated-values")}


def fill(questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
    """The file with these answers. Raises UnreadableFile."""
    file = TextFile.read(content, known=[question.text for question in questionnaire.questions])
    table = _Table.read(file, questionnaire.questions)
    unplaced = [
        question.id
        for question in questionnaire.questions
        if question.id in answers
        and says_anything(answers[question.id])
        and not table.place(question, answers[question.id])
    ]
    suffix, kind = _SUFFIXES.get(table.delimiter, (".csv", "text/csv"))
    return Filled(suffix, kind, file.written(table.text()), tuple(unplaced))


@dataclass(slots=True)
class _Table:
    file: TextFile
    delimiter: str
    rows: list[list[str]]
    """Fields as they are written, quotes included, row by row."""
    ends: list[str]
    """What ends each row."""
    taken: set[Cell] = field(default_factory=set)

    @classmethod
    def read(cls, file: TextFile, questions: Sequence[Question]) -> "_Table":
        """With the delimiter under which most questions, and places for their answers, stand where they were read."""
        tables = [cls(file, delimiter, *records_of(file.text, delimiter)) for delimiter in _DELIMITERS]
        # max takes the first of equals: the delimiters are in the order of preference.
        return max(tables, key=lambda table: (table.found(questions), table.places(questions)))

    def found(self, questions: Sequence[Question]) -> int:
        """How many questions stand where they were read."""
        return sum(comparable(self._at(question.place)) == comparable(question.text) for question in questions)

    def places(self, questions: Sequence[Question]) -> int:
        """How many answers have a field already: a question alone in its row stands there under any delimiter."""
        wanted = (cell(question.answer_place.address) for question in questions if question.answer_place is not None)
        return sum(
            place is not None and place.row <= len(self.rows) and place.column <= len(self.rows[place.row - 1])
            for place in wanted
        )

    def text(self) -> str:
        """The whole text as it is now."""
        return "".join(self.delimiter.join(row) + end for row, end in zip(self.rows, self.ends, strict=True))

    def place(self, question: Question, answer: RfpAnswer) -> bool:
        """Write one answer; False if not all of it could be."""
        try:
            wanted, comment = self._wanted(question, answer)
            fields = {self._free(place, given=given): self._field(text) for place, text, given in wanted}
            if len(fields) < len(wanted):
                return False
        except Unwritable:
            return False
        for place, text in fields.items():
            self._put(place, text)
        return self._comment(question, comment)

    def _wanted(self, question: Question, answer: RfpAnswer) -> tuple[list[tuple[Place, str, str]], str]:
        """Place, text and what was given there; and the explanation. Raises Unwritable."""
        if any(choice.place is not None for choice in question.choices):
            said = spoken(question, answer)
            marks = [(choice.place, self._mark(question.choices), "") for choice in said.ticked if choice.place]
            return marks, said.comment
        if question.answer_place is None:
            raise Unwritable
        own = question.comment_place is not None and question.comment_place != question.answer_place
        figure = _figure(question, answer) if own or says_no_more(prose(answer)) else None
        if figure is not None:
            return [(question.answer_place, figure, question.given)], prose(answer) if own else ""
        said_here = in_open_place(question, answer, own_comment=own)
        return [(question.answer_place, said_here.value, question.given)], said_here.comment

    def _comment(self, question: Question, text: str) -> bool:
        if not text or question.comment_place is None:
            return not text
        try:
            self._put(self._free(question.comment_place, given=""), self._field(text))
        except Unwritable:
            return False
        return True

    def _mark(self, choices: Sequence[Choice]) -> str:
        """What the file ticks with in these columns, else `X`."""
        columns = {place.column for choice in choices if choice.place and (place := cell(choice.place.address))}
        used = {row[column - 1].strip() for row in self.rows for column in columns if column <= len(row)}
        return next((mark for mark in ("x", "X", "✓", "✔", "1") if mark in used), "X")

    def _free(self, place: Place, *, given: str) -> Cell:
        """The field to be written. Raises Unwritable if there is no such row, or somebody's text stands there."""
        address = cell(place.address)
        if address is None or address.row > len(self.rows) or address in self.taken:
            raise Unwritable
        if not is_free(self._at(place), given=given):
            raise Unwritable
        return address

    def _at(self, place: Place) -> str:
        """What a field says; nothing, if the row is shorter."""
        address = cell(place.address)
        if address is None or address.row > len(self.rows):
            return ""
        row = self.rows[address.row - 1]
        return unquoted(row[address.column - 1]) if address.column <= len(row) else ""

    def _put(self, place: Cell, text: str) -> None:
        row = self.rows[place.row - 1]
        row += [""] * (place.column - len(row))
        row[place.column - 1] = text
        self.taken.add(place)

    def _field(self, value: str) -> str:
        """A value as the file writes one. Raises Unwritable for characters that it cannot hold."""
        text = allowed_in_xml(value.replace("\r\n", "\n").replace("\r", "\n"))
        if text.lstrip(" \u00a0\u200b\ufeff").startswith(_FORMULA_STARTS) and not _is_number(text):
            text = _HARMLESS + text
        text = text.replace("\n", self.file.line_end)
        self.file.require_writable(text)
        needs_quotes = text != text.strip() or any(char in text for char in (self.delimiter, _QUOTE, "\r", "\n"))
        return f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if needs_quotes else text


def _figure(question: Question, answer: RfpAnswer) -> str | None:
    """The one number or day that is asked for, as programs read it."""
    if answer.short is not None or answer.chosen:
        return None
    if question.form is AnswerForm.NUMBER:
        number = only_number(prose(answer), language=answer.language, as_share=False)
        return None if number is None else f"{number:f}"
    if question.form is AnswerForm.DATE:
        day = only_day(prose(answer), language=answer.language)
        return None if day is None else day.isoformat()
    return None


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).replace(",", "", 1).isdecimal()


def unquoted(raw: str) -> str:
    """What a field says."""
    if len(raw) > 1 and raw.startswith(_QUOTE) and raw.endswith(_QUOTE):
        return raw[1:-1].replace(_QUOTE * 2, _QUOTE)
    return raw


def records_of(text: str, delimiter: str) -> tuple[list[list[str]], list[str]]:
    """The fields of every record as they are written, and what ends each; an empty line is a record without fields."""
    rows: list[list[str]] = []
    ends: list[str] = []
    row: list[str] = []
    start = place = 0
    while place < len(text):
        if text[place] == _QUOTE and place == start:
            place = _end_of_quoted(text, place)
            continue
        if text[place] == delimiter:
            row.append(text[start:place])
            start = place + 1
        elif text[place] in "\r\n":
            end = "\r\n" if text.startswith("\r\n", place) else text[place]
            rows.append([*row, text[start:place]] if row or place > start else [])
            ends.append(end)
            row = []
            place += len(end) - 1
            start = place + 1
        place += 1
    if row or place > start:
        rows.append([*row, text[start:]])
        ends.append("")
    return rows, ends


def _end_of_quoted(text: str, place: int) -> int:
    """The character after the closing quote."""
    place += 1
    while place < len(text):
        if text[place] == _QUOTE:
            if text[place + 1 : place + 2] != _QUOTE:
                return place + 1
            place += 1
        place += 1
    return place
