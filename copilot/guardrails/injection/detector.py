"""Text of third parties that talks to the assistant instead of to us.

What is found warns the reviewer. What protects is structural (nothing a third party wrote can choose a tool, a
recipient or a right), so an attack that is missed costs a warning, not a leak.
"""

from collections.abc import Iterable

from copilot.domain.evidence import Origin
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.guardrails.detector import Context, Text, finding
from copilot.guardrails.injection.disguise import normalised
from copilot.guardrails.injection.rules import instruction_in


class InjectionDetector:
    """Warns of instructions in third-party evidence and, more sharply, in the draft's own sentences."""

    name = "injection"

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the class docstring. Words quoted from a source count as the source's, not as the draft's."""
        quoted: list[str] = []
        for evidence in context.draft.evidence:
            quote = None if evidence.origin is Origin.INTERNAL else instruction_in(evidence.text)
            if quote is not None:
                quoted.append(normalised(evidence.text))
                yield finding(
                    "injection.in_source",
                    Severity.MEDIUM,
                    Action.FLAG,
                    evidence_id=evidence.id,
                    values={"quote": quote},
                )
        for segment in context.draft.segments():
            quote = instruction_in(segment.text)
            if quote is None:
                continue
            copied = any(normalised(quote) in source for source in quoted)
            severity = Severity.MEDIUM if copied else Severity.HIGH
            yield finding("injection.in_draft", severity, Action.HOLD, segment=segment, values={"quote": quote})

    def inspect_text(self, text: Text) -> Iterable[Finding]:
        """Instructions in a text: a person who types them is flagged, a source that carries them is data."""
        quote = instruction_in(text.content)
        if quote is not None:
            rule = "injection.in_input" if text.stage is Stage.INPUT else "injection.in_source"
            yield finding(rule, Severity.MEDIUM, Action.FLAG, values={"quote": quote})
