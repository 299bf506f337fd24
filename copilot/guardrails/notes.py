"""What went differently while the draft was written, told to the reviewer."""

from collections.abc import Iterable

from copilot.domain.findings import Action, Finding, Severity
from copilot.guardrails.detector import Context, finding


class NotesDetector:
    """One finding per note of the provenance, e.g. that the model failed and the offline writer took over."""

    name = "notes"

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the class docstring."""
        for note in context.draft.provenance.notes:
            yield finding("draft.note", Severity.LOW, Action.FLAG, values={"note": note})
