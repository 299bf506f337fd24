"""The verdict on one sentence: supported, weakly supported, unsupported or contradicted.

Invariant: a pure function of the sentence and its evidence; the worst reason decides, and a sentence without
evidence is unsupported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from copilot.domain.evidence import Evidence
from copilot.domain.figures import extract_figures, says_the_same
from copilot.domain.language import Language
from copilot.guardrails.figures import evidence_figures
from copilot.guardrails.grounding.names import name_lexicon
from copilot.guardrails.grounding.rules import CONTRADICTING, MOST_CHARACTERS, WEAK, Fault, Names, faults
from copilot.guardrails.grounding.score import is_weak, weakness
from copilot.guardrails.grounding.sources import Sources
from copilot.store.voices import Voice

FIGURE = "grounding.number_not_in_evidence"


class Support(StrEnum):
    """How well a sentence rests on what it cites."""

    SUPPORTED = "supported"
    WEAKLY_SUPPORTED = "weakly_supported"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class SupportVerdict:
    """The verdict and its reasons, as places in the sentence."""

    support: Support
    reasons: tuple[Fault, ...] = ()
    weakness: float | None = None
    """0 to 1: how much the wording departs from the sources. None: nothing to judge it by."""


def support(
    segment_text: str,
    evidence: Sequence[Evidence],
    language: Language,
    *,
    voices: Mapping[str, Voice] | None = None,
    people: frozenset[str] = frozenset(),
) -> SupportVerdict:
    """Judge one sentence by its cited evidence. `voices` and `people`: who said it, and who is known, if read."""
    if not evidence:
        return SupportVerdict(Support.UNSUPPORTED)
    sources = Sources(tuple(evidence), voices or {}, people=people)
    texts = [segment_text, *(item.text for item in evidence), *people]
    lexicon = name_lexicon([text[:MOST_CHARACTERS] for text in texts])
    found = [*_figures(segment_text, evidence, language), *faults(segment_text, sources, names=Names(lexicon, people))]
    score = weakness(segment_text, sources)
    if score is not None and is_weak(score):
        found.append(Fault(WEAK, score.start, score.end))
    return SupportVerdict(_worst(found), tuple(found), score.value if score else None)


def _worst(found: Sequence[Fault]) -> Support:
    rules = {fault.rule for fault in found}
    if rules & CONTRADICTING:
        return Support.CONTRADICTED
    if rules - {WEAK}:
        return Support.UNSUPPORTED
    return Support.WEAKLY_SUPPORTED if rules else Support.SUPPORTED


def _figures(text: str, evidence: Sequence[Evidence], language: Language) -> list[Fault]:
    known = [figure for item in evidence for figure in evidence_figures(item)]
    return [
        Fault(FIGURE, figure.start, figure.end)
        for figure in extract_figures(text, language=language)
        if not any(says_the_same(figure, item) for item in known)
    ]
