"""Deals of a company that never was: won and lost by known rates, with good and bad quarters and hopeful owners.

Invariant: the same seed gives the same deals; every name in it is a number.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from copilot.domain.deals import Deal, DealsHistory
from copilot.domain.records import OpportunityStatus

_FIRST = date(2023, 1, 1)
DAYS = 1_000
_A_DAY = 1.5
_LONGEST = 500
_QUARTER_SPREAD = 0.2
_PEAK_AGE, _PEAK_WIDTH = 70.0, 0.6
_MOST_WON, _LOST = 0.012, 0.006
_MEAN_AMOUNT, _AMOUNT_SPREAD = 9.5, 0.8
_HOPE = 0.15


@dataclass(frozen=True, slots=True)
class Simulated:
    """Everything that happened in `DAYS` days; deals that closed later are open."""

    history: DealsHistory
    stated: dict[str, tuple[int, date]]
    """What its owner says of a deal at any time: percent, and the day on which it will be won."""


def simulated(seed: int) -> Simulated:
    """One company."""
    generator = np.random.default_rng(seed)
    begins = np.repeat(np.arange(DAYS), generator.poisson(_A_DAY, DAYS))
    days = begins[:, None] + np.arange(_LONGEST)
    quarters = np.exp(generator.normal(0, _QUARTER_SPREAD, 2 + (DAYS + _LONGEST) // 91))
    hope = np.exp(generator.normal(0, 0.5, len(begins)))
    ages = np.arange(1, _LONGEST + 1)
    rise = np.exp(-((np.log(ages / _PEAK_AGE) / _PEAK_WIDTH) ** 2) / 2)
    wins = np.minimum(_MOST_WON * rise * quarters[days // 91] * hope[:, None], 0.5)
    drawn = generator.random(days.shape)
    is_won, closes = drawn < wins, drawn < wins + _LOST
    first = np.where(closes.any(axis=1), closes.argmax(axis=1), _LONGEST - 1)
    ends = begins + first
    won = is_won[np.arange(len(begins)), first]
    amounts = np.exp(generator.normal(_MEAN_AMOUNT, _AMOUNT_SPREAD, len(begins)))
    last = _FIRST + timedelta(days=DAYS - 1)
    deals, stated = [], {}
    for place, begin in enumerate(begins):
        end = _FIRST + timedelta(days=int(ends[place]))
        status = OpportunityStatus.WON if won[place] else OpportunityStatus.LOST
        is_open = end > last
        created = _FIRST + timedelta(days=int(begin))
        deal = Deal(
            id=str(place),
            account_id=None,
            owner=None,
            kind=None,
            status=OpportunityStatus.OPEN if is_open else status,
            stage=None,
            amount=Decimal(round(float(amounts[place]))),
            currency="EUR",
            probability=None,
            created_on=created,
            closes_on=None if is_open else end,
        )
        deals.append(deal)
        chance = 0.45 * float(hope[place]) ** 0.5 + _HOPE
        stated[deal.id] = (round(100 * min(chance, 0.95)), created + timedelta(days=int(generator.integers(45, 120))))
    return Simulated(DealsHistory(last, tuple(deals)), stated)
