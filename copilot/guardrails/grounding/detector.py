"""Looks at every cited sentence of a draft for names, quotations, speakers, negations and firmness that its sources
do not carry, and for wording that departs from them.

Invariant: what a rule finds holds the draft; the learned score by itself only flags.
"""

from collections.abc import Iterable, Iterator

from copilot.domain.drafts import Segment
from copilot.domain.findings import Action, Finding, Severity
from copilot.guardrails.detector import Context, finding
from copilot.guardrails.grounding.names import name_lexicon
from copilot.guardrails.grounding.rules import MOST_CHARACTERS, WEAK, Names, faults
from copilot.guardrails.grounding.score import is_weak, weaknesses
from copilot.guardrails.grounding.sources import Sources, name_parts
from copilot.guardrails.grounding.states import WORD_STATES
from copilot.guardrails.grounding.vocabulary import NO_NAMES

_MOST_SHOWN = 80
"""Characters of the sentence repeated in an explanation."""


class GroundingDetector:
    """Compares each sentence with the evidence it cites, and nothing else."""

    name = "grounding"

    def prepare(self) -> None:
        """Load the network over words, a second or two, once per process."""
        _ = WORD_STATES.available

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the module docstring."""
        names = _names(context)
        cited = [
            (segment, _sources(segment, context, names))
            for segment in context.draft.segments()
            if segment.evidence_ids and context.cited(segment)
        ]
        for segment, sources in cited:
            yield from _by_rule(segment, sources, names)
        if cited and not WORD_STATES.available:
            yield finding("grounding.wording_not_compared", Severity.INFO, Action.ALLOW)
        yield from _by_score(cited)


def _by_rule(segment: Segment, sources: Sources, names: Names) -> Iterator[Finding]:
    for fault in faults(segment.text, sources, names=names):
        yield finding(
            fault.rule,
            Severity.HIGH,
            Action.HOLD,
            segment=segment,
            span=(fault.start, fault.end),
            values={"words": _shown(segment.text[fault.start : fault.end])},
        )


def _by_score(cited: list[tuple[Segment, Sources]]) -> Iterator[Finding]:
    scores = weaknesses([(segment.text, sources) for segment, sources in cited])
    for (segment, _), score in zip(cited, scores, strict=True):
        if score is not None and is_weak(score):
            yield finding(
                WEAK,
                Severity.MEDIUM,
                Action.FLAG,
                segment=segment,
                span=(score.start, score.end),
                values={"words": _shown(segment.text[score.start : score.end])},
                score=score.value,
            )


def _sources(segment: Segment, context: Context, names: Names) -> Sources:
    own = context.draft.account_name
    return Sources(
        context.cited(segment),
        voices=context.surroundings.voices,
        own_names=frozenset({own} if own else ()),
        people=names.people,
    )


def _names(context: Context) -> Names:
    """Words that are names in the draft, its evidence or the records around it."""
    around = context.surroundings
    texts = [segment.text[:MOST_CHARACTERS] for segment in context.draft.segments()]
    texts += [item.text[:MOST_CHARACTERS] for item in context.current.values()]
    known = {part for name in around.known_names | around.organisations for part in name_parts(name)}
    people = around.known_names | {name for voice in around.voices.values() for name in voice.people if "@" not in name}
    return Names(lexicon=name_lexicon(texts) | (known - NO_NAMES), people=frozenset(people))


def _shown(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
