"""Cuts a text into what can be one order: a sentence, a line, a cell, a block of code.

Invariant: units lie in order inside the text, none is longer than a limit, and only separators lie between them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MOST_UNITS = 4_000
"""A longer text is a whole document; passages are far below."""
_LONGEST = 400
_CUT = re.compile(
    r"```[^`]{0,4000}```"
    r"|\n+"
    r"|\|+"
    r"|<[^<>]{1,300}>"
    r"|(?<=[.!?…])[\"'”»)]{0,3}\s{1,20}(?=[\"'«“¿¡(\[]{0,2}[A-ZÁÉÍÓÚÑ0-9¿¡])"
)
_SPACES = " \t\r\n\f\v"


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]` without the spaces around it."""

    start: int
    end: int
    text: str
    is_code: bool = False
    in_table: bool = False
    """A cell of a row, told by the bars on its line."""


def units_of(text: str) -> tuple[Unit, ...]:
    """The first units of `text`."""
    return tuple(islice(_units(text), MOST_UNITS))


def _units(text: str) -> Iterator[Unit]:
    position = 0
    in_table = False
    for cut in _CUT.finditer(text):
        mark = cut.group()
        in_table = in_table or mark[0] == "|"
        yield from _pieces(text, position, cut.start(), in_table=in_table)
        if mark.startswith("```"):
            yield Unit(cut.start(), cut.end(), mark, is_code=True)
        if mark[0] == "\n":
            in_table = False
        position = cut.end()
    yield from _pieces(text, position, len(text), in_table=in_table)


def _pieces(text: str, start: int, end: int, *, in_table: bool) -> Iterator[Unit]:
    while start < end:
        stop = min(end, start + _LONGEST)
        if stop < end:
            space = text.rfind(" ", start + _LONGEST // 2, stop)
            stop = space if space > 0 else stop
        piece = text[start:stop]
        left = len(piece) - len(piece.lstrip(_SPACES))
        stripped = piece.strip(_SPACES)
        if stripped:
            yield Unit(start + left, start + left + len(stripped), stripped, in_table=in_table)
        start = stop
