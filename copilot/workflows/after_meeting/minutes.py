"""How notes of a meeting are laid out: labelled lines, headings with a list under them, who is named before a colon.

Invariant: nothing is changed in the text; a line is only said to belong to a heading, a label or a person that stands
before it. A name that the records do not know is a person only on a ground: it is listed as present or is a given name.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from copilot.domain.documents import StoredDocument
from copilot.domain.folding import flat
from copilot.guardrails.personal_data.names_words import Kind, kind_of
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.names import same_person, words
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.tasks import unmarked_line
from copilot.workflows.reading.types import Side

_LABEL = re.compile(r"(?:@)?(?P<label>[^\W\d_][^:\n]{0,60}?)[ \t]*(?:\*\*|__)?:(?:\*\*|__)?(?=\s|$)[ \t]*")
_HEADING = re.compile(r"(?:#{1,6}[ \t]++|\*\*|__)(?P<title>[^\n*_]++)(?:\*\*|__)?:?$")
"""Of a line without white space at its ends."""
_IN_BRACKETS = re.compile(r"\([^()\n]{0,60}\)")
_ROLE = re.compile(r"\s+(?:[-–—|]|,(?=\s+[a-zá-ú]))\s.*$")
_BETWEEN = re.compile(r"\s*(?:,|;|/|&|\+|\n|\s(?:y|e|and)\s)\s*")
_NAME = re.compile(r"[A-ZÁÉÍÓÚÑÜ][\w.'’-]*(?:\s(?:de|del|la|los|[A-ZÁÉÍÓÚÑÜ][\w.'’-]*)){0,4}")
_MET = re.compile(
    r"\b(?i:reuni[oó]n|llamada|visita|sesi[oó]n|videollamada|meeting|call|visit|session|met|catch-?up|demo)\s+"
    rf"(?i:con|with)\s+(?P<names>{_NAME.pattern}(?:(?:,\s|\s(?:y|e|and)\s){_NAME.pattern}){{0,5}})"
)
NOTHING = re.compile(r"^(?:ningun[oa]?s?|nada|none|nothing|n/?a|no hay|sin)\b.{0,20}$")
"""What a list says that is empty."""
_GIVEN = frozenset({Kind.GIVEN, Kind.AMBIGUOUS})
_TICKED = re.compile(r"[ \t]*[-*•]?[ \t]*(?:\[[xX]\]|[☑✅✔])")
_LONGEST_NAME = 4


class Mark(StrEnum):
    """What a heading or a label says of the lines under it."""

    TASK = "task"
    DECISION = "decision"
    PEOPLE = "people"
    TITLE = "title"
    """A heading itself."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the notes name."""

    name: str
    side: Side
    is_group: bool = False
    """One side as a whole: `Nosotros`, `the customer`."""


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line: what it belongs to, and whom it names before a colon."""

    start: int
    end: int
    mark: Mark | None
    begins: int
    """After the mark of the list and a label that says what the line is."""
    said_from: int
    """After the name before a colon, too."""
    person: Person | None = None


class Minutes:
    """The lines of one text."""

    def __init__(self, document: StoredDocument, cast: Cast) -> None:
        self._cast = cast
        self._text = document.text
        marked = list(_marked(document.text))
        self.listed = tuple(
            person for _, end, mark, begins in marked if mark is Mark.PEOPLE for person in self._listed(begins, end)
        )
        self.lines = tuple(self._with_person(*line) for line in marked)
        self._starts = [line.start for line in self.lines]

    def of(self, position: int) -> NoteLine | None:
        """The line in which a character stands."""
        place = bisect_right(self._starts, position) - 1
        return self.lines[place] if place >= 0 and position < self.lines[place].end else None

    def person(self, written: str) -> Person | None:
        """Whom these words name, if they are a name and nothing else."""
        plain = " ".join(_IN_BRACKETS.sub("", written).strip(" \t*_@.").split())
        for name, side in (("us", Side.US), ("customer", Side.CUSTOMER)):
            if cue("notes", name).fullmatch(flat(plain)):
                return Person(plain, side, is_group=True)
        if not _NAME.fullmatch(plain) or cue("notes", "no_person").fullmatch(flat(plain)):
            return None
        known = self._known(plain)
        if known is not None:
            return known
        first = words(plain)[:1]
        listed = next((item for item in self.listed if words(item.name)[:1] == first), None)
        if listed is not None:
            return listed
        is_name = bool(first) and kind_of(first[0]) in _GIVEN and len(plain.split()) <= _LONGEST_NAME
        return Person(plain, Side.UNKNOWN) if is_name else None

    def present(self, line: NoteLine) -> Iterator[Person]:
        """Whom a line lists as present."""
        return self._listed(line.begins, line.end)

    def met(self) -> Iterator[Person]:
        """With whom it was, where the text opens by saying so."""
        opening = self._text[: self._text.find("\n\n") if "\n\n" in self._text else 300][:300]
        for match in _MET.finditer(opening):
            yield from filter(None, map(self.person, _BETWEEN.split(_tight(match["names"]))))

    def _known(self, plain: str) -> Person | None:
        name, side = self._cast.resolve(plain)
        if side is not Side.UNKNOWN:
            return Person(name, side)
        found = self._cast.mentioned(plain) if len(plain.split()) == 1 else None
        return Person(*found) if found else None

    def _listed(self, start: int, end: int) -> Iterator[Person]:
        """Everybody whom a list of who was there names; in such a list any name is one.

        On a line of its own each has a post after the name, so what else is on it must be a name by itself.
        """
        is_item = unmarked_line(self._line_at(start)) != self._line_at(start)
        for place, entry in enumerate(_BETWEEN.split(_tight(_IN_BRACKETS.sub("", self._text[start:end])))):
            name = _ROLE.sub("", unmarked_line(entry)).strip(" \t*_@.")
            if not _NAME.fullmatch(name) or cue("notes", "no_person").fullmatch(flat(name)):
                continue
            known = self._known(name)
            if known or not (is_item and place) or kind_of(words(name)[0]) in _GIVEN:
                yield known or Person(name, Side.UNKNOWN)

    def _line_at(self, position: int) -> str:
        return self._text[self._text.rfind("\n", 0, position) + 1 : position + 1]

    def _with_person(self, start: int, end: int, mark: Mark | None, said_from: int) -> NoteLine:
        label = _LABEL.match(self._text, said_from, end)
        person = self.person(label["label"]) if label and mark not in {Mark.PEOPLE, Mark.TITLE} else None
        if label is None or person is None:
            return NoteLine(start, end, mark, said_from, said_from)
        return NoteLine(start, end, mark, said_from, label.end(), person)


def is_done(line: str) -> bool:
    """Whether the box of a list item is ticked."""
    return bool(_TICKED.match(line))


def same(one: Person, other: Person) -> bool:
    """Whether two people of a text can be the same one."""
    return one.name == other.name or same_person(one.name, other.name)


def _marked(text: str) -> Iterator[tuple[int, int, Mark | None, int]]:
    """Each line with what it belongs to; a heading holds until the next one, or until a blank line ends its list."""
    current: Mark | None = None
    item, was_blank, position = "", True, 0
    for line in text.split("\n"):
        start, end = position, position + len(line)
        position = end + 1
        heading = _heading(line) if line.strip() else None
        if not line.strip():
            was_blank = True
        elif heading is not None:
            current, item, was_blank = heading[0], "", False
            yield start, end, Mark.TITLE, start
        else:
            shape = _shape(line)
            if was_blank and item and shape != item:
                current = None
            item, was_blank = item or shape, False
            yield (start, end, *_labelled(text, start, end, current))


def _shape(line: str) -> str:
    """How a line is set: as an item of a list, after a label, or as running text."""
    bare = unmarked_line(line)
    if bare != line.lstrip():
        return "item"
    return "labelled" if _LABEL.match(bare) else "text"


def _tight(text: str) -> str:
    """The text without blanks at the ends of its lines and between its words, so that patterns meet no long stretch."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _heading(line: str) -> tuple[Mark | None] | None:
    """What a line announces that says nothing itself: `## Acuerdos`, `Próximos pasos:`, `Action items`."""
    formal = _HEADING.match(line.strip())
    plain = flat(unmarked_line(line).strip(" \t*_#"))
    title = flat(formal["title"]).strip(" \t:") if formal else plain.rstrip(":").rstrip(" *_")
    mark = _meaning(title)
    is_heading = formal is not None or mark is not None or (plain.endswith(":") and len(plain.split()) <= _LONGEST_NAME)
    return (mark,) if is_heading else None


def _labelled(text: str, start: int, end: int, current: Mark | None) -> tuple[Mark | None, int]:
    """What a line belongs to by its own label, and where what it says begins."""
    begin = start + len(text[start:end]) - len(unmarked_line(text[start:end]))
    label = _LABEL.match(text, begin, end)
    mark = _meaning(flat(label["label"]).strip(" *_")) if label else None
    return (mark, label.end()) if label and mark else (current, begin)


def _meaning(title: str) -> Mark | None:
    tables: tuple[tuple[Mark, str], ...] = (
        (Mark.TASK, "task"),
        (Mark.DECISION, "decision"),
        (Mark.PEOPLE, "people"),
    )
    return next((mark for mark, name in tables if cue("notes", name).fullmatch(title)), None)
