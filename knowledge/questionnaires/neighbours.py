"""What stands around a block: other items of its list, other labels, a signature.

Invariant: only a few blocks to either side are looked at, so that a long file stays quick to read.
"""

from knowledge.questionnaires.blocks import Block, says
from knowledge.questionnaires.options import gap_in
from knowledge.questionnaires.style import is_label, shape, strong_question
from knowledge.questionnaires.text_reader import TextReader

_SHORT_LABEL = 9
_SIGNED_WITHIN = 5
_ASKING_SHARE = 0.3
_LIST_AROUND = 12


def is_form_label(block: Block) -> bool:
    """`Legal name:`"""
    return is_label(block.text) and len(block.text.split()) <= _SHORT_LABEL and not gap_in(block.text)


def is_near_signature(reader: TextReader) -> bool:
    """The name and the date beside a signature are no answers."""
    around = reader.flow[max(0, reader.index - _SIGNED_WITHIN) : reader.index + _SIGNED_WITHIN + 1]
    return any(isinstance(part, Block) and says("own", "signature", part.text) for part in around)


def in_asking_list(reader: TextReader) -> bool:
    """Whether other items of the same list ask."""
    here = reader.flow[reader.index]
    asked = total = 0
    for step in (-1, 1):
        index = reader.index + step
        while 0 <= index < len(reader.flow) and abs(index - reader.index) <= _LIST_AROUND:
            other = reader.flow[index]
            if not isinstance(other, Block) or not isinstance(here, Block) or not _is_same_list(other, here):
                break
            total += bool(other.text)
            asked += bool(other.text) and strong_question(other.text, reader.found.language)
            index += step
    return asked > 0 and asked >= _ASKING_SHARE * total


def _is_same_list(other: Block, block: Block) -> bool:
    if not other.text:
        return True
    return other.item and other.indent == block.indent and shape(other.number) == shape(block.number)
