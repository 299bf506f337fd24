"""A portfolio of invented customers, and the truth about it: who is in which trouble since when, and who leaves of it.

Invariant: a customer leaves by a weekly hazard that depends on nothing but what is written here: a base rate, troubles
with a known beginning, the weeks before a renewal, and one segment in which everything is worse from a known week on.
What the records show of it is made elsewhere (`invented_records`) and feeds nothing back. The same seed gives the same
portfolio.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEEK = 7
WEEKS = 208
START = date(2022, 11, 21)
"""A Monday; the records begin here."""
TRAINED = 156
"""Week on whose first day a model is trained: three years of records, of which the first only serves to look back."""
BASE = 0.0005
"""Weekly hazard of those without trouble: 2.6 % a year, which nothing announces."""
ONSETS = 0.0009
"""Chance per week and cause that trouble begins: 4.7 % a year for each of six."""
QUIET_WEEKS = 4
FULL_WEEKS = 16
"""The hazard of a trouble rises from nothing to all of it between these weeks: contracts have notice periods."""
RESOLVED = 0.025
"""Chance per week that trouble is over again, once it has lasted `QUIET_WEEKS` twice."""
RENEWAL_WEEKS, BEFORE_RENEWAL, OTHERWISE = 8, 2.0, 0.82
SHIFT = 2.5
"""Factor on every hazard of one segment..."""
SHIFTED_FROM = TRAINED - 40
"""...from this week on."""
SHIFTED_SEGMENT = "Mid-Market"
FIRST_WEEKS = 8
"""Nobody leaves so soon after joining."""
_YEAR = 52
_MEAN_DELAY, _DELAY_SPREAD = 18.0, 0.6
_MOST_DELAY = 75


class Cause(StrEnum):
    """Why a customer leaves."""

    USE = "use"
    CHAMPION = "champion"
    SUPPORT = "support"
    SILENCE = "silence"
    UNPAID = "unpaid"
    COMPETITOR = "competitor"
    NONE = "none"
    """The base rate: nothing announced it."""


CAUSES = tuple(cause for cause in Cause if cause is not Cause.NONE)
STRENGTHS = {
    Cause.USE: 0.030,
    Cause.CHAMPION: 0.024,
    Cause.SUPPORT: 0.030,
    Cause.SILENCE: 0.026,
    Cause.UNPAID: 0.032,
    Cause.COMPETITOR: 0.030,
}
"""Weekly hazard of a trouble at its full."""

_SEGMENTS = (("SMB", 12, 0.5), (SHIFTED_SEGMENT, 60, 0.3), ("Enterprise", 300, 0.2))
"""Name, median of the seats, share."""
_COUNTRIES = (("ES", "es"), ("MX", "es"), ("CL", "es"), ("GB", "en"), ("IE", "en"), ("US", "en"))
_INDUSTRIES = ("Manufacturing", "Retail", "Logistics", "Health care", "Education", "Construction")
"""Without effect."""
_FIRST = ("Arbo", "Brim", "Calde", "Dorn", "Elva", "Fener", "Gavi", "Holm", "Irba", "Jarrow", "Kell", "Lumbre", "Morga")
_LAST = ("Foods", "Talleres", "Works", "Logística", "Partners", "Textil", "Supply", "Clínicas", "Tools", "Marítima")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a customer is, whatever happens to it."""

    number: int
    name: str
    segment: str
    country: str
    language: str
    industry: str
    seats: int
    joined: int
    """Week, counted from `START`; negative before the records begin."""

    @property
    def source_id(self) -> str:
        """Its id in the CRM."""
        return f"A{self.number:05d}"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Customers and the truth about them. Arrays have an entry per customer, in the order of `profiles`."""

    seed: int
    profiles: tuple[Profile, ...]
    ages: NDArray[np.int16]
    """Shape (causes, customers, weeks): for how many weeks the trouble has lasted, 0 for none."""
    hazards: Floats
    """Shape (customers, weeks); 0 before joining, unchanged by leaving."""
    left_on: Ints
    """Day since `START`, or -1."""
    recorded_on: Ints
    """Day since `START` on which the CRM says that it left, or -1."""
    causes: tuple[Cause | None, ...]
    """What it left of, in proportion to the hazards of that week; None for those who stay."""

    @property
    def size(self) -> int:
        """How many customers there ever were."""
        return len(self.profiles)

    def is_customer(self, week: int) -> NDArray[np.bool_]:
        """Who is one at the beginning of the week, whatever the CRM says."""
        joined = np.array([profile.joined for profile in self.profiles])
        return (joined <= week) & ((self.left_on < 0) | (self.left_on > week * WEEK))

    def ahead(self, week: int, *, weeks: int) -> Floats:
        """Chance to leave in the weeks to come for somebody who knows every trouble and how it goes on, if none ends.

        The best that any score of that day can know. Shape (customers,).
        """
        joined = np.array([profile.joined for profile in self.profiles])
        now = self.ages[:, :, week].astype(np.int64)
        shifted = _is_shifted(self.profiles)
        total = np.zeros(self.size)
        for step in range(1, weeks + 1):
            then = np.where(now > 0, now + step, 0)
            total += _hazards(then, joined=joined, week=week + step, shifted=shifted).sum(axis=0)
        return np.asarray(1 - np.exp(-total))


def day(number: int) -> date:
    """The date of a day counted from `START`."""
    return START + timedelta(days=int(number))


def invent(*, seed: int, customers: int = 1_000) -> Portfolio:
    """A portfolio with its truth."""
    generator = np.random.default_rng(seed)
    profiles = tuple(_profiles(generator, customers))
    joined, shifted = np.array([profile.joined for profile in profiles]), _is_shifted(profiles)
    ages = np.zeros((len(CAUSES), customers, WEEKS), dtype=np.int16)
    hazards, left = np.zeros((customers, WEEKS)), np.full(customers, -1)
    causes: list[Cause | None] = [None] * customers
    age = np.zeros((len(CAUSES), customers), dtype=np.int64)
    for week in range(WEEKS):
        age = _a_week_later(age, joined=joined, week=week, generator=generator)
        ages[:, :, week] = age
        parts = _hazards(age, joined=joined, week=week, shifted=shifted)
        hazards[:, week] = parts.sum(axis=0)
        goes = (left < 0) & (generator.random(customers) < 1 - np.exp(-hazards[:, week]))
        left[goes] = week * WEEK + generator.integers(0, WEEK, customers)[goes]
        for place in np.flatnonzero(goes):
            shares = parts[:, place] / parts[:, place].sum()
            causes[place] = (Cause.NONE, *CAUSES)[int(generator.choice(len(shares), p=shares))]
    delays = np.minimum(_MOST_DELAY, generator.lognormal(np.log(_MEAN_DELAY), _DELAY_SPREAD, customers)).astype(int)
    recorded = np.where(left < 0, -1, left + delays)
    return Portfolio(seed, profiles, ages, hazards, left, recorded, tuple(causes))


def _profiles(generator: np.random.Generator, customers: int) -> Iterator[Profile]:
    for number in range(customers):
        segment, median, _ = _SEGMENTS[int(generator.choice(len(_SEGMENTS), p=[share for *_, share in _SEGMENTS]))]
        country, language = _COUNTRIES[int(generator.integers(len(_COUNTRIES)))]
        is_old = generator.random() < 0.75
        yield Profile(
            number=number,
            name=f"{generator.choice(_FIRST)} {generator.choice(_LAST)} {number}",
            segment=segment,
            country=country,
            language=language,
            industry=str(generator.choice(_INDUSTRIES)),
            seats=max(5, round(median * float(generator.lognormal(0, 0.4)))),
            joined=int(generator.integers(-200, 0)) if is_old else int(generator.integers(0, WEEKS - 12)),
        )


def _is_shifted(profiles: tuple[Profile, ...]) -> NDArray[np.bool_]:
    return np.array([profile.segment == SHIFTED_SEGMENT for profile in profiles])


def _a_week_later(age: Ints, *, joined: Ints, week: int, generator: np.random.Generator) -> Ints:
    """Troubles a week older, or over, or new."""
    begins = (age == 0) & (generator.random(age.shape) < ONSETS) & (joined + FIRST_WEEKS <= week)
    ends = (age > 2 * QUIET_WEEKS) & (generator.random(age.shape) < RESOLVED)
    return np.where(begins, 1, np.where(ends | (age == 0), 0, age + 1))


def _hazards(age: Ints, *, joined: Ints, week: int, shifted: NDArray[np.bool_]) -> Floats:
    """Weekly hazards of one week, shape (1 + causes, customers); the first is the base rate."""
    risen = np.clip((age - QUIET_WEEKS) / (FULL_WEEKS - QUIET_WEEKS), 0, 1)
    parts = np.vstack([np.full((1, len(joined)), BASE), risen * np.array(list(STRENGTHS.values()))[:, None]])
    to_renewal = (joined - week) % _YEAR
    season = np.where(to_renewal < RENEWAL_WEEKS, BEFORE_RENEWAL, OTHERWISE)
    worse = np.where(shifted & (week >= SHIFTED_FROM), SHIFT, 1.0)
    return np.asarray(parts * season * worse * (joined + FIRST_WEEKS <= week))
