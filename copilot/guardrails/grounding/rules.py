"""Every rule of grounding, run over one sentence and what it cites.

Invariant: the order is fixed, and each rule gives its own finding; none of them hides another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from copilot.guardrails.grounding.modality import raised
from copilot.guardrails.grounding.names import missing_names
from copilot.guardrails.grounding.polarity import contradictions, unfounded_negation
from copilot.guardrails.grounding.quotes import altered_quotations
from copilot.guardrails.grounding.sources import Sources
from copilot.guardrails.grounding.speakers import wrong_speakers

NAME = "grounding.name_not_in_evidence"
QUOTATION = "grounding.quotation_not_in_evidence"
SPEAKER = "grounding.speaker_contradicts_evidence"
NEGATION = "grounding.negation_contradicts_evidence"
UNFOUNDED = "grounding.negation_not_in_evidence"
MODALITY = "grounding.firmer_than_evidence"
TOO_LONG = "grounding.too_long_to_compare"
WEAK = "grounding.weakly_supported"
MOST_CHARACTERS = 20_000
"""Of one sentence. More is no sentence; it is held instead of compared for minutes."""
CONTRADICTING = frozenset({SPEAKER, NEGATION, "grounding.direction_contradicts_evidence"})
"""Rules that say more than "it is not there": the source says otherwise."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with `text[start:end]` of a sentence."""

    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Names:
    """Names known around a draft."""

    lexicon: frozenset[str] = frozenset()
    """Folded words that are names wherever they stand."""
    people: frozenset[str] = frozenset()


def faults(text: str, sources: Sources, *, names: Names) -> Iterator[Fault]:
    """Everything that the rules find."""
    if len(text) > MOST_CHARACTERS:
        yield Fault(TOO_LONG, 0, len(text))
        return
    for name in missing_names(text, sources, lexicon=names.lexicon):
        yield Fault(NAME, name.start, name.end)
    for start, end in altered_quotations(text, sources):
        yield Fault(QUOTATION, start, end)
    for name in wrong_speakers(text, sources, people=names.people):
        yield Fault(SPEAKER, name.start, name.end)
    for start, end in contradictions(text, sources):
        yield Fault(NEGATION, start, end)
    span = unfounded_negation(text, sources)
    if span is not None:
        yield Fault(UNFOUNDED, *span)
    span = raised(text, sources)
    if span is not None:
        yield Fault(MODALITY, *span)
