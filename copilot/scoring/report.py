"""What is written down about a model learnt from the records: how much there was, how good it is, what was suspicious.

Invariant: a report is data without words, kept with the model; a refusal has one too, with whatever was counted.
"""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from copilot.scoring.labels import DelaySource
from copilot.scoring.quality import Measure, Quality
from copilot.scoring.tables import Reason


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True)


class Needed(_Plain):
    """What there has to be at least."""

    rows: int
    of_an_outcome: int
    """Accounts, over all rows."""
    of_a_side: int
    """Accounts with either outcome, before the split by time and after it."""


class Counts(_Plain):
    """What there is."""

    accounts: int
    """That are rows on some day, or could be."""
    happened: int
    """Accounts for which what is learnt has happened on a known day."""
    happened_by: Mapping[str, int] = {}
    """The same by the record that holds the day."""
    without_day: int = 0
    """Left on a day that no record holds: they are no rows."""
    gone_before_they_came: int = 0
    """They are no rows either."""
    used_after_leaving: int = 0
    """Of those that are rows: a later use is on record."""
    unknown_rows: int = 0
    """Rows left out because nothing but time was known of them."""
    rows: int = 0
    positives: int = 0
    """Accounts with a row of that outcome."""
    negatives: int = 0
    first_day: date | None = None
    last_day: date | None = None
    days: int = 0
    sampled: float = 1.0
    """Share of the accounts that were learnt from."""


class DelayTold(_Plain):
    """After how many days an outcome is taken to be on record, and how that is known."""

    days: int
    source: DelaySource
    cases: int


class Side(_Plain):
    """One side of the split by time."""

    rows: int
    positives: int
    """Accounts."""
    negatives: int
    first_day: date | None
    last_day: date | None


class SplitTold(_Plain):
    """What was learnt from to judge, and what was judged on."""

    from_day: date
    embargo_days: int
    """Between the last day that was learnt from and the first that was judged on, at least."""
    times: int = 1
    """So often it was learnt anew, each time from what was on record by then, to judge the days that follow."""
    learnt: Side
    """The first time."""
    judged: Side


class Group(_Plain):
    """How the score holds in one group of accounts, or in one quarter."""

    column: str
    """Of the groups; `quarter` for a quarter."""
    name: str
    rows: int
    positives: int
    predicted: float
    observed: float
    low: float
    """95 % interval of `observed` (Wilson 1927)."""
    high: float
    auc: float | None
    """None for one outcome."""
    alerted: float | None = None
    """Share that an alert budget over all accounts gives this group."""
    deviates: bool = False
    """Predicted and observed differ by more than chance, at 5 % for all groups of the column together."""


class LatelyGroup(_Plain):
    """What happened in a group in the newest months."""

    column: str
    name: str
    rows: int
    happened: int
    expected: float
    """As often it would have happened by what was learnt."""
    deviates: bool
    """The group differs from the others by more than chance, at 5 % for all groups of the column together."""


class Lately(_Plain):
    """What happened in the newest months on record, some of them too new to be learnt from, and how the level of the
    score was moved to it. Groups are told and not moved."""

    first_day: date
    last_day: date
    happened: int
    expected: float
    factor: float
    """The odds of all were multiplied by this; 1 is as learnt."""
    groups: tuple[LatelyGroup, ...] = ()


class LeadTime(_Plain):
    """Who was among the highest scores some time before it happened."""

    budget: float
    """Share of the accounts of each day that is alerted; also what chance would find."""
    least_days: int
    happened: int
    """Accounts that could have been found: there was a score so many days before."""
    found: int
    """Alerted by their last score so many days before, or earlier."""
    share: float
    low: float
    high: float
    median_days: float | None
    """From the first day of unbroken alert until it happened, of those that were alerted when it did."""
    precision: float | None
    """Share of the alerted rows that came true within the horizon."""


class Shift(_Plain):
    """How far accounts of today are from those learnt from, in one column."""

    column: str
    index: float
    """Population stability index."""
    threshold: float
    is_shifted: bool


class Season(_Plain):
    """Whether a change over a quarter is a season, which a change over a year is not."""

    quarter: float
    """Share of the variance that lies between days (eta squared)."""
    year: float | None
    is_season: bool


class Compared(_Plain):
    """A new model beside the one in use."""

    other_id: str
    measure: Measure
    """`BRIER` on the same rows; `SKILL` where the figures are those that each had on rows of its own."""
    rows: int
    """That neither had learnt from; 0 where each has its own."""
    own: float
    other: float
    low: float
    """95 % interval of the difference, own less other."""
    high: float
    is_worse: bool
    """Beyond chance."""


class AlertsTold(_Plain):
    """What people said came of the alerts of one cause, up to the training."""

    cause: str
    right: int
    closed: int
    """With an outcome."""
    saved: int
    """They stayed, so their rows say that nothing was wrong."""


class LeftOutTold(_Plain):
    """A column that was not learnt from."""

    column: str
    reason: Reason
    detail: str = ""


class Report(_Plain):
    """Everything; kept as `ScoreModel.report`."""

    horizon_days: int
    rows: int = 0
    """Accounts on days, with an outcome that is on record."""
    positives: int = 0
    """Of these rows."""
    needed: Needed
    counts: Counts
    delay: DelayTold
    split: SplitTold | None = None
    quality: Quality | None = None
    quarters: tuple[Group, ...] = ()
    segments: tuple[Group, ...] = ()
    lead: LeadTime | None = None
    left_out: tuple[LeftOutTold, ...] = ()
    shifts: tuple[Shift, ...] = ()
    season: Season | None = None
    lately: Lately | None = None
    compared: Compared | None = None
    alerts: tuple[AlertsTold, ...] = ()
    used: tuple[str, ...] = ()
    """Columns of the model."""
    kept: tuple[str, ...] = ()
    """Columns that somebody vouched for."""
    known_since: Mapping[str, date] = {}
    """Those of which nothing was known of anybody on the first days: on earlier days they have no effect."""
