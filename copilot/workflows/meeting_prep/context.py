"""What a meeting's preparation is written from.

Invariant: everything was read as one viewer; an answer to a likely question comes with the evidence it quotes.
"""

from dataclasses import dataclass, field

from copilot.domain.evidence import Evidence
from copilot.domain.records import Contact
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.meeting_prep.upcoming import Meeting
from copilot.workflows.reading.types import Sentence


@dataclass(frozen=True, slots=True)
class Expected:
    """Something the customer will probably bring up, and what our documents answer."""

    sentence: Sentence
    is_question: bool
    answer: tuple[Line, ...] = ()


@dataclass(frozen=True)
class MeetingContext:
    """The account, the meeting, who will be there and what they may ask."""

    base: BriefContext
    meeting: Meeting | None
    attendees: tuple[Contact, ...]
    """Named by the user, or by what speaks of the meeting."""
    likely: tuple[Contact, ...]
    """Where nothing says who comes: those heard from lately."""
    on_record: tuple[Contact, ...] = ()
    """Where nobody was heard from lately: those whose stance matters most."""
    expected: tuple[Expected, ...] = ()
    found: dict[str, Evidence] = field(default_factory=dict)
    """Evidence of the answers, by id."""

    def evidence(self) -> dict[str, Evidence]:
        """Everything that can be cited, by id."""
        return self.base.book.all() | self.found
