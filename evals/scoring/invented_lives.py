"""Invented customers week by week: their own record, and their use of the product.

Invariant: use falls with the trouble of that name, in everybody's quiet weeks, and in short dips that mean nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.scoring.invented_accounts import CAUSES, WEEK, WEEKS, Cause, Portfolio, Profile, day

NOTHING = -1
"""In a series: no point."""
PRICE = 240
"""Of a seat for a year."""
_AUGUST = 8
_IN_AUGUST, _AT_CHRISTMAS = 0.55, 0.65


@dataclass(frozen=True, slots=True)
class Life:
    """One customer, week by week."""

    place: int
    profile: Profile
    ages: NDArray[np.int16]
    """Shape (causes, weeks)."""
    left: int
    """Day, or -1."""
    recorded: int

    @property
    def weeks(self) -> range:
        """Those in which it was a customer."""
        last = WEEKS if self.left < 0 else min(WEEKS, self.left // WEEK + 1)
        return range(max(0, self.profile.joined), last)

    @property
    def end(self) -> int:
        """The day it left, or a day after the records end."""
        return WEEKS * WEEK + 1 if self.left < 0 else self.left

    def age(self, cause: Cause, week: int) -> int:
        """For how many weeks that trouble has lasted; 0 for none."""
        return int(self.ages[CAUSES.index(cause), week])

    def troubles(self, cause: Cause) -> Iterator[tuple[int, int]]:
        """First week of each trouble of a kind, and the first week without it (past the end if it never ended)."""
        begun = None
        for week in self.weeks:
            has = self.age(cause, week) > 0
            if has and begun is None:
                begun = week
            elif not has and begun is not None:
                yield begun, week
                begun = None
        if begun is not None:
            yield begun, WEEKS + 1


def life(portfolio: Portfolio, place: int) -> Life:
    """One customer of a portfolio."""
    return Life(
        place=place,
        profile=portfolio.profiles[place],
        ages=portfolio.ages[:, place, :],
        left=int(portfolio.left_on[place]),
        recorded=int(portfolio.recorded_on[place]),
    )


def season(week: int) -> float:
    """How much is going on anywhere: August and the turn of the year are quiet for everybody."""
    monday = day(week * WEEK)
    if monday.month == _AUGUST:
        return _IN_AUGUST
    return _AT_CHRISTMAS if (monday.month, monday.day) >= (12, 20) or (monday.month, monday.day) <= (1, 3) else 1.0


def usage(portfolio: Portfolio, generator: np.random.Generator) -> Mapping[str, NDArray[np.int64]]:
    """By metric, shape (customers, weeks); `NOTHING` where there is no point."""
    active = np.full((portfolio.size, WEEKS), NOTHING)
    breadth = {name: np.full((portfolio.size, WEEKS), NOTHING) for name in ("reports", "api_calls")}
    for place in range(portfolio.size):
        one = life(portfolio, place)
        level = _level(one, generator)
        for week in one.weeks:
            active[place, week] = generator.binomial(one.profile.seats, min(0.98, level[week]))
            if week % 2 == 0:
                has_shrunk = one.age(Cause.USE, week) > WEEK
                breadth["reports"][place, week] = generator.poisson(6 * level[week])
                breadth["api_calls"][place, week] = 0 if has_shrunk else generator.poisson(20 * level[week])
    return {"active_users": active, **breadth}


def _level(one: Life, generator: np.random.Generator) -> NDArray[np.float64]:
    """Share of the seats in use, week by week."""
    noise, level, dip = 0.0, float(generator.beta(5, 3)), 0
    floor = generator.uniform(0.35, 0.6)
    drift = np.cumsum(generator.normal(0, 0.006, WEEKS))
    told = np.zeros(WEEKS)
    for week in one.weeks:
        noise = 0.8 * noise + generator.normal(0, 0.05)
        dip = int(generator.integers(2, 5)) if generator.random() < 0.006 else max(0, dip - 1)
        fallen = 1 - (1 - floor) * min(one.age(Cause.USE, week) / 8, 1.0)
        learnt = min(1.0, 0.4 + 0.05 * (week - one.profile.joined))
        told[week] = level * np.exp(noise + drift[week]) * fallen * learnt * season(week) * (0.65 if dip else 1.0)
    return told


def account_values(portfolio: Portfolio, place: int, *, on: int) -> Mapping[str, Any] | None:
    """The account's own record as it is on a day; None before it is a customer.

    Three weeks after the CRM says that it left, its industry is cleared: what a column says after leaving.
    """
    one, profile = life(portfolio, place), portfolio.profiles[place]
    if profile.joined * WEEK > on:
        return None
    is_gone = 0 <= one.recorded <= on
    years = max(0, (min(on, one.end) - profile.joined * WEEK) // 364)
    return {
        "name": profile.name,
        "search_key": profile.name.lower(),
        "country": profile.country,
        "industry": None if is_gone and one.recorded + 3 * WEEK <= on else profile.industry,
        "segment": profile.segment,
        "language": profile.language,
        "owner_email": "owner@portfolio.invalid",
        "lifecycle": "churned" if is_gone else "customer",
        "arr": profile.seats * PRICE,
        "currency": "EUR",
        "seats_licensed": profile.seats,
        "customer_since": day(profile.joined * WEEK),
        "renewal_date": day(profile.joined * WEEK + 364 * (years + 1)),
        "churned_on": day(one.left) if is_gone else None,
    }
