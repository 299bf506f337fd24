"""Where on a line an answer belongs: a box, a gap, an empty place, behind a label.

Invariant: an edit replaces boxes, gaps, blanks and what the line says is to be replaced; no other character of the
line is lost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain.questionnaires import Choice
from copilot.workflows.rfp.filling.filled import Unwritable
from copilot.workflows.rfp.filling.placeholders import is_free
from copilot.workflows.rfp.filling.wording import comparable

BOX = re.compile(r"[☐□▢◻◼⬜❏❑○◯☑☒■●◉\uf0a8\uf06f\uf0fe\uf052]|\[[ xX✓✔]?\](?!\()|(?<!\w)\(\s?[xX]?\s?\)(?!\w)")
_TICKED = {"○": "●", "◯": "◉", "\uf0a8": "\uf0fe", "\uf06f": "\uf0fe"}
_GAP = re.compile(r"(?:_{3,}|\.{6,}|…{2,})(?:[ \t]*(?:_{3,}|\.{6,}|…{2,}))*|\[\s{2,}\]|[\u2002\u2003]{2,}")
_LABELLED = re.compile(r"[:：][ \t]*$")
_BLANK = re.compile(r"\s*")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """`text` in the place of the characters from `start` to before `end`."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The line with its edits."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def ticks(text: str, chosen: Sequence[Choice]) -> list[Edit]:
    """The boxes of the chosen values, ticked. Raises Unwritable if a value has no box of its own here."""
    boxes = list(BOX.finditer(text))
    edits = []
    for choice in chosen:
        box = _box_of(text, boxes, comparable(choice.text))
        edits.append(Edit(box.start(), box.end(), _ticked(box.group())))
    return edits


def written(text: str, value: str, *, given: str = "", last: bool = False) -> Edit:
    """The answer in the place that the line has for it; with `last` in the last of several gaps.

    Raises Unwritable if the line has none.
    """
    gaps = list(_GAP.finditer(text))
    if gaps:
        gap = gaps[-1 if last else 0]
        return Edit(gap.start(), gap.end(), _spaced(text, gap.start(), gap.end(), value))
    if is_free(text, given=given):
        start = _end_of_blanks(text) if text.strip() else 0
        return Edit(start, len(text.rstrip()) if text.strip() else len(text), value)
    if given.strip() and text.rstrip().endswith(given.strip()):
        end = len(text.rstrip())
        return Edit(end - len(given.strip()), end, value)
    if _LABELLED.search(text):
        return Edit(len(text.rstrip()), len(text), f" {value}")
    raise Unwritable


def _box_of(text: str, boxes: Sequence[re.Match[str]], wanted: str) -> re.Match[str]:
    """The box whose own words are these: those after it, or before it where boxes follow their values."""
    after = _named(boxes, [*(box.start() for box in boxes[1:]), len(text)], text, wanted)
    if len(after) != 1:
        before = [
            box
            for box, start in zip(boxes, [0, *(box.end() for box in boxes)], strict=False)
            if comparable(text[start : box.start()].strip(" :")).endswith(wanted)
        ]
        after = before if len(before) == 1 and not after else after
    if len(after) != 1:
        raise Unwritable
    return after[0]


def _named(boxes: Sequence[re.Match[str]], ends: Sequence[int], text: str, wanted: str) -> list[re.Match[str]]:
    """Boxes that such words follow: all of them, else the words it begins with."""
    words = [comparable(text[box.end() : end]).strip(" ,;/|") for box, end in zip(boxes, ends, strict=True)]
    exact = [box for box, said in zip(boxes, words, strict=True) if said == wanted]
    if exact:
        return exact
    return [
        box
        for box, said in zip(boxes, words, strict=True)
        if said.startswith(wanted) and not said[len(wanted) : len(wanted) + 1].isalnum()
    ]


def _ticked(box: str) -> str:
    if box[0] in "[(":
        return f"{box[0]}x{box[-1]}" if box[1:-1].strip() != "X" else box
    return _TICKED.get(box, "☒")


def _spaced(text: str, start: int, end: int, value: str) -> str:
    """With blanks around it where a word touches the gap."""
    before = " " if start and not text[start - 1].isspace() and text[start - 1] not in "([" else ""
    after = " " if text[end : end + 1].isalnum() else ""
    return f"{before}{value}{after}"


def _end_of_blanks(text: str) -> int:
    match = _BLANK.match(text)
    return match.end() if match else 0
