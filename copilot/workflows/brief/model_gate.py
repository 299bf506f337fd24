"""What of the evidence a model may be given: every text passes the guardrails' context stage first.

Invariant: a text that the stage blocks or holds, or that seems to instruct the assistant, is not given to the model; it
is counted and said, never dropped in silence. A check that fails keeps the text out. Personal data in what passes is
the vault's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.findings import Action, Finding, Stage
from copilot.domain.personal_data import Hints
from copilot.guardrails.pipeline import Guardrails

_STOPS = frozenset({Action.BLOCK, Action.HOLD})


@dataclass
class ContextGate:
    """Decides text by text, for one question to a model."""

    guardrails: Guardrails
    hints: Hints
    kept_out: set[str] = field(default_factory=set)
    """Ids of the evidence that the model was not given."""

    def admits(self, item: Evidence) -> bool:
        """Whether the model may read it. Figures that we computed and fields that we filled in are ours."""
        if item.origin is Origin.INTERNAL and item.kind is not EvidenceKind.PASSAGE:
            return True
        report = self.guardrails.check_text(item.text, stage=Stage.CONTEXT, origin=item.origin, hints=self.hints)
        if _stopped(report.findings):
            self.kept_out.add(item.id)
            return False
        return True


def _stopped(findings: Iterable[Finding]) -> bool:
    return any(item.action in _STOPS or item.rule.startswith("injection.") for item in findings)
