"""The explanation of an account's scores as data that every surface shows.

Invariant: sentences are in one language and finished; figures in them are those of their evidence.
"""

from dataclasses import dataclass
from datetime import date

from copilot.domain.evidence import Evidence
from copilot.domain.scores import Band, Missing, ScoreKind


@dataclass(frozen=True, slots=True)
class Sign:
    """One signal that moves a score."""

    name: str
    """A `Signal`, or a column of the account."""
    clause: str
    """What it says, to be put into a sentence."""
    effect: float
    """See `Part.effect`."""
    evidence: Evidence | None

    @property
    def sentence(self) -> str:
        """The clause alone."""
        return f"{self.clause[:1].upper()}{self.clause[1:]}."


@dataclass(frozen=True, slots=True)
class Change:
    """What the score would be if one signal were another."""

    name: str
    clause: str
    """What the signal would say."""
    value: float
    """The score then."""
    band: Band
    of_healthy: bool
    """Whether that is what the healthy customers that the viewer sees have in the middle; else what the scorecard
    counts as good."""
    sentence: str
    evidence: Evidence
    """The computation: its figures are those of the sentence."""


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier score."""

    value: float
    day: date
    sentence: str


@dataclass(frozen=True, slots=True)
class ScoreStory:
    """One score, or why there is none."""

    kind: ScoreKind
    title: str
    value: float | None
    shown: str
    """The value in words; a dash where there is none."""
    band: Band | None
    band_shown: str
    missing: Missing | None
    why_not: str
    """Empty where there is a value."""
    sentence: str
    good: tuple[Sign, ...] = ()
    """Those in the account's favour, the strongest first; for a probability of leaving they lower it."""
    bad: tuple[Sign, ...] = ()
    changes: tuple[Change, ...] = ()
    together: str = ""
    """What all changes together would make of it."""
    before: Before | None = None
    evidence: Evidence | None = None
    """The score itself, or that there is none."""

    @property
    def is_there(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some scores are not there, said once for all of them."""

    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Another account that was like this one, and what became of it."""

    account_id: str
    name: str
    left_on: date | None
    sentence: str
    """What became of it."""
    in_what: str
    """The signals in which both stand out in the same way; empty: none more than others."""
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How accounts ended that were like one."""

    alike: tuple[Alike, ...] = ()
    note: str = ""
    """Says when there are none, and of how many they were chosen."""


@dataclass(frozen=True, slots=True)
class AccountStory:
    """All scores of an account on a day."""

    account_id: str
    name: str
    day: date
    scores: tuple[ScoreStory, ...]
    """Health first; empty for an account that has none, see `nothing`."""
    alike: tuple[Alike, ...]
    alike_note: str
    """Says when there are none, and of how many they were chosen."""
    nothing: str = ""
    """Why there is no score at all."""
    reasons: tuple[Reason, ...] = ()
    """Of the scores that are not there."""

    @property
    def is_customer(self) -> bool:
        """Only customers have a health, and others to be compared with."""
        return self.of(ScoreKind.HEALTH) is not None

    def of(self, kind: ScoreKind) -> ScoreStory | None:
        """One of them."""
        return next((story for story in self.scores if story.kind is kind), None)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All that is cited, each once."""
        signs = [sign.evidence for story in self.scores for sign in (*story.bad, *story.good)]
        tried = [change.evidence for story in self.scores for change in story.changes]
        every = [*(story.evidence for story in self.scores), *signs, *tried, *(one.evidence for one in self.alike)]
        return tuple({item.id: item for item in every if item is not None}.values())
