"""Everything that one follow-up is written from.

Invariant: what a writer may cite is in `points` and `answers`, and nowhere else: the records and texts behind them are
there to name days and people, not to be quoted.
"""

from dataclasses import dataclass, field

from copilot.domain.access import Viewer
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.follow_up.answers import Answered, Proposed
from copilot.workflows.follow_up.choices import Manner
from copilot.workflows.follow_up.points import Points
from copilot.workflows.follow_up.recipients import Recipients
from copilot.workflows.follow_up.sources import Conversation
from copilot.workflows.follow_up.wording import Wording
from copilot.workflows.instructions import Instruction


@dataclass(frozen=True)
class FollowUpContext:
    """One email to be written."""

    viewer: Viewer
    base: BriefContext
    """Facts, texts and evidence of the account in the email's language."""
    talk: Conversation
    recipients: Recipients
    manner: Manner
    points: Points
    answers: tuple[Answered, ...] = ()
    proposed: tuple[Proposed, ...] = ()
    """Documents that a person could attach."""
    instruction: Instruction | None = None
    asked: str = ""
    """What the person who asks for it said, in their own words."""
    say: Wording = field(init=False)

    def __post_init__(self) -> None:
        country = self.base.facts.account.country
        words = Wording(self.manner, readers=len(self.recipients.to), country=country)
        object.__setattr__(self, "say", words)

    @property
    def language(self) -> Language:
        return self.manner.language

    def evidence(self) -> dict[str, Evidence]:
        """Everything that was handed an id, by id."""
        shared = {item.answer.id: item.answer for item in self.answers}
        return {**self.base.book.all(), **shared}

    def note(self, *, es: str, en: str) -> str:
        """A note for the person who asked, in their language: the email's may be another."""
        return es if self.viewer.language == Language.ES else en
