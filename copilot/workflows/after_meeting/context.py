"""What a meeting's summary is written from.

Invariant: everything was said or written in the one text that tells of the meeting; the rest of the account is there
to compare with.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.evidence import Origin
from copilot.workflows.after_meeting.minutes import Mark, Minutes, NoteLine
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.reading.instructions import split_off
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.types import Observation, Sentence, Side, Topic

_SAY_NOTHING = frozenset({Mark.TITLE, Mark.PEOPLE})


@dataclass(frozen=True)
class TalkContext:
    """The account and the text."""

    base: BriefContext
    document: StoredDocument
    cast: Cast
    """Everybody around the account, with their sides."""

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Of the text, in reading order, without headings of notes and lists of who was there."""
        if not self.is_noted:
            return self.everything
        return tuple(self._as_noted(item) for item in self.everything if self._mark(item) not in _SAY_NOTHING)

    @cached_property
    def everything(self) -> tuple[Sentence, ...]:
        """All of the text but what tries to instruct an assistant.

        Notes count as ours elsewhere; here they may hold what somebody else wrote and a colleague pasted.
        """
        ours = [item for item in self.base.reading.sentences if item.document_id == self.document.id]
        as_if_theirs = [replace(item, origin=Origin.CUSTOMER) for item in ours]
        kept = {item.order for item in split_off(as_if_theirs, {self.document.id: self.document.text})[0]}
        return tuple(item for item in ours if item.order in kept)

    @cached_property
    def is_noted(self) -> bool:
        """Whether the text is notes, not a conversation with speakers."""
        return self.document.kind is DocumentKind.NOTE or not any(block.speaker for block in self.document.blocks)

    @cached_property
    def minutes(self) -> Minutes:
        """How the notes are laid out."""
        return Minutes(self.document, self.cast)

    def line_of(self, sentence: Sentence) -> NoteLine | None:
        """The line of the notes in which a sentence begins."""
        return self.minutes.of(sentence.start) if self.is_noted else None

    def _mark(self, sentence: Sentence) -> Mark | None:
        line = self.line_of(sentence)
        return line.mark if line else None

    def _as_noted(self, sentence: Sentence) -> Sentence:
        """With the person before the colon as who speaks, where one is known."""
        line = self.line_of(sentence)
        if line is None or line.person is None or line.person.side is Side.UNKNOWN:
            return sentence
        return replace(sentence, speaker=None if line.person.is_group else line.person.name, side=line.person.side)

    def observed(self, *topics: Topic) -> tuple[Observation, ...]:
        """Observations of these topics in it, in reading order, one per sentence."""
        found = [item for item in self.base.reading.about(*topics) if item.sentence.document_id == self.document.id]
        once = {item.sentence.order: item for item in sorted(found, key=lambda item: item.weight)}
        return tuple(once[order] for order in sorted(once))
