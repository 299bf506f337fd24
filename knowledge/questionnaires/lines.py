"""Lines of a text put together into paragraphs and items.

Invariant: every line with a visible character is in one block, and a block has the number of its first line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from copilot.domain.language import Language
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import Block, says, split_number
from knowledge.questionnaires.options import gap_in, options_in
from knowledge.questionnaires.style import is_marked

_ENDS = (".", "?", "!", ":", ";", "…", "_")
_NEARLY_FULL = 0.75
_NARROWEST = 50
_SENTENCE = re.compile(r"(?<=[.?!])[\"'»”)]*\s+(?=[\"'«“(]?[¿¡A-ZÁÉÍÓÚÑ0-9])")
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|etc|p\. ?ej|vs|approx|no|nº|núm|art|sr|sra|mr|ms|dr|inc|ltd|s\.a|[A-Z])\.$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; `number` counts from 1."""

    text: str
    number: int
    hard: bool = False
    """Ends where its writer wanted it to."""


def joined(lines: Sequence[Line], *, width: int) -> Iterator[list[Line]]:
    """The lines that belong together: an empty one ends a group, and so does whatever opens an item."""
    group: list[Line] = []
    for line in lines:
        if not line.text.strip():
            if group:
                yield group
            group = []
            continue
        if group and not _goes_on(group, line, width=width):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def width_of(lines: Sequence[Line]) -> int:
    """Where the file's lines are wrapped."""
    lengths = sorted(len(line.text) for line in lines if line.text.strip())
    return lengths[int(0.95 * (len(lengths) - 1))] if lengths else 0


def block_of(group: Sequence[Line], **more: object) -> Block:
    """A group of lines as one block."""
    shown = " ".join(line.text.strip() for line in group)
    numbered = split_number(shown)
    block = Block(
        numbered.text, str(group[0].number), number=numbered.number, item=numbered.item,
        indent=indent_of(group[0].text), shown=shown,
    )  # fmt: skip
    return replace(block, **more)  # type: ignore[arg-type]


def indent_of(text: str) -> int:
    """Steps of two blanks."""
    bare = text.expandtabs(4)
    return (len(bare) - len(bare.lstrip())) // 2


def sentences(block: Block, *, language: Language) -> list[Block]:
    """A paragraph that asks several things, sentence by sentence; any other stays whole."""
    if block.item or block.level:
        return [block]
    pieces = _sentences(block.text)
    asking_ones = [piece for piece in pieces if is_marked(piece)]
    if len(pieces) < 2 or not asking_ones or len(asking_ones) == len(pieces) == 1:
        return [block]
    found: list[str] = []
    for piece in pieces:
        plain = not is_marked(piece)
        if found and plain and not asking.is_question(piece, language=language) and not is_marked(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [replace(block, text=piece, shown=piece) for piece in found]


def _sentences(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in _SENTENCE.split(text):
        if pieces and _ABBREVIATED.search(pieces[-1]):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return [piece.strip() for piece in pieces if piece.strip()]


def _goes_on(group: Sequence[Line], line: Line, *, width: int) -> bool:
    above, text = group[-1].text.rstrip(), line.text.strip()
    if group[-1].hard or split_number(line.text).item or options_in(text) is not None:
        return False
    if text[:1].isupper() and (says("follow_up", "yes", text) or says("follow_up", "no", text)) and is_marked(text):
        return False
    if says("answer", "line", text) or says("answer", "comment", text) or says("guidance", "start", text):
        return False
    if split_number(group[0].text).item and indent_of(line.text) > indent_of(group[0].text) and not gap_in(above):
        return True
    if gap_in(above) or (gap_in(text) and len(above) < _NEARLY_FULL * width):
        return False
    if above.endswith(_ENDS):
        return len(above) >= max(_NARROWEST, _NEARLY_FULL * width) and not is_marked(above)
    if text[:1].islower():
        return True
    return len(above) >= max(_NARROWEST, _NEARLY_FULL * width)
