"""Answers to the questions of a questionnaire: what is said, on what it rests, and how far it can be trusted.

Invariant: an answer that claims anything has a source; without one it is `no_source`, which is an answer of its own
and never a yes. The confidence is the calibrated chance that a person who knows would accept the answer as it is.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.access import Visibility
from copilot.domain.drafts import Provenance, Segment
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language


class ShortForm(StrEnum):
    """What a yes-or-no question is answered with."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"
    NOT_APPLICABLE = "not_applicable"


class Dimension(StrEnum):
    """What the confidence is made of; each from 0 (bad) to 1."""

    RELEVANCE = "relevance"
    """How far the source speaks of what is asked."""
    SUPPORT = "support"
    """How far every sentence of the answer follows from its source."""
    FRESHNESS = "freshness"
    COMPLETENESS = "completeness"
    """How much of what is asked is answered."""
    CONSISTENCY = "consistency"
    """Whether other answers, earlier ones to this customer and newer documents say the same."""


class Route(StrEnum):
    """What happens with an answer next, by policy."""

    APPROVED = "approved"
    """Word for word an approved, current answer of the library."""
    HIGH = "high"
    EXPERT = "expert"
    NO_SOURCE = "no_source"


class NoticeCode(StrEnum):
    """What a reviewer should know about an answer."""

    STALE = "stale"
    """The library answer or document is past its review date."""
    SOURCE_CHANGED = "source_changed"
    """The library answer was written from an older version of its source."""
    NEWER_SOURCE_DIFFERS = "newer_source_differs"
    CONTRADICTS_ANSWER = "contradicts_answer"
    """Another answer in this questionnaire."""
    CONTRADICTS_EARLIER = "contradicts_earlier"
    """What this customer was told before."""
    INTENTION = "intention"
    """The source says what shall be done, not that it is done."""
    BLANK = "blank"
    """The source is a template with blanks."""
    OTHER_LANGUAGE = "other_language"
    """The source is quoted in its own language."""
    PARTLY = "partly"
    """Only a part of what is asked has a source."""
    TOO_LONG = "too_long"
    """It had to be cut to the limit."""
    ASKS_FOR_FILE = "asks_for_file"
    WITHHELD = "withheld"
    """A text that tries to give instructions was left out."""
    DOUBTED = "doubted"
    """A second model holds that the source speaks of another thing; the detail names it."""
    WORDS_ONLY = "words_only"
    """Some passages could be found by their words only when it was answered."""


class Notice(BaseModel):
    """One of those, with the details that a page shows: ids of questions, of evidence, a date."""

    model_config = ConfigDict(frozen=True)

    code: NoticeCode
    question_id: str | None = None
    evidence_id: str | None = None
    detail: str = ""
    """Language-free: an ISO date, a number, a title as the source writes it."""


class Confidence(BaseModel):
    """`value` is calibrated; the dimensions are what it was made from, and the worst one is what to look at."""

    model_config = ConfigDict(frozen=True)

    value: float = Field(ge=0, le=1)
    dimensions: Mapping[Dimension, float]

    @property
    def worst(self) -> Dimension:
        """The lowest dimension; of equals the first by the order of `Dimension`."""
        order = list(Dimension)
        return min(self.dimensions, key=lambda item: (self.dimensions[item], order.index(item)))

    @model_validator(mode="after")
    def _has_every_dimension(self) -> Self:
        if set(self.dimensions) != set(Dimension) or not all(0 <= value <= 1 for value in self.dimensions.values()):
            raise ValueError("a confidence names every dimension, each from 0 to 1")
        return self


class Expert(BaseModel):
    """Who is asked where nothing answers, and why them: they own or wrote the closest material."""

    model_config = ConfigDict(frozen=True)

    name: str
    """A person's name, or the team that the category belongs to."""
    user_id: str | None = None
    evidence_id: str | None = None


class RfpAnswer(BaseModel):
    """One answer, as the writer made it or a person left it."""

    model_config = ConfigDict(frozen=True)

    question_id: str
    language: Language
    short: ShortForm | None = None
    chosen: tuple[str, ...] = ()
    """Keys of the choices taken."""
    segments: tuple[Segment, ...] = ()
    """The prose; empty without a source."""
    evidence: tuple[Evidence, ...] = ()
    """What the segments cite, in citation order."""
    closest: tuple[Evidence, ...] = ()
    """Without a source: what comes closest and does not answer."""
    confidence: Confidence
    route: Route
    category: str
    """A key of `copilot/workflows/rfp/categories.toml`."""
    notices: tuple[Notice, ...] = ()
    expert: Expert | None = None
    library_entry_id: str | None = None
    """The library answer that it was taken from."""
    edited: bool = False
    """A person changed it, or chose it."""
    taken: str | None = None
    """Id of the passage among `closest` that a person took as the answer, while its words are as they were taken."""
    visibility: Visibility | None = None
    """The narrowest class of what it rested on before somebody changed it: their words may still say that."""
    provenance: Provenance | None = None
    """How its words came to be where a model was asked for them; None: by rules, or by a person."""

    @property
    def classes(self) -> frozenset[Visibility]:
        """The classes of knowledge that its words come from."""
        cited = {Visibility(item.visibility) for item in self.evidence if item.visibility}
        return frozenset(cited | ({self.visibility} if self.visibility else set()))

    @property
    def text(self) -> str:
        """The prose in one piece."""
        return " ".join(segment.text for segment in self.segments)

    @model_validator(mode="after")
    def _claims_nothing_without_a_source(self) -> Self:
        claims = self.short is not None or bool(self.chosen) or bool(self.segments)
        if self.route is Route.NO_SOURCE and claims and not self.edited:
            raise ValueError("an answer without a source claims nothing")
        return self
