"""What the number format of a cell makes of a number: a day, a share, a text.

Invariant: nothing is changed here; a format that cannot be read is a plain one.
"""

import re
from enum import StrEnum

from lxml import etree

from copilot.workflows.rfp.filling.archive import local

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Ids of the standard's own formats that show days or times (ECMA-376, part 1, 18.8.30)."""
_BUILT_IN_SHARES = frozenset({9, 10})
_BUILT_IN_TEXT = 49
_NOT_A_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


class Shown(StrEnum):
    """How a number in a cell is shown."""

    PLAIN = "plain"
    DAY = "day"
    SHARE = "share"
    TEXT = "text"


class Formats:
    """The cell formats of a workbook by their index."""

    def __init__(self, styles: etree._Element | None) -> None:
        codes: dict[int, str] = {}
        self._of_cell: list[Shown] = []
        for part in styles if styles is not None else ():
            if local(part) == "numFmts":
                codes = {_number(item, "numFmtId"): item.get("formatCode", "") for item in part}
            if local(part) == "cellXfs":
                self._of_cell = [_shown(_number(item, "numFmtId"), codes) for item in part if local(item) == "xf"]

    def shown(self, style: str | None) -> Shown:
        """Of the cell format with this index, as the attribute `s` has it."""
        index = int(style) if style and style.isdecimal() else 0
        return self._of_cell[index] if index < len(self._of_cell) else Shown.PLAIN


def _number(element: etree._Element, name: str) -> int:
    value = element.get(name, "0")
    return int(value) if value.isdecimal() else 0


def _shown(number: int, codes: dict[int, str]) -> Shown:
    if number in codes:
        return _shown_by_code(codes[number])
    if number in _BUILT_IN_DATES:
        return Shown.DAY
    if number in _BUILT_IN_SHARES:
        return Shown.SHARE
    return Shown.TEXT if number == _BUILT_IN_TEXT else Shown.PLAIN


def _shown_by_code(code: str) -> Shown:
    bare = _NOT_A_CODE.sub("", code).lower()
    if bare.strip() == "@":
        return Shown.TEXT
    if bare.replace("general", "").replace("standard", "").strip(" ;0#?.,") and any(char in bare for char in "ydm"):
        return Shown.DAY if "e+" not in bare else Shown.PLAIN
    return Shown.SHARE if "%" in bare else Shown.PLAIN
