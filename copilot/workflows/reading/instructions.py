"""Instructions aimed at an assistant inside texts that outsiders wrote.

Invariant: a paragraph with such an instruction is taken out of everything else that is read; it is reported, never
followed, and never quoted as a fact.
"""

from collections.abc import Sequence

from copilot.domain.evidence import Origin
from copilot.domain.folding import flat
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.types import Sentence, Side

_REACH = 160
"""Characters between the machine that is addressed and what it is told."""


def is_instruction(sentence: Sentence) -> bool:
    """Whether somebody outside tells an assistant what to do."""
    if sentence.origin is Origin.INTERNAL and sentence.side is not Side.CUSTOMER:
        return False
    plain = flat(sentence.text)
    return bool(cue("instructions", "direct").search(plain)) or _orders_machine(plain)


def _orders_machine(plain: str) -> bool:
    addressed = [match.span() for match in cue("instructions", "machine").finditer(plain)]
    ordered = [match.span() for match in cue("instructions", "order").finditer(plain)] if addressed else []
    return any(max(a[0] - o[1], o[0] - a[1]) <= _REACH for a in addressed for o in ordered)


def split_off(sentences: Sequence[Sentence], texts: dict[str, str]) -> tuple[list[Sentence], list[Sentence]]:
    """Sentences to read, and those that instruct (the first of each paragraph stands for it)."""
    tainted: dict[tuple[str, int], Sentence] = {}
    for sentence in sentences:
        if is_instruction(sentence):
            tainted.setdefault(_paragraph(sentence, texts), sentence)
    clean = [item for item in sentences if _paragraph(item, texts) not in tainted]
    return clean, list(tainted.values())


def _paragraph(sentence: Sentence, texts: dict[str, str]) -> tuple[str, int]:
    text = texts.get(sentence.document_id, "")
    return sentence.document_id, text.rfind("\n\n", 0, sentence.start)
