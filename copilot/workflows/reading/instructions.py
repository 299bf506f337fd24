"""Instructions aimed at an assistant inside texts that outsiders wrote.

Invariant: a paragraph with such an instruction is taken out of everything else that is read; it is reported, never
followed, and never quoted as a fact.
"""

from collections.abc import Sequence

from copilot.domain.evidence import Origin
from copilot.domain.folding import flat
from copilot.guardrails.injection import instruction_in
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.types import Sentence, Side

_REACH = 160
"""Characters between the machine that is addressed and what it is told."""


def is_instruction(sentence: Sentence) -> bool:
    """Whether somebody outside tells an assistant what to do."""
    if sentence.origin is Origin.INTERNAL and sentence.side is not Side.CUSTOMER:
        return False
    if instruction_in(sentence.text) is not None:
        return True
    plain = flat(sentence.text)
    return bool(cue("instructions", "direct").search(plain)) or _orders_machine(plain)


def _orders_machine(plain: str) -> bool:
    addressed = [match.span() for match in cue("instructions", "machine").finditer(plain)]
    ordered = [match.span() for match in cue("instructions", "order").finditer(plain)] if addressed else []
    return any(max(a[0] - o[1], o[0] - a[1]) <= _REACH for a in addressed for o in ordered)


def split_off(sentences: Sequence[Sentence], texts: dict[str, str]) -> tuple[list[Sentence], list[Sentence]]:
    """Sentences to read, and those that instruct (the first of each paragraph stands for it)."""
    paragraphs = _paragraphs(sentences, texts)
    tainted = {key: first for key, group in paragraphs.items() if (first := _instruction_of(group)) is not None}
    clean = [item for key, group in paragraphs.items() if key not in tainted for item in group]
    return sorted(clean, key=lambda item: item.order), list(tainted.values())


def instructed(some: Sequence[Sentence], sentences: Sequence[Sentence], texts: dict[str, str]) -> frozenset[int]:
    """The order of those of `some` that `split_off` takes out of `sentences`; only their paragraphs are read."""
    paragraphs = _paragraphs(sentences, texts)
    wanted = {_paragraph(sentence, texts) for sentence in some}
    tainted = {key for key in wanted if _instruction_of(paragraphs[key]) is not None}
    return frozenset(item.order for item in some if _paragraph(item, texts) in tainted)


def _paragraphs(sentences: Sequence[Sentence], texts: dict[str, str]) -> dict[tuple[str, int], list[Sentence]]:
    paragraphs: dict[tuple[str, int], list[Sentence]] = {}
    for sentence in sentences:
        paragraphs.setdefault(_paragraph(sentence, texts), []).append(sentence)
    return paragraphs


def _instruction_of(paragraph: Sequence[Sentence]) -> Sentence | None:
    """The sentence that instructs; the first one where only the paragraph as a whole does."""
    for sentence in paragraph:
        if is_instruction(sentence):
            return sentence
    first = paragraph[0]
    from_outside = first.origin is not Origin.INTERNAL or first.side is Side.CUSTOMER
    whole = " ".join(item.text for item in paragraph)
    return first if from_outside and len(paragraph) > 1 and instruction_in(whole) is not None else None


def _paragraph(sentence: Sentence, texts: dict[str, str]) -> tuple[str, int]:
    text = texts.get(sentence.document_id, "")
    return sentence.document_id, text.rfind("\n\n", 0, sentence.start)
