"""Does every sentence rest on something?

Invariant 1 starts here: a segment without evidence is found, and then has to be accepted by name.
"""

import unicodedata
from collections.abc import Iterable

from copilot.domain.drafts import Segment
from copilot.domain.figures import extract_figures
from copilot.domain.findings import Action, Finding, Severity
from copilot.guardrails.detector import Context, finding

_LEAD_IN_LIMIT = 160
"""Characters. What is longer than two lines says something, whatever it is marked as."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs"})
_HARMLESS = frozenset("\t\n\r\u00ad\u200c\u200d\ufe0f")
"""Breaks, soft hyphens and joiners."""


class CitationsDetector:
    """Finds sentences without a source, lead-ins that state facts, and characters that hide."""

    name = "citations"

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the module docstring."""
        for segment in context.draft.segments():
            if not segment.evidence_ids and not segment.uncited_reason:
                yield finding("grounding.segment_without_evidence", Severity.HIGH, Action.HOLD, segment=segment)
            elif not segment.evidence_ids and _states_a_fact(segment, context):
                yield finding("grounding.uncited_fact", Severity.HIGH, Action.HOLD, segment=segment)
            if hides_characters(segment.text):
                yield finding("text.hidden_characters", Severity.HIGH, Action.HOLD, segment=segment)


def hides_characters(text: str) -> bool:
    """Whether there is something in it that a person does not see."""
    return any(_is_hidden(char) for char in text)


def _states_a_fact(segment: Segment, context: Context) -> bool:
    return len(segment.text) > _LEAD_IN_LIMIT or bool(extract_figures(segment.text, language=context.draft.language))


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN and char not in _HARMLESS
