"""What reading the texts of an account yields.

Invariant: `document text[sentence.start:sentence.end] == sentence.text`, so a citation opens exactly what it
quotes. Text of a third party is data: a sentence that tries to instruct an assistant is set apart.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Origin
from copilot.domain.language import Language


class Side(StrEnum):
    """Who speaks, seen from us."""

    US = "us"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document, with who said it and when."""

    document_id: str
    passage_id: str
    start: int
    end: int
    text: str
    language: Language
    title: str
    kind: DocumentKind
    origin: Origin
    day: date
    order: int
    """Position in reading order across all documents, oldest first."""
    side: Side
    speaker: str | None
    """Name of who wrote or said it, where it is known."""
    addressee: str | None = None


class Topic(StrEnum):
    """What an observation is about."""

    COMPETITOR = "competitor"
    RISK = "risk"
    PRAISE = "praise"
    STAKEHOLDER = "stakeholder"
    DECISION = "decision"
    BUDGET = "budget"
    POSTPONED = "postponed"
    EXPANSION = "expansion"
    INCIDENT = "incident"
    DISCREPANCY = "discrepancy"
    """A text itself says that two sources differ."""
    INSTRUCTION = "instruction"


@dataclass(frozen=True, slots=True)
class Observation:
    """A sentence that says something about a topic; `subject` is a name it is about (a competitor, a person)."""

    topic: Topic
    sentence: Sentence
    subject: str | None = None
    weight: int = 1
    """How telling it is: more cues, a figure, the customer's own words."""


class CommitmentStatus(StrEnum):
    KEPT = "kept"
    OPEN = "open"
    """Not due yet, or no date was given and nothing later speaks of it."""
    NO_EVIDENCE = "no_evidence"
    """The date has passed and nothing in the texts shows that it was kept."""
    MISSED = "missed"
    """Somebody says in so many words that it was not kept."""


@dataclass(frozen=True, slots=True)
class DueDate:
    """When something was promised for: the words of the text and the day they mean."""

    day: date
    words: str
    exact: bool = True
    """Whether the words name the day itself, not a month or a week."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise by one side, and what became of it."""

    by: Side
    who: str | None
    sentence: Sentence
    due: DueDate | None
    status: CommitmentStatus
    proof: Sentence | None = None
    """The later sentence that shows it kept or missed."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something the customer asked that no later text of ours answers."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Claim:
    """A value that a text states for something the records hold too."""

    about: str
    """Record field: `renewal_date`, `seats_licensed`, `arr`, `amount`, `close_date`, `decision_maker`."""
    value: str
    """Canonical: ISO date, plain decimal."""
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a text that its reader must know, e.g. that hidden words were left out of it."""

    document_id: str
    title: str
    day: date
    text: str
    """As the parser said it, see `copilot.domain.document_messages`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read in the texts of one account."""

    documents: int = 0
    sentences: tuple[Sentence, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    questions: tuple[Question, ...] = ()
    observations: tuple[Observation, ...] = ()
    claims: tuple[Claim, ...] = ()
    notices: tuple[Notice, ...] = ()
    last_heard: dict[str, Sentence] = field(default_factory=dict)
    """Person (lower-case name) -> a sentence of the last text they wrote or spoke in."""

    def about(self, *topics: Topic) -> tuple[Observation, ...]:
        """Observations of these topics, newest first."""
        found = [item for item in self.observations if item.topic in topics]
        return tuple(sorted(found, key=lambda item: -item.sentence.order))

    def most_telling(self, *topics: Topic, since: date, limit: int) -> tuple[Observation, ...]:
        """The weightiest observations of these topics since a day, one per text, newest first."""
        recent = [item for item in self.about(*topics) if item.sentence.day >= since]
        by_weight = sorted(recent, key=lambda item: (item.weight, item.sentence.order))
        once = list({item.sentence.document_id: item for item in by_weight}.values())
        best = sorted(once, key=lambda item: (-item.weight, -item.sentence.order))[:limit]
        return tuple(sorted(best, key=lambda item: -item.sentence.order))
