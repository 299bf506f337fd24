"""What drafts came to, counted so that parts add up to the whole.

Invariants: every draft has exactly one fate; a tally is a sum over drafts, so the tallies of any division of them add
up to that of all; a share, a middle or a mean is given only with how many cases it rests on and an interval, and from
few cases not at all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from math import ceil, floor, sqrt

from copilot.domain.drafts import DraftKind
from copilot.domain.proportions import Share

PACKAGE = "rfp_package"
"""A questionnaire filled in, which is a draft of kind `rfp_answer` made of answers that were approved before."""
KINDS = (*(kind.value for kind in DraftKind), PACKAGE)
"""Everything that is counted apart."""
_Z = 1.959964
_SECONDS_OF_MINUTE = 60
_SECONDS_OF_HOUR = 3600


class Fate(StrEnum):
    """What became of a draft; see `copilot.workflows.value.outputs.fate_of`."""

    UNCHANGED = "unchanged"
    """Approved, and people changed no word of what the copilot wrote."""
    EDITED = "edited"
    """Approved after people changed words."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    """Taken back by a person, before or after its approval."""
    LAPSED = "lapsed"
    """It expired, or its sources changed before it left."""
    WAITING = "waiting"


ACCEPTED = frozenset({Fate.UNCHANGED, Fate.EDITED})
JUDGED = ACCEPTED | {Fate.REJECTED}
"""Somebody decided about it, and that stands."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """An amount of time by hand: likely, and between which bounds it lies by assumption."""

    low: int
    likely: int
    high: int

    def __add__(self, other: "Minutes") -> "Minutes":
        return Minutes(self.low + other.low, self.likely + other.likely, self.high + other.high)


NO_MINUTES = Minutes(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Hours:
    """The same in hours; may be below zero."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True)
class Output:
    """One draft that was put into the queue, with all its versions."""

    draft_id: str
    kind: str
    """A `DraftKind`, or `PACKAGE`."""
    requester_id: str
    filed_at: datetime
    fate: Fate
    hours_in_queue: float | None
    """From the first filing to the decision that stands; None where there is none."""
    distance: float | None
    """Of an accepted one: words that people changed, as a share of the longer text; None: a text was erased."""
    review_seconds: int
    cost_usd: Decimal
    """What its model calls cost, as far as that is known."""
    by_model: bool
    cost_unknown: bool
    """A model without a known price wrote some of it."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over drafts."""

    fates: Mapping[Fate, int]
    by_hand: Minutes
    """What the accepted ones would have taken by hand."""
    review_seconds: int
    """Of all of them, whatever became of them."""
    cost_usd: Decimal
    by_model: int
    cost_unknown: int

    @property
    def outputs(self) -> int:
        return sum(self.fates.values())

    @property
    def accepted(self) -> int:
        return sum(self.fates[fate] for fate in ACCEPTED)

    @property
    def judged(self) -> int:
        return sum(self.fates[fate] for fate in JUDGED)

    @property
    def hours_saved(self) -> Hours:
        """Time by hand less the time of all reviews, those of refused drafts included."""
        low, likely, high = (
            (minutes * _SECONDS_OF_MINUTE - self.review_seconds) / _SECONDS_OF_HOUR
            for minutes in (self.by_hand.low, self.by_hand.likely, self.by_hand.high)
        )
        return Hours(low, likely, high)

    @property
    def cost_of_accepted(self) -> Decimal | None:
        """US dollars per accepted draft; None without one, or where a price is not known."""
        return self.cost_usd / self.accepted if self.accepted and not self.cost_unknown else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            fates={fate: self.fates[fate] + other.fates[fate] for fate in Fate},
            by_hand=self.by_hand + other.by_hand,
            review_seconds=self.review_seconds + other.review_seconds,
            cost_usd=self.cost_usd + other.cost_usd,
            by_model=self.by_model + other.by_model,
            cost_unknown=self.cost_unknown + other.cost_unknown,
        )


NOTHING = Tally(dict.fromkeys(Fate, 0), NO_MINUTES, 0, Decimal(0), 0, 0)


def tally(outputs: Sequence[Output], *, by_hand: Mapping[str, Minutes]) -> Tally:
    """Add up. `by_hand`: minutes by kind; raises KeyError for a kind it does not know."""
    fates = Counter(output.fate for output in outputs)
    return Tally(
        fates={fate: fates[fate] for fate in Fate},
        by_hand=sum((by_hand[one.kind] for one in outputs if one.fate in ACCEPTED), start=NO_MINUTES),
        review_seconds=sum(output.review_seconds for output in outputs),
        cost_usd=sum((output.cost_usd for output in outputs), start=Decimal(0)),
        by_model=sum(output.by_model for output in outputs),
        cost_unknown=sum(output.cost_unknown for output in outputs),
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of `cases` with its 95 % interval; nothing but the cases where they are too few."""

    cases: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def quantile(values: Iterable[float], share: float, *, least: int) -> Estimate:
    """The value that a `share` of all does not exceed, interpolated between ranks as PostgreSQL's `percentile_cont`.

    The interval is between order statistics, whatever the distribution (Conover 1999, Practical Nonparametric
    Statistics, ch. 3.2); its ends cannot lie beyond the smallest and the largest value.
    """
    ordered = sorted(values)
    count = len(ordered)
    if count < least or not ordered:
        return Estimate(count)
    place = share * (count - 1)
    below, above = ordered[floor(place)], ordered[ceil(place)]
    half = _Z * sqrt(count * share * (1 - share))
    low = max(1, floor(count * share - half))
    high = min(count, ceil(count * share + half) + 1)
    value = below + (above - below) * (place - floor(place))
    return Estimate(count, value, ordered[low - 1], ordered[high - 1])


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some drafts: sums, and what is estimated from them."""

    tally: Tally
    accepted: Share
    """Of those that were decided."""
    unchanged: Share
    """Of the accepted ones."""
    median_hours: Estimate
    """In the queue, of those that were decided."""
    p90_hours: Estimate
    distance: Estimate
    """Mean, of the accepted ones whose texts are still there; an unchanged one has none."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the drafts, by what they have in common."""

    key: str
    """The Monday of a week, the id of a team (empty: none), or a kind."""
    name: str
    """Of a team."""
    figures: Figures


@dataclass(frozen=True, slots=True)
class Cell:
    """The sums of one week, team and kind."""

    week: date
    team_id: str
    team_name: str
    kind: str
    tally: Tally
