"""What goes onto the lines of a text or document: which boxes, which words, and where the explanation.

Invariant: an answer is written whole or not at all, but for an explanation that has no place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain.questionnaires import Choice, Question
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling.filled import Unwritable
from copilot.workflows.rfp.filling.lines import BOX, Edit, ticks, written
from copilot.workflows.rfp.filling.saying import allowed_value, in_open_place, prose


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is written."""

    ticked: tuple[Choice, ...]
    value: str
    """For the answer's place; empty where boxes say it."""
    comment: str


def spoken(question: Question, answer: RfpAnswer, *, in_row: bool = False) -> Spoken:
    """What an answer says, given the places that the question has. Raises Unwritable.

    `in_row`: the places of answer and comment are cells of one row, even where their address is the same.
    """
    boxed = [choice for choice in question.choices if choice.place is not None]
    if boxed:
        chosen = tuple(choice for choice in boxed if choice.key in answer.chosen)
        if not chosen:
            chosen = (boxed[allowed_value(question, answer, [choice.text for choice in boxed])],)
        return Spoken(chosen, "", prose(answer))
    own = question.comment_place is not None and (in_row or question.comment_place != question.answer_place)
    said = in_open_place(question, answer, own_comment=own)
    return Spoken((), said.value, said.comment)


def on_boxes(text: str, chosen: Sequence[Choice], *, comment: str) -> tuple[list[Edit], bool]:
    """The edits of a line of boxes, and whether the explanation found a gap behind them. Raises Unwritable."""
    edits = ticks(text, chosen)
    if not comment:
        return edits, True
    last = max((box.end() for box in BOX.finditer(text)), default=0)
    try:
        gap = written(text[last:], comment, last=True)
    except Unwritable:
        return edits, False
    if not text[last:].strip():
        return edits, False
    return [*edits, Edit(gap.start + last, gap.end + last, gap.text)], True
