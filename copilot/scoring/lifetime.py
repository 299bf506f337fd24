"""What a customer is worth over the coming years: revenue for as long as they are likely to stay, discounted.

Invariants: a value is of a stated horizon, rate and margin and comes with an interval; money of one currency stays in
it; without revenue, or without enough customers who left to learn from, there is no value.

Value = sum over months of revenue x margin x chance to be there still / (1 + rate)^(months / 12) (Gupta, Lehmann and
Stuart 2004, "Valuing customers"). The chance comes from the model's probability of leaving within 180 days, as a rate
that stays as it is; where there is no model, from how long customers stayed so far: a rate for each year of tenure
with a gamma prior towards that of all (Gelman et al. 2013, ch. 2.6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from copilot.rule_files import read_rules
from copilot.scoring.quality import Quality
from copilot.scoring.tables import Floats
from copilot.store.courses import CustomerCourse

DEFAULT_LIFETIME = Path(__file__).with_name("lifetime.toml")
_HINT = (
    "Correct the file of lifetime values (COPILOT_LIFETIME), or unset it to use the one that comes with the product."
)
LEAST_LEFT = 20
"""Customers who left, for a curve of tenure: with fewer, its interval is as wide as the value."""
_YEARS = 6
"""Years of tenure with a rate of their own; the last one goes on for ever."""
_DAYS_OF_YEAR = 365.25
_MONTHS_OF_180_DAYS = 180 / (_DAYS_OF_YEAR / 12)
_PRIOR = 5.0
"""Departures that the rate of all years is worth in each."""
_DRAWS = 400
_ENDS = (2.5, 97.5)


class LifetimeRules(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(strict=True, ge=1, le=1)
    horizon_months: int = Field(strict=True, ge=1, le=120)
    discount_rate: float = Field(ge=0, le=1)
    margin: float = Field(gt=0, le=1)


class NoValue(StrEnum):
    """Why a customer has no value."""

    NO_REVENUE = "no_revenue"
    NO_CURRENCY = "no_currency"
    NO_TENURE = "no_tenure"
    """Nobody knows since when they are one."""
    FEW_LEFT = "few_left"


class Basis(StrEnum):
    """What the chance to stay comes from."""

    MODEL = "model"
    TENURE = "tenure"


@dataclass(frozen=True, slots=True)
class LifetimeValue:
    """In `currency`; `low` to `high` is a 95 % interval. None where `missing` says why."""

    account_id: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    currency: str | None
    basis: Basis | None
    missing: NoValue | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """What is needed of one. `leaves_within_180` is the model's probability, None where there is none."""

    account_id: str
    arr: float | None
    currency: str | None
    since: date | None
    leaves_within_180: float | None = None


@dataclass(frozen=True, slots=True)
class Tenure:
    """Rates of leaving per year of tenure, as gamma distributions: departures and years, shape (years,)."""

    departures: Floats
    years: Floats
    left: int


def tenure_of(courses: Sequence[CustomerCourse], *, day: date) -> Tenure:
    """How long customers stayed so far; whoever left nobody knows when, or came nobody knows when, does not count."""
    known = [(one.since, one.left_on) for one in courses if one.since is not None and (not one.is_gone or one.left_on)]
    spans = [
        (((min(left_on, day) if left_on else day) - since).days / _DAYS_OF_YEAR, left_on is not None and left_on <= day)
        for since, left_on in known
        if since <= day and (left_on is None or left_on >= since)
    ]
    lengths = np.array([length for length, _ in spans])
    left = np.array([gone for _, gone in spans], dtype=np.bool_)
    year = np.minimum(lengths.astype(np.intp), _YEARS - 1)
    departures = np.bincount(year[left], minlength=_YEARS).astype(np.float64)
    ends = np.array([*range(1, _YEARS), np.inf])
    watched = np.array([np.clip(lengths - end + 1, 0, 1).sum() for end in ends[:-1]] + [_beyond(lengths)])
    return Tenure(departures, watched, int(left.sum()))


def _beyond(lengths: Floats) -> float:
    return float(np.clip(lengths - (_YEARS - 1), 0, None).sum())


def lifetime_values(
    customers: Sequence[Customer], tenure: Tenure, *, day: date, rules: LifetimeRules, quality: Quality | None = None
) -> list[LifetimeValue]:
    """Of these customers, in their order. `quality` is that of the model whose probabilities they have."""
    generator = np.random.default_rng(7)
    enough = tenure.left >= LEAST_LEFT
    rates = _rates(tenure, generator) if enough else None
    return [_value(one, rates, day=day, rules=rules, quality=quality) for one in customers]


def _value(
    one: Customer, rates: Floats | None, *, day: date, rules: LifetimeRules, quality: Quality | None
) -> LifetimeValue:
    def without(missing: NoValue) -> LifetimeValue:
        return LifetimeValue(one.account_id, None, None, None, one.currency, None, missing)

    if one.arr is None or np.isnan(one.arr):
        return without(NoValue.NO_REVENUE)
    if one.currency is None:
        return without(NoValue.NO_CURRENCY)
    if one.leaves_within_180 is not None:
        staying, basis = _by_model(one.leaves_within_180, quality, months=rules.horizon_months), Basis.MODEL
    elif rates is None:
        return without(NoValue.FEW_LEFT)
    elif one.since is None:
        return without(NoValue.NO_TENURE)
    else:
        tenure = max((day - one.since).days, 0) / _DAYS_OF_YEAR
        staying, basis = _by_tenure(rates, tenure, months=rules.horizon_months), Basis.TENURE
    months = np.arange(1, rules.horizon_months + 1)
    worth = one.arr / 12 * rules.margin / (1 + rules.discount_rate) ** (months / 12)
    sums = staying @ worth
    low, high = sums[1:].min(), sums[1:].max()
    if basis is Basis.TENURE:
        low, high = np.percentile(sums[1:], _ENDS)
    told = [Decimal(round(float(amount))) for amount in (sums[0], low, high)]
    return LifetimeValue(one.account_id, told[0], told[1], told[2], one.currency, basis)


def _by_model(chance: float, quality: Quality | None, *, months: int) -> Floats:
    """Chances to be there still at the middle of each month, shape (3, months): expected, worst, best."""
    low, high = _observed(chance, quality)
    chances = np.clip(np.array([chance, max(high, chance), min(low, chance)]), 1e-9, 1 - 1e-9)
    middle = np.arange(months) + 0.5
    return np.asarray((1 - chances[:, None]) ** (middle / _MONTHS_OF_180_DAYS), dtype=np.float64)


def _observed(chance: float, quality: Quality | None) -> tuple[float, float]:
    """What share left, on rows held out, of those with about this probability: the interval of the nearest bin."""
    if quality is None or not quality.reliability:
        return 0.0, 1.0
    nearest = min(quality.reliability, key=lambda told: abs(told.predicted - chance))
    return nearest.low, nearest.high


def _rates(tenure: Tenure, generator: np.random.Generator) -> Floats:
    """Rates per year of tenure, shape (1 + draws, years); the first row is the mean."""
    average = max(tenure.departures.sum(), 1.0) / max(tenure.years.sum(), 1e-9)
    cases, divided = tenure.departures + _PRIOR, tenure.years + _PRIOR / average
    return np.vstack([cases / divided, generator.gamma(cases, 1 / divided, size=(_DRAWS, len(cases)))])


def _by_tenure(rates: Floats, tenure: float, *, months: int) -> Floats:
    """Chances to be there still at the middle of each month, shape (1 + draws, months)."""
    middle = (np.arange(months) + 0.5) / 12
    year = np.minimum((tenure + middle).astype(np.intp), _YEARS - 1)
    steps = np.diff(np.concatenate([[0.0], middle]))
    return np.asarray(np.exp(-np.cumsum(rates[:, year] * steps, axis=1)), dtype=np.float64)


def load_lifetime_rules(path: Path | None = None) -> LifetimeRules:
    """Read and check the file (None: the one that comes with the product). Raises ConfigurationError."""
    return read_rules(LifetimeRules, path or DEFAULT_LIFETIME, called="The file", hint=_HINT)
