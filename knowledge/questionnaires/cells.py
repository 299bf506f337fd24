"""Single cells of tables: whether they can be written into, and what stands in them already.

Invariant: what a cell holds is given, offered, or only stands for an answer; one of these, never two.
"""

from collections.abc import Sequence

from knowledge.questionnaires.blocks import Cell, says
from knowledge.questionnaires.drafting import Draft
from knowledge.questionnaires.options import is_placeholder, options_in, split_asked, without_gaps


def is_free(cell: Cell) -> bool:
    """Whether an answer can be written into the cell."""
    text = without_gaps(cell.text)
    return not cell.merged and (not text or is_placeholder(text) or cell.control or options_in(text) is not None)


def answer_in(draft: Draft, cell: Cell) -> None:
    """The cell takes the answer; what stands in it was given, offered, or only stands for an answer."""
    text = cell.text.strip()
    mark = says("answer", "line", text) or says("answer", "bare", text)
    rest = text[mark.end() :].strip() if mark else text
    options = options_in(rest)
    if options is not None and not options.before:
        draft.options += [(value, cell.address if options.boxed else "") for value in options.texts]
        draft.given += options.ticked
        draft.guidance += [options.after] if options.after else []
        if split_asked(rest)[1] and not options.boxed:
            return
    elif cell.choices:
        draft.options = [(choice, "") for choice in cell.choices]
        draft.given += [cell.given] if cell.given else []
    elif without_gaps(rest) and not is_placeholder(rest) and not cell.control:
        draft.given.append(without_gaps(rest))
    elif cell.given:
        draft.given.append(cell.given)
    draft.place(cell.address)


def line_of(row: Sequence[Cell]) -> str:
    """The texts of a row side by side."""
    return " | ".join(cell.text.strip() for cell in row if cell.text.strip())
