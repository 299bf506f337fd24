"""What a meeting's summary is written from.

Invariant: everything was said or written in the one text that tells of the meeting; the rest of the account is there
to compare with.
"""

from dataclasses import dataclass

from copilot.domain.documents import StoredDocument
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.types import Observation, Sentence, Topic


@dataclass(frozen=True)
class TalkContext:
    """The account and the text."""

    base: BriefContext
    document: StoredDocument
    cast: Cast
    """Everybody around the account, with their sides."""

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Of the text, in reading order; what tries to instruct an assistant is not among them."""
        return tuple(item for item in self.base.reading.sentences if item.document_id == self.document.id)

    def observed(self, *topics: Topic) -> tuple[Observation, ...]:
        """Observations of these topics in it, in reading order, one per sentence."""
        found = [item for item in self.base.reading.about(*topics) if item.sentence.document_id == self.document.id]
        once = {item.sentence.order: item for item in sorted(found, key=lambda item: item.weight)}
        return tuple(once[order] for order in sorted(once))
