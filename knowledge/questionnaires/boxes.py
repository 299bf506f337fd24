"""Boxes to tick in running text: whose values they are, and what asks behind them.

Invariant: a box is the place of one question; where two may lay claim to it, it is the place of none.
"""

from dataclasses import replace

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires.blocks import Block, pattern, says
from knowledge.questionnaires.drafting import Draft
from knowledge.questionnaires.options import Options, gap_in, options_in, split_asked, without_gaps
from knowledge.questionnaires.text_reader import TextReader, asks


def read_options(reader: TextReader, block: Block) -> bool:
    """`☐ Yes ☐ No` below a question, or after its words."""
    before, asked = split_asked(block.text)
    options = options_in(before)
    if asked and (options is not None or not before):
        if before:
            read_options(reader, replace(block, text=before))
            _without_boxes_of_others(reader, asked)
        _asked_behind(reader, replace(block, text=asked, number="", control="", choices=(), given=""))
        return True
    if options is None or (block.number and options.before and not options.boxed):
        return False  # `3. Select one of: EU / US` has a number of its own: it is asked
    if options.before and (block.number or not says("options", "words", options.before)):
        draft = reader.ask(block, text=options.before, statement=not asks(reader, options.before))
    elif reader.open is None:
        reader.skip(block, SkipReason.OTHER)
        return True
    else:
        draft = reader.open
        if options.before or block.number:
            draft.guidance.append(f"{block.number} {options.before}".strip())
    take_options(reader, draft, options, block)
    return True


def _without_boxes_of_others(reader: TextReader, asked: str) -> None:
    """Where the question behind has boxes as well, a value's words do not tell whose box it is: none is ticked."""
    if reader.open is not None and pattern("options", "box").search(asked):
        reader.open.options = [(text, "") for text, _ in reader.open.options]
        reader.open.answer = reader.open.comment = ""


def _asked_behind(reader: TextReader, block: Block) -> None:
    """A question behind the boxes of another has no place: a box on its line may be ticked for the wrong one."""
    text, further = split_asked(block.text)
    options = options_in(text)
    boxed = options is not None and options.boxed and bool(options.before)
    draft = reader.ask(block, text=without_gaps(options.before if options and boxed else text))
    if options is not None and boxed:
        draft.options += [(value, "") for value in options.texts]
        draft.given += options.ticked
        draft.guidance += [options.after] if options.after else []
    if further:
        _asked_behind(reader, replace(block, text=further))
    elif boxed or gap_in(text):
        reader.close()


def take_options(reader: TextReader, draft: Draft, options: Options, block: Block) -> None:
    boxes = options.boxed
    draft.options += [(text, block.address if boxes else "") for text in options.texts]
    draft.given += options.ticked
    if boxes or not options.before or block.control:  # `Options: Yes / No` only tells what may be answered
        draft.place(block.control or block.address)
    if options.after:
        draft.guidance.append(options.after)
        if gap_in(options.after_as_written) or says("answer", "comment", options.after):
            draft.comment = draft.comment or block.address
    reader.answering = False
