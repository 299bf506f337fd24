"""The writer that needs no model: rules in, a colleague's notes out.

Invariant: deterministic. The same facts, texts and language give the same sections, and every sentence
carries the ids of its evidence.
"""

from collections.abc import Callable

from copilot.domain.drafts import Section, Segment
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.sections import (
    changes,
    commitments,
    data_problems,
    next_steps,
    opportunities,
    people,
    renewal,
    summary,
    trends,
)
from copilot.workflows.brief.words import SECTION_TITLES, pick

WRITERS: dict[str, Callable[[BriefContext], list[Line]]] = {
    "summary": summary.write,
    "changes": changes.write,
    "people": people.write,
    "opportunities": opportunities.write,
    "trends": trends.write,
    "commitments": commitments.write,
    "renewal": renewal.write,
    "next_steps": next_steps.write,
    "data_problems": data_problems.write,
}
"""Section key -> what writes it, in reading order."""


class OfflineWriter:
    """Writes every section from rules."""

    name = "offline"

    def write(self, context: BriefContext) -> tuple[Section, ...]:
        """Return all sections in order, none empty."""
        return tuple(section(context, key, WRITERS[key](context)) for key in WRITERS)


def section(context: BriefContext, key: str, lines: list[Line]) -> Section:
    """Number the lines of a section."""
    segments = tuple(
        Segment(id=f"{key}.{number}", text=line.text, evidence_ids=line.evidence_ids)
        for number, line in enumerate(lines, start=1)
    )
    return Section(key=key, title=pick(SECTION_TITLES[key], language=context.language), segments=segments)
