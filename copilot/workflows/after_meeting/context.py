"""What a meeting's summary is written from.

Invariant: everything was said or written in the one text that tells of the meeting; the rest of the account is there
to compare with.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from copilot.domain.documents import StoredDocument
from copilot.domain.evidence import Origin
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.reading.instructions import split_off
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.types import Observation, Sentence, Topic


@dataclass(frozen=True)
class TalkContext:
    """The account and the text."""

    base: BriefContext
    document: StoredDocument
    cast: Cast
    """Everybody around the account, with their sides."""

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Of the text, in reading order; what tries to instruct an assistant is not among them.

        Notes count as ours elsewhere; here they may hold what somebody else wrote and a colleague pasted.
        """
        ours = [item for item in self.base.reading.sentences if item.document_id == self.document.id]
        as_if_theirs = [replace(item, origin=Origin.CUSTOMER) for item in ours]
        kept = {item.order for item in split_off(as_if_theirs, {self.document.id: self.document.text})[0]}
        return tuple(item for item in ours if item.order in kept)

    def observed(self, *topics: Topic) -> tuple[Observation, ...]:
        """Observations of these topics in it, in reading order, one per sentence."""
        found = [item for item in self.base.reading.about(*topics) if item.sentence.document_id == self.document.id]
        once = {item.sentence.order: item for item in sorted(found, key=lambda item: item.weight)}
        return tuple(once[order] for order in sorted(once))
