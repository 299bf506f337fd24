"""Answers in a workbook: only the cells of the answers and comments change.

Invariant: every part but the touched sheets keeps its bytes, and in a sheet every cell that is no place of an answer
keeps its XML. Only where the workbook computes anything is it told to compute again when it is opened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree

from copilot.domain.questionnaires import Choice, Place, Question, Questionnaire
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling.archive import Archive, local, written
from copilot.workflows.rfp.filling.filled import Filled, Unwritable
from copilot.workflows.rfp.filling.placeholders import is_free
from copilot.workflows.rfp.filling.saying import allowed_value, prose, says_anything
from copilot.workflows.rfp.filling.sheet_cells import Value, is_computed, top_left, write
from copilot.workflows.rfp.filling.sheet_parts import Sheet, Workbook
from copilot.workflows.rfp.filling.sheet_places import Cell, cell
from copilot.workflows.rfp.filling.sheet_rules import Rules, rules_of
from copilot.workflows.rfp.filling.sheet_values import answer_value, comment_value

_MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
}
_MARKS = ("x", "X", "✓", "✔", "☑", "☒", "●", "•", "1")
_EMPTY_BOX, _TICKED_BOX = "☐", "☒"
_AFTER_CALCULATION = frozenset(
    {"oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing",
     "fileRecoveryPr", "webPublishObjects", "extLst"}
)  # fmt: skip
"""What stands after `calcPr` in a workbook's part (ECMA-376, part 1, 18.2.27)."""


@dataclass(frozen=True, slots=True)
class _Write:
    sheet: str
    place: Cell
    value: Value


def fill(questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
    """The workbook with these answers. Raises UnreadableFile, and InputError if a text is longer than a cell."""
    filling = _Filling(Workbook(Archive(content)))
    unplaced = [
        question.id
        for question in questionnaire.questions
        if question.id in answers
        and says_anything(answers[question.id])
        and not filling.place(question, answers[question.id])
    ]
    with_macros = filling.workbook.archive.has("xl/vbaProject.bin")
    suffix = ".xlsm" if with_macros else ".xlsx"
    return Filled(suffix, _MEDIA_TYPES[suffix], filling.content(), tuple(unplaced))


class _Filling:
    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self._touched: set[str] = set()
        self._taken: set[tuple[str, Cell]] = set()
        self._rules_of: dict[str, Callable[[Cell], Rules]] = {}

    def place(self, question: Question, answer: RfpAnswer) -> bool:
        """Write an answer where it belongs; False if not all of it could be."""
        try:
            wanted, whole = self._wanted(question, answer)
            for item in wanted:
                self._require_writable(item)
        except Unwritable:
            return False
        for item in wanted:
            self._write(item)
        return whole

    def content(self) -> bytes:
        """The package as it is now."""
        changed = {part: written(sheet.root) for part, sheet in self._sheets()}
        if changed and self.workbook.has_formulas:
            changed[self.workbook.main] = written(_computing_again(self.workbook.root))
        return self.workbook.archive.with_parts(changed)

    def _sheets(self) -> list[tuple[str, Sheet]]:
        found = []
        for name in sorted(self._touched):
            part, sheet = self.workbook.part_of(name), self.workbook.sheet(name)
            if part is not None and sheet is not None:
                found.append((part, sheet))
        return found

    def _wanted(self, question: Question, answer: RfpAnswer) -> tuple[list[_Write], bool]:
        """What goes where, and whether that is all of the answer. Raises Unwritable."""
        ticked = [choice for choice in question.choices if choice.place is not None]
        if ticked:
            return self._ticks(question, answer, ticked)
        if question.answer_place is None:
            raise Unwritable
        sheet, place = self._found(question.answer_place)
        comment = question.comment_place
        own_comment = comment is not None and self._found(comment)[1] != place
        value, text = answer_value(
            question,
            answer,
            rules=self._rules(question.answer_place.part, place),
            shown=self.workbook.formats.shown(self._style(sheet, place)),
            own_comment=own_comment,
        )
        self._require_free(sheet, place, given=question.given)
        wanted = [_Write(question.answer_place.part, place, value)]
        return self._with_comment(wanted, comment if own_comment else None, text)

    def _with_comment(self, wanted: list[_Write], comment: Place | None, text: str) -> tuple[list[_Write], bool]:
        """The same and the explanation; without it if it has no place, or that is taken or allows none."""
        if comment is None or not text:
            return wanted, not text
        try:
            sheet, place = self._found(comment)
            item = _Write(comment.part, place, comment_value(text, rules=self._rules(comment.part, place)))
            self._require_free(sheet, place, given="")
            self._require_writable(item)
        except Unwritable:
            return wanted, False
        return [*wanted, item], True

    def _ticks(self, question: Question, answer: RfpAnswer, ticked: list[Choice]) -> tuple[list[_Write], bool]:
        texts = [choice.text for choice in ticked]
        chosen = [choice for choice in ticked if choice.key in answer.chosen]
        if not chosen:
            chosen = [ticked[allowed_value(question, answer, texts)]]
        if len(chosen) < len(answer.chosen):
            raise Unwritable
        wanted = []
        for choice in ticked:
            if choice.place is not None:
                sheet, place = self._found(choice.place)
                held = str(self.workbook.content(sheet, place) or "").strip()
                if choice in chosen and (held in _MARKS or is_free(held, given="")):
                    wanted.append(_Write(choice.place.part, place, self._mark(sheet, place, ticked)))
                elif choice in chosen or not is_free(held, given=""):
                    raise Unwritable
        return self._with_comment(wanted, question.comment_place or self._apart(question, ticked), prose(answer))

    @staticmethod
    def _apart(question: Question, ticked: list[Choice]) -> Place | None:
        """The answer's place, if it is none of those that are ticked."""
        places = {choice.place for choice in ticked}
        return None if question.answer_place in places else question.answer_place

    def _mark(self, sheet: Sheet, place: Cell, ticked: list[Choice]) -> str:
        """What the file ticks with: what its list allows, a box to be filled, a mark that stands elsewhere, `X`."""
        listed = self._rules(self._name_of(ticked), place).listed()
        if listed:
            return str(listed[0]) if len(listed) == 1 else self._known_mark([str(item) for item in listed])
        own = self.workbook.content(sheet, place)
        if own == _EMPTY_BOX:
            return _TICKED_BOX
        columns = {found.column for item in ticked if item.place and (found := cell(item.place.address))}
        used = [
            text
            for row in sheet.rows
            for column, element in sheet.cells(row).items()
            if column in columns and (text := str(self.workbook.content_of(element) or "").strip()) in _MARKS
        ]
        return max(sorted(set(used)), key=used.count, default="X")

    @staticmethod
    def _name_of(ticked: list[Choice]) -> str:
        return next(choice.place.part for choice in ticked if choice.place is not None)

    @staticmethod
    def _known_mark(values: list[str]) -> str:
        found = next((value for value in values if value in _MARKS), None)
        if found is None:
            raise Unwritable
        return found

    def _rules(self, name: str, place: Cell) -> Rules:
        if name not in self._rules_of:
            self._rules_of[name] = rules_of(self.workbook, name)
        return self._rules_of[name](place)

    def _found(self, place: Place) -> tuple[Sheet, Cell]:
        sheet, address = self.workbook.sheet(place.part), cell(place.address)
        if sheet is None or address is None:
            raise Unwritable
        return sheet, top_left(sheet, address)

    def _require_free(self, sheet: Sheet, place: Cell, *, given: str) -> None:
        if not is_free(self.workbook.content(sheet, place), given=given):
            raise Unwritable

    @staticmethod
    def _style(sheet: Sheet, place: Cell) -> str | None:
        element = sheet.at(place)
        if element is not None:
            return element.get("s")
        row = sheet.rows.get(place.row)
        own = row.get("s") if row is not None and row.get("customFormat") in {"1", "true"} else None
        return own or sheet.column_style(place.column)

    def _require_writable(self, item: _Write) -> None:
        sheet = self.workbook.sheet(item.sheet)
        if sheet is None or (item.sheet, item.place) in self._taken or is_computed(sheet, item.place):
            raise Unwritable

    def _write(self, item: _Write) -> None:
        sheet = self.workbook.sheet(item.sheet)
        if sheet is not None:
            write(sheet, item.place, value=item.value, from_1904=self.workbook.counts_from_1904)
            self._touched.add(item.sheet)
            self._taken.add((item.sheet, item.place))


def _computing_again(root: etree._Element) -> etree._Element:
    """The workbook's part, asking for every formula to be computed when it is opened."""
    for item in root:
        if local(item) == "calcPr":
            item.set("fullCalcOnLoad", "1")
            return root
    namespace = etree.QName(root).namespace
    added = etree.Element(f"{{{namespace}}}calcPr" if namespace else "calcPr", fullCalcOnLoad="1")
    after = next((item for item in root if local(item) in _AFTER_CALCULATION), None)
    if after is None:
        root.append(added)
    else:
        after.addprevious(added)
    return root
