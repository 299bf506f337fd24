"""What is being found on the sheets of one file, before it is named.

Invariant: a finding keeps the sheet and the cell that it stands in; headings are outermost first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from copilot.domain.questionnaires import AnswerForm, Limit, SkipReason
from knowledge.questionnaires.grid import Look, Rule, Sheet, Spot, one_line

_PARTS = re.compile(r"[.\-_ ]+")
_TRAILING = re.compile(r"[.):\-–]+$")


@dataclass(slots=True)
class Finding:
    """One question, in the cells of its sheet."""

    sheet: Sheet
    spot: Spot
    text: str
    number: str = ""
    section: tuple[str, ...] = ()
    guidance: list[str] = field(default_factory=list)
    answer: Spot | None = None
    comment: Spot | None = None
    options: list[tuple[str, Spot | None]] = field(default_factory=list)
    """Allowed values, each with the cell where it is ticked, if it has one."""
    rule: Rule | None = None
    mandatory: bool | None = None
    limit: Limit = field(default_factory=Limit)
    statement: bool = False
    yes_or_no: bool = False
    """The header of the answers says that they are yes or no."""
    form: AnswerForm | None = None
    """The form that its row names instead of values: `Date`, `Free text`."""
    offers: bool = False
    """What stands in the place of the answer are the values to choose from, and no answer."""


@dataclass(slots=True)
class Left:
    """What is no question."""

    sheet: Sheet
    spot: Spot
    text: str
    reason: SkipReason


@dataclass(slots=True)
class Findings:
    """Everything found in one file, in order."""

    questions: list[Finding] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    title: str = ""

    def skip(self, sheet: Sheet, spot: Spot, texts: Iterable[str], reason: SkipReason) -> None:
        """Leave texts out; without any there is nothing to leave."""
        whole = " | ".join(text for text in texts if text.strip())
        if whole:
            self.left.append(Left(sheet, spot, whole, reason))

    def skip_row(self, sheet: Sheet, row: int, reason: SkipReason) -> None:
        """Leave a whole row out."""
        cells = sheet.rows[row]
        self.skip(sheet, (row, min(cells)), (cells[column] for column in sorted(cells)), reason)


@dataclass(frozen=True, slots=True)
class _Heading:
    depth: int | None
    look: Look
    text: str


@dataclass(slots=True)
class Headings:
    """The headings above the row that is being read."""

    stack: list[_Heading] = field(default_factory=list)
    fresh: bool = False
    """Nothing has stood below the last one yet."""

    def push(self, text: str, *, number: str, look: Look) -> None:
        """A new heading: below those of a higher level, in place of those of its own."""
        heading = _Heading(depth_of(number) if number else None, replace(look, bordered=False, unlocked=False), text)
        level = self._level(heading)
        self.stack = [*self.stack[:level], heading]
        self.fresh = True

    def current(self) -> tuple[str, ...]:
        """Outermost first."""
        return tuple(one_line(heading.text) for heading in self.stack)

    def _level(self, heading: _Heading) -> int:
        for index, other in enumerate(self.stack):
            if heading.depth is not None and other.depth is not None:
                if other.depth >= heading.depth:
                    return index
            elif other.look == heading.look and other.depth == heading.depth:
                return index
        if self.fresh or heading.depth is not None:
            return len(self.stack)
        return max(0, len(self.stack) - 1)


def depth_of(number: str) -> int:
    """How deep a number lies: 1 for `4` or `AC`, 3 for `4.2.1`."""
    return len(parts_of(number))


def parts_of(number: str) -> tuple[str, ...]:
    """`4.2.1` as its parts."""
    return tuple(part.casefold() for part in _PARTS.split(_TRAILING.sub("", number.strip())) if part)
