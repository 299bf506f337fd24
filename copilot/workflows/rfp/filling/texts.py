"""Answers in Markdown and plain text: on the line that waits for them, else after the question.

Invariant: every line that is no place of an answer keeps its bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from copilot.domain.ooxml import allowed_in_xml
from copilot.domain.questionnaires import Choice, Place, Question, Questionnaire, QuestionnaireFormat
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling.filled import Filled, Unwritable
from copilot.workflows.rfp.filling.lines import edited, written
from copilot.workflows.rfp.filling.placeholders import is_free
from copilot.workflows.rfp.filling.saying import says_anything
from copilot.workflows.rfp.filling.spoken import Spoken, on_boxes, spoken
from copilot.workflows.rfp.filling.text_files import TextFile
from copilot.workflows.rfp.filling.wording import comparable, label

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_EDGE = re.compile(r"\\.|\|")
"""A bar between cells; one behind a backslash is no edge."""
_MARKER = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_REMARKS = ("comment", "remark", "note", "explan", "evidence", "comentario", "observaci", "explicaci", "evidencia")
_TABLE_EDGE = re.compile(r"\s*\|?\s*:?-{2,}")


def fill(questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
    """The text with these answers. Raises UnreadableFile."""
    file = TextFile.read(content, known=[question.text for question in questionnaire.questions])
    pages = _Page(file, markdown=questionnaire.format is QuestionnaireFormat.MARKDOWN)
    pages.asked_on = {int(item.place.address) for item in questionnaire.questions if item.place.address.isdecimal()}
    unplaced = [
        question.id
        for question in questionnaire.questions
        if question.id in answers
        and says_anything(answers[question.id])
        and not pages.place(question, answers[question.id])
    ]
    suffix, kind = (".md", "text/markdown") if pages.markdown else (".txt", "text/plain")
    return Filled(suffix, kind, file.written(pages.text()), tuple(unplaced))


@dataclass(slots=True)
class _Page:
    file: TextFile
    markdown: bool
    asked_on: set[int] = field(default_factory=set)
    """Lines that a question begins on."""
    lines: list[str] = field(init=False)
    added: dict[int, list[str]] = field(default_factory=dict)
    """After which line (from 1) whole lines are put in."""
    taken: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.lines = _LINE.findall(self.file.text)

    def text(self) -> str:
        """The whole text as it is now."""
        pieces = []
        for number, line in enumerate(self.lines, start=1):
            more = self.added.get(number, [])
            ended = line if not more or line.endswith(("\r", "\n")) else line + self.file.line_end
            pieces += [ended, *more]
        return "".join(pieces)

    def place(self, question: Question, answer: RfpAnswer) -> bool:
        """Write one answer; False if not all of it could be."""
        try:
            said = spoken(question, answer, in_row=self._is_row(question.answer_place))
            self.file.require_writable(f"{said.value} {said.comment}")
            if said.ticked:
                return self._tick(question, said)
            if not self._in_its_place(question, question.answer_place, said.value, given=question.given):
                self._after(question, said.value)
            return not said.comment or question.comment_place is None or self._comment(question, said.comment)
        except Unwritable:
            return False

    def _tick(self, question: Question, said: Spoken) -> bool:
        by_line: dict[int, list[Choice]] = {}
        for choice in said.ticked:
            if choice.place is not None:
                by_line.setdefault(self._number(choice.place), []).append(choice)
        here = self._number(question.comment_place) if question.comment_place else 0
        changed, placed = {}, not said.comment
        for number, chosen in by_line.items():
            body, _ = _parted(self.lines[number - 1])
            comment = self._flat(said.comment) if number == here else ""
            edits, with_comment = on_boxes(body, chosen, comment=comment)
            placed = placed or bool(comment and with_comment)
            changed[number] = edited(body, edits)
        for number, body in changed.items():
            self._put(number, body)
        has_own = question.comment_place is not None and here not in by_line
        return placed or (has_own and self._comment(question, said.comment))

    def _comment(self, question: Question, text: str) -> bool:
        try:
            return self._in_its_place(question, question.comment_place, text, given="", remark=True)
        except Unwritable:
            return False

    def _in_its_place(
        self, question: Question, place: Place | None, value: str, *, given: str, remark: bool = False
    ) -> bool:
        """Write on the line of the place. False: it is the question's own line and has no gap."""
        if place is None:
            return False
        number = self._number(place)
        body, _ = _parted(self.lines[number - 1])
        if self._is_row(place):
            cell = self._flat(value).replace("\\", "\\\\").replace("|", "\\|")  # else it would end the cell
            self._put(number, self._in_row(number, question, cell, given=given, remark=remark))
            return True
        try:
            edit = written(body, self._flat(value) if body.strip() else value, given=given, last=remark)
        except Unwritable:
            if place.address == question.place.address:
                return False
            raise
        if (number, edit.start) in self.taken:
            raise Unwritable
        self.taken.add((number, edit.start))
        self._put(number, edited(body, [edit]))
        return True

    def _is_row(self, place: Place | None) -> bool:
        """Whether the place is in a row of a table."""
        if place is None or not self.markdown:
            return False
        body, _ = _parted(self.lines[self._number(place) - 1])
        return any(match.group() == "|" for match in _EDGE.finditer(body)) and not _is_gap_line(body)

    def _in_row(self, number: int, question: Question, value: str, *, given: str, remark: bool) -> str:
        """The row of a table with the answer in its cell: a free one after the question."""
        body, _ = _parted(self.lines[number - 1])
        spans = _cells(body)
        texts = [body[start:end].strip() for start, end in spans]
        asks = next((place for place, text in enumerate(texts) if _same(text, question.text)), -1)
        free = [place for place, text in enumerate(texts) if is_free(text, given=given) and place != asks]
        free = [place for place in free if place > asks] or free
        headers = self._headers(number)
        named = [place for place in free if _is_remark(headers, place)]
        chosen = named if remark else [place for place in free if place not in named] or free
        if remark and not named:
            chosen = free
        if not chosen:
            raise Unwritable
        start, end = spans[chosen[0]]
        return f"{body[:start]} {value} {body[end:]}"

    def _headers(self, number: int) -> list[str]:
        """The headers of the table that a row is in."""
        while number > 1 and "|" in self.lines[number - 1]:
            if _TABLE_EDGE.match(self.lines[number - 1]):
                return [cell.strip() for cell in self.lines[number - 2].strip().strip("|").split("|")]
            number -= 1
        return []

    def _after(self, question: Question, value: str) -> None:
        """Put the answer in after the last line of the question."""
        first = self._number(question.place)
        last = first
        while last < len(self.lines) and self.lines[last].strip() and last + 1 not in self.asked_on:
            last += 1
        if last in self.added:
            raise Unwritable
        marker = _MARKER.match(self.lines[first - 1])
        indent = " " * (marker.end() if marker and self.markdown else 0)
        told = f"{label('answer', language=question.language)}: {value}"
        end = self.file.line_end
        shown = [f"{indent}{line}{end}" if line.strip() else end for line in _clean(told).split("\n")]
        self.added[last] = [end, *shown] if self.markdown else shown

    def _number(self, place: Place) -> int:
        number = int(place.address) if place.address.isdecimal() else 0
        if not 1 <= number <= len(self.lines):
            raise Unwritable
        return number

    def _put(self, number: int, body: str) -> None:
        _, end = _parted(self.lines[number - 1])
        self.lines[number - 1] = _clean(body).replace("\n", self.file.line_end) + end

    @staticmethod
    def _flat(value: str) -> str:
        """On one line."""
        return " ".join(_clean(value).split())


def _parted(line: str) -> tuple[str, str]:
    body = line.rstrip("\r\n")
    return body, line[len(body) :]


def _cells(body: str) -> list[tuple[int, int]]:
    """Where the cells of a table's row stand."""
    edges = [match.start() for match in _EDGE.finditer(body) if match.group() == "|"]
    starts, ends = [0, *(edge + 1 for edge in edges)], [*edges, len(body)]
    spans = list(zip(starts, ends, strict=True))
    first = 0 if body[: edges[0]].strip() else 1
    return spans[first : len(spans) if body[edges[-1] + 1 :].strip() else -1]


def _clean(text: str) -> str:
    return allowed_in_xml(text.replace("\r\n", "\n").replace("\r", "\n"))


def _same(cell: str, question: str) -> bool:
    one, other = comparable(cell.replace("\\|", "|").strip("*_ ")), comparable(question)
    return bool(one) and (one == other or one.endswith(other) or (len(one) > len(other) / 2 and one in other))


def _is_gap_line(body: str) -> bool:
    return not body.strip().startswith("|") and body.count("|") < 2 and "___" in body


def _is_remark(headers: list[str], place: int) -> bool:
    return place < len(headers) and any(word in comparable(headers[place]) for word in _REMARKS)
