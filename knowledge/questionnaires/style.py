"""How one file writes its questions: numbered or not, with question marks, in bold.

Invariant: what is told here is told by the file's plain questions alone, before anything doubtful is decided.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from copilot.domain.language import Language
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import Block, Flow

_TAIL = 400
_ENOUGH = 2
_MOSTLY = 0.7
_ENDS_ASKING = re.compile(r"\?[\s)\]\"'»”*.]*(?:\([^()]{0,80}\)|\[[^\[\]]{0,80}\])?[\s*.]*(?:_{3,}|\.{6,}|…+)?[\s*.]*$")
_LABEL_END = re.compile(r":\s*(?:\*|\([^()]{0,60}\))?\s*$")


@dataclass(frozen=True, slots=True)
class Style:
    """What the plain questions of a file have in common."""

    numbered: bool = False
    any_marked: bool = False
    bold_questions: bool = False
    shapes: Counter[str] = field(default_factory=Counter)
    """How many plain questions have numbers of a shape: `#.#`."""

    def has_siblings(self, number: str) -> bool:
        """Whether plain questions are numbered like this."""
        return self.shapes[shape(number)] >= _ENOUGH

    def is_parent_number(self, number: str, flow: Flow, index: int) -> bool:
        """Whether the next number in the file is below this one: `2` before `2.1`."""
        if not number or not number[-1].isalnum():
            return False
        following = (part for part in flow[index + 1 :] if isinstance(part, Block) and part.number)
        after = next(following, None)
        return after is not None and after.number.startswith(f"{number}.")


def style_of(blocks: Sequence[Block], language: Language) -> Style:
    """Look at what asks beyond doubt."""
    plain = [block for block in blocks if block.text and not block.title and strong_question(block.text, language)]
    marked = [block for block in plain if is_marked(block.text)]
    sample = marked if len(marked) >= _ENOUGH else plain
    numbered = [block for block in sample if block.number]
    bold = [block for block in sample if block.bold]
    return Style(
        numbered=len(numbered) >= _ENOUGH and len(numbered) >= _MOSTLY * len(sample),
        any_marked=bool(marked),
        bold_questions=len(bold) >= max(1, len(sample) / 2),
        shapes=Counter(shape(block.number) for block in plain if block.number),
    )


@lru_cache(maxsize=4_096)
def strong_question(text: str, language: Language) -> bool:
    """Asks by its words, and does not tell how to fill in the questionnaire."""
    return asking.is_question(text, language=language) and not asking.is_instruction(text, language=language)


def is_marked(text: str) -> bool:
    """Ends in a question mark, but for brackets, stars and gaps; or has a Spanish question in it."""
    return _ENDS_ASKING.search(text[-_TAIL:]) is not None or ("¿" in text and "?" in text)


def is_label(text: str) -> bool:
    """`Legal name:`"""
    return _LABEL_END.search(text) is not None


def shape(number: str) -> str:
    """`4.12` -> `#.#`, `AIS-01` -> `AIS-#`, `b` -> `a`."""
    if number.isalpha() and len(number) <= 2:
        return "a"
    return re.sub(r"\d+", "#", number)
