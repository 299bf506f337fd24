"""The writer of answers that needs no model.

Invariant: it writes what the steps found and nothing else; the same findings give the same answer. What two steps
found alike is said once, and a section that only repeats is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from copilot import __version__
from copilot.domain.drafts import Provenance
from copilot.workflows.chat.contract import Answer, Found, Line, Scene

MOST_LINES = 24
"""Of one section. The most telling come first, so that what is cut is said least."""


class OfflineAnswerWriter:
    """Joins what was found."""

    def __init__(self, *, notes: Sequence[str] = ()) -> None:
        """`notes`: what its readers should know about how the answer came to be."""
        self._notes = tuple(notes)

    def write(self, found: tuple[Found, ...], scene: Scene, *, tell: Callable[[str], None]) -> Answer:  # noqa: ARG002
        """See `AnswerWriter`."""
        provenance = Provenance(writer="offline", code_version=__version__, notes=self._notes)
        return Answer(found=shortened(found), provenance=provenance)


def shortened(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Every line once, in the first section that has it; no section longer than its reader would read."""
    said: set[tuple[str, tuple[str, ...]]] = set()
    kept = []
    for part in found:
        lines = []
        for line in part.lines:
            if (key := _key(line)) not in said:
                said.add(key)
                lines.append(line)
        if lines or part.filed:
            kept.append(replace(part, lines=tuple(lines[:MOST_LINES])))
    return tuple(kept)


def _key(line: Line) -> tuple[str, tuple[str, ...]]:
    return " ".join(line.text.casefold().split()), line.evidence_ids
