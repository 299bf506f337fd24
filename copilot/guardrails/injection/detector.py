"""Text of third parties that talks to the assistant instead of to us.

What is found warns the reviewer. What protects is structural (nothing a third party wrote can choose a tool, a
recipient or a right), so an attack that is missed costs a warning, not a leak.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from copilot.domain.evidence import Evidence, Origin
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.guardrails.detector import Context, Text, finding
from copilot.guardrails.injection.disguise import normalised
from copilot.guardrails.injection.rules import instruction_in
from copilot.guardrails.injection.search import MOST_CHARACTERS, Suspicion, Way, suspicions
from copilot.guardrails.injection.tasks import task_model

_MOST_FINDINGS = 20
"""Of one text. Twenty warnings say all that a hundred would."""
_CONCEALED = {Way.HIDDEN: "injection.hidden_text", Way.ENCODED: "injection.encoded"}


class InjectionDetector:
    """Warns of instructions in third-party evidence and, more sharply, in the draft's own sentences."""

    name = "injection"

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the class docstring. Words quoted from a source count as the source's, not as the draft's."""
        quoted: list[str] = []
        for evidence in context.draft.evidence:
            found = [] if evidence.origin is Origin.INTERNAL else list(_in_source(evidence))
            if found:
                quoted.append(normalised(evidence.text))
                yield max(found, key=lambda item: item.severity.rank)
        for segment in context.draft.segments():
            quote = instruction_in(segment.text)
            if quote is None:
                continue
            copied = any(normalised(quote) in source for source in quoted)
            severity = Severity.MEDIUM if copied else Severity.HIGH
            yield finding("injection.in_draft", severity, Action.HOLD, segment=segment, values={"quote": quote})

    def inspect_text(self, text: Text) -> Iterable[Finding]:
        """Instructions in a text: a person who types them is flagged, a source that carries them is data.

        A person may set the assistant any task; in what a third party wrote, a task is out of place.
        """
        typed = text.stage is Stage.INPUT
        plain = "injection.in_input" if typed else "injection.in_source"
        for item in islice(suspicions(text.content, tasks=None if typed else task_model()), _MOST_FINDINGS):
            yield _finding(item, plain=plain)
        if len(text.content) > MOST_CHARACTERS:
            yield finding(
                "injection.not_read_to_the_end",
                Severity.MEDIUM,
                Action.FLAG,
                span=(MOST_CHARACTERS, len(text.content)),
            )


def _in_source(evidence: Evidence) -> Iterator[Finding]:
    for item in islice(suspicions(evidence.text, tasks=task_model()), _MOST_FINDINGS):
        yield _finding(item, plain="injection.in_source", evidence_id=evidence.id)


def _finding(item: Suspicion, *, plain: str, evidence_id: str | None = None) -> Finding:
    """Concealing an instruction shows intent, so it weighs more than one in plain sight."""
    rule = _CONCEALED.get(item.way, "injection.out_of_place" if item.way is Way.TASK else plain)
    severity = Severity.HIGH if item.way in _CONCEALED else Severity.MEDIUM
    return finding(
        rule,
        severity,
        Action.FLAG,
        # A place in a source is no place in a sentence of the draft.
        span=None if evidence_id else item.span,
        evidence_id=evidence_id,
        values={"quote": item.quote},
        score=item.score,
    )
