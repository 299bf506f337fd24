"""What a cell's validation allows: lists of values, numbers, days and lengths within limits.

Invariant: a rule that cannot be read allows nothing, so that no value is written which a person could not have typed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from lxml import etree

from copilot.workflows.rfp.filling.archive import local
from copilot.workflows.rfp.filling.sheet_parts import Content, Sheet, Workbook
from copilot.workflows.rfp.filling.sheet_places import Area, Cell, area, areas

_REFERENCE = re.compile(r"(?:(?:'((?:[^']|'')+)'|([^'!\s()]+))!)?(\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?)")
_WHOLE = re.compile(r"(?:(?:'((?:[^']|'')+)'|([^'!\s()]+))!)?(\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})")
_NAME = re.compile(r"[A-Za-z_\\À-ɏ][\w.\\À-ɏ]*")
_AT_MOST = re.compile(r"LEN\([^()]*\)\s*(<=?)\s*(\d{1,6})", re.IGNORECASE)
_IS_TEXT = re.compile(r"ISTEXT\([^()]*\)", re.IGNORECASE)
_HOLDS: dict[str, Callable[[Decimal, Decimal, Decimal], bool]] = {
    "between": lambda value, low, high: low <= value <= high,
    "notBetween": lambda value, low, high: not low <= value <= high,
    "equal": lambda value, low, _: value == low,
    "notEqual": lambda value, low, _: value != low,
    "greaterThan": lambda value, low, _: value > low,
    "lessThan": lambda value, low, _: value < low,
    "greaterThanOrEqual": lambda value, low, _: value >= low,
    "lessThanOrEqual": lambda value, low, _: value <= low,
}
_NUMERIC = frozenset({"whole", "decimal", "date"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One validation as the file has it, its formulas without `=`."""

    kind: str
    operator: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What one cell has to satisfy."""

    rules: tuple[Rule, ...]
    workbook: Workbook
    sheet_name: str

    @property
    def closed(self) -> bool:
        """Whether only listed values may stand here."""
        return any(rule.kind == "list" for rule in self.rules)

    @property
    def numeric(self) -> bool:
        """Whether it has to be a number."""
        return any(rule.kind in {"whole", "decimal"} for rule in self.rules)

    @property
    def day(self) -> bool:
        """Whether it has to be a day."""
        return any(rule.kind == "date" for rule in self.rules)

    def listed(self) -> tuple[Content, ...] | None:
        """The values of the list, or None if the file does not say them in a form that can be read."""
        for rule in self.rules:
            if rule.kind == "list":
                return self._values(rule.first)
        return ()

    def allow(self, value: str | Decimal | date) -> bool:
        """Whether `value`, as it would stand in the cell, satisfies every rule but lists."""
        return all(self._allows(rule, value) for rule in self.rules if rule.kind != "list")

    def _allows(self, rule: Rule, value: str | Decimal | date) -> bool:
        if rule.kind == "custom":
            return _custom_allows(rule.first, value)
        if rule.kind == "textLength":
            return isinstance(value, str) and self._within(rule, Decimal(len(value)))
        if rule.kind not in _NUMERIC or isinstance(value, str):
            return False
        if isinstance(value, date):
            return self._within(rule, Decimal(serial(value, from_1904=self.workbook.counts_from_1904)))
        return (rule.kind != "whole" or value == value.to_integral_value()) and self._within(rule, value)

    def _within(self, rule: Rule, value: Decimal) -> bool:
        holds = _HOLDS.get(rule.operator)
        low = self._number(rule.first)
        high = self._number(rule.second) if rule.operator in {"between", "notBetween"} else low
        return holds is not None and low is not None and high is not None and holds(value, low, high)

    def _number(self, formula: str) -> Decimal | None:
        try:
            return Decimal(formula.strip())
        except InvalidOperation:
            values = self._values(formula)
        first = values[0] if values else None
        return first if isinstance(first, Decimal) else None

    def _values(self, formula: str, *, depth: int = 3) -> tuple[Content, ...] | None:
        formula = formula.strip().removeprefix("=").strip()
        if formula.startswith('"') and formula.endswith('"') and len(formula) > 1:
            return tuple(part.strip() for part in formula[1:-1].replace('""', '"').split(",") if part.strip())
        found = self._range(formula)
        if found is not None:
            sheet, place = found
            return tuple(self.workbook.contents(sheet, place))
        if _NAME.fullmatch(formula) and depth:
            stands_for = self.workbook.named(formula, sheet=self.sheet_name)
            return self._values(stands_for, depth=depth - 1) if stands_for else None
        return None

    def _range(self, formula: str) -> tuple[Sheet, Area] | None:
        match = _REFERENCE.fullmatch(formula) or _WHOLE.fullmatch(formula)
        if match is None:
            return None
        name = (match.group(1) or match.group(2) or self.sheet_name).replace("''", "'")
        sheet, place = self.workbook.sheet(name), area(match.group(3))
        return (sheet, place) if sheet is not None and place is not None else None


def rules_of(workbook: Workbook, sheet_name: str) -> Callable[[Cell], Rules]:
    """Who is asked what a cell of the sheet has to satisfy: the validations of old and of newer files."""
    sheet = workbook.sheet(sheet_name)
    known = list(_rules(sheet.root)) if sheet is not None else []

    def of(place: Cell) -> Rules:
        mine = tuple(rule for ranges, rule in known if any(place in item for item in ranges))
        return Rules(mine, workbook, sheet_name)

    return of


def serial(day: date, *, from_1904: bool) -> int:
    """The number by which a workbook knows a day."""
    return (day - (date(1904, 1, 1) if from_1904 else date(1899, 12, 30))) // timedelta(days=1)


def _rules(root: etree._Element) -> Iterator[tuple[Sequence[Area], Rule]]:
    for element in root.iter():
        if local(element) != "dataValidation" or element.get("type", "none") == "none":
            continue
        texts = {local(item): "".join(str(text) for text in item.itertext()) for item in element if local(item)}
        ranges = areas(element.get("sqref") or texts.get("sqref", ""))
        kind, operator = element.get("type", ""), element.get("operator", "between")
        yield ranges, Rule(kind, operator, texts.get("formula1", ""), texts.get("formula2", ""))


def _custom_allows(formula: str, value: str | Decimal | date) -> bool:
    formula = formula.strip().removeprefix("=").strip()
    at_most = _AT_MOST.fullmatch(formula)
    if at_most is not None and isinstance(value, str):
        most = int(at_most.group(2)) - (at_most.group(1) == "<")
        return len(value) <= most
    return _IS_TEXT.fullmatch(formula) is not None and isinstance(value, str)
