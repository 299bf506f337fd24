"""Two drafts compared word by word, over HTTP."""

from pydantic import BaseModel

from copilot.approvals.comparison import Change, ChangedLine, Comparison


class PartOut(BaseModel):
    """Words that were kept, removed or added."""

    change: Change
    text: str


class LineOut(BaseModel):
    """A sentence, or a detail of the draft, that is not as it was."""

    place: str
    segment_id: str | None
    parts: list[PartOut]
    other_sources: bool

    @classmethod
    def of(cls, line: ChangedLine) -> "LineOut":
        """A line as compared."""
        return cls(
            place=line.place,
            segment_id=line.segment_id,
            parts=[PartOut(change=part.change, text=part.text) for part in line.parts],
            other_sources=line.other_sources,
        )


class ComparisonOut(BaseModel):
    """Only what differs; `unchanged` counts the sentences that are as they were."""

    before: str
    after: str
    same: bool
    unchanged: int
    details: list[LineOut]
    lines: list[LineOut]

    @classmethod
    def of(cls, comparison: Comparison, *, before: str, after: str) -> "ComparisonOut":
        """A comparison of two items."""
        return cls(
            before=before,
            after=after,
            same=comparison.same,
            unchanged=comparison.unchanged,
            details=[LineOut.of(line) for line in comparison.details],
            lines=[LineOut.of(line) for line in comparison.lines],
        )
