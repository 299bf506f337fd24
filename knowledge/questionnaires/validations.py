"""What a workbook allows in its cells: ordinary validations, and those that point at another sheet.

Invariant: values come from the file itself; a list that cannot be resolved (a computed range) gives no values, and the
cells stay places for answers.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openpyxl.utils import range_boundaries

from knowledge.questionnaires.grid import Area, Rule, Sheet

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
EXCEL = "{http://schemas.microsoft.com/office/excel/2006/main}"
_REFERENCE = re.compile(
    r"^=?(?:(?:'((?:[^']|'')+)'|([^'!\"(),]+))!)?(\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?)$"
)
_COLUMN = re.compile(r"^=?(?:(?:'((?:[^']|'')+)'|([^'!\"(),]+))!)?\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})$")
_LAST_ROW = 1_048_576
_MOST_VALUES = 500
_SEPARATORS = re.compile(r"[,;]")

Raw = tuple[str, str, str, str, str]
"""Type, operator, first formula, second formula, cells."""


def raw_validations(root: Iterable[Any]) -> list[Raw]:
    """The validations among the elements of one sheet."""
    found = []
    for element in root:
        if element.tag == f"{MAIN}dataValidation":
            found.append(_raw(element, element.get("sqref", ""), f"{MAIN}formula1", f"{MAIN}formula2"))
        elif element.tag == f"{X14}dataValidation":
            cells = element.findtext(f"{EXCEL}sqref", "")
            found.append(_raw(element, cells, f"{X14}formula1/{EXCEL}f", f"{X14}formula2/{EXCEL}f"))
    return found


def rules_of(raw: Iterable[Raw], *, sheet: Sheet, sheets: Mapping[str, Sheet], names: Mapping[str, str]) -> list[Rule]:
    """The rules of one sheet; lists are looked up on the sheets and in the workbook's defined names."""
    rules = []
    for kind, operator, first, second, cells in raw:
        areas = tuple(area for reference in cells.split() if (area := area_of(reference)))
        if not areas or kind in ("", "none", "custom"):
            continue
        values = tuple(_values(first, sheet=sheet, sheets=sheets, names=names)) if kind == "list" else ()
        rules.append(Rule(areas, kind, values, _longest(kind, operator, first, second)))
    return rules


def area_of(reference: str) -> Area | None:
    """`$A$1:B3` as an area; None for anything else."""
    try:
        left, top, right, bottom = range_boundaries(reference)
    except (ValueError, TypeError):
        return None
    if left is None or right is None:
        return None
    return Area(top or 1, left - 1, bottom or _LAST_ROW, right - 1)


def _raw(element: Any, cells: str, first: str, second: str) -> Raw:
    operator = element.get("operator", "between")
    return element.get("type", ""), operator, element.findtext(first, ""), element.findtext(second, ""), cells


def _longest(kind: str, operator: str, first: str, second: str) -> int | None:
    if kind != "textLength":
        return None
    stated = {"lessThanOrEqual": first, "between": second, "equal": first, "lessThan": first}.get(operator, "")
    if not stated.strip().isdecimal():
        return None
    return max(0, int(stated.strip()[:9]) - (operator == "lessThan")) or None


def _values(formula: str, *, sheet: Sheet, sheets: Mapping[str, Sheet], names: Mapping[str, str]) -> list[str]:
    formula = formula.strip()
    if formula.startswith('"') and formula.endswith('"') and len(formula) > 1:
        listed = formula[1:-1].replace('""', '"')
        return _distinct(item.strip() for item in _SEPARATORS.split(listed))
    formula = names.get(formula.lstrip("=").casefold(), formula)
    return _distinct(_referenced(formula, sheet=sheet, find=lambda name: sheets.get(name.casefold())))


def _referenced(formula: str, *, sheet: Sheet, find: Callable[[str], Sheet | None]) -> list[str]:
    match = _REFERENCE.match(formula) or _COLUMN.match(formula)
    if match is None:
        return []
    name = (match.group(1) or match.group(2) or "").replace("''", "'")
    source = find(name) if name else sheet
    cells = match.group(3) if match.re is _REFERENCE else f"{match.group(3)}1:{match.group(4)}{_LAST_ROW}"
    area = area_of(cells.replace("$", ""))
    if source is None or area is None:
        return []
    source.lists.append(area)
    rows = (row for row in sorted(source.rows) if area.top <= row <= area.bottom)
    return [
        text for row in rows for column, text in sorted(source.rows[row].items()) if area.left <= column <= area.right
    ]


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))[:_MOST_VALUES]
