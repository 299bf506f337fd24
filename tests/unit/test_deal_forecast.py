"""The forecast of open deals: what it learns, what it leaves out, when it refuses."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from copilot.domain.deals import Deal, DealsHistory, LeftOut, StageSince
from copilot.domain.records import OpportunityKind, OpportunityStatus
from copilot.scoring.deal_rates import learnt_rates, watched
from copilot.scoring.forecast import forecast
from copilot.scoring.forecast_lessons import NoForecast

FIRST = date(2024, 1, 1)
DAYS = 700
TODAY = FIRST + timedelta(days=DAYS)
WON_A_DAY, LOST_A_DAY = 0.010, 0.005


def company(seed: int, *, deals: int = 1500, amount: int = 1000) -> DealsHistory:
    """Deals that are won and lost at the same rates at any age; those still open today have no outcome."""
    generator = np.random.default_rng(seed)
    found = []
    for place in range(deals):
        begin = int(generator.integers(0, DAYS))
        life = int(generator.geometric(WON_A_DAY + LOST_A_DAY))
        won = generator.random() < WON_A_DAY / (WON_A_DAY + LOST_A_DAY)
        found.append(deal(str(place), begin=begin, end=begin + life, won=won, amount=amount))
    return DealsHistory(TODAY, tuple(found))


def deal(name: str, *, begin: int, end: int | None, won: bool = False, amount: int = 1000) -> Deal:
    is_open = end is None or end > DAYS
    closed = OpportunityStatus.WON if won else OpportunityStatus.LOST
    return Deal(
        id=name,
        account_id=None,
        owner=None,
        kind=OpportunityKind.NEW_BUSINESS,
        status=OpportunityStatus.OPEN if is_open else closed,
        stage=None,
        amount=Decimal(amount),
        currency="EUR",
        probability=50,
        created_on=FIRST + timedelta(days=begin),
        closes_on=TODAY + timedelta(days=30) if is_open or end is None else FIRST + timedelta(days=end),
    )


def test_open_deals_count_for_as_long_as_they_were_watched() -> None:
    history = company(1)
    rates = learnt_rates(watched(history)).means()
    told = rates.won_within(np.array([10]), np.array([1]), after=TODAY, days=60)[0, 0]
    true = WON_A_DAY / (WON_A_DAY + LOST_A_DAY) * (1 - np.exp(-60 * (WON_A_DAY + LOST_A_DAY)))
    assert told == pytest.approx(true, rel=0.15)
    # Of the deals that closed alone the rate would be far too high where most are still open.
    stuck = [deal(f"stuck{n}", begin=50, end=None) for n in range(1500)]
    many = learnt_rates(watched(replace(history, deals=(*history.deals, *stuck)))).means()
    old = np.array([400])
    assert many.won_within(old, np.array([1]), after=TODAY, days=60)[0, 0] < told / 5


def test_the_interval_holds_and_currencies_stay_apart() -> None:
    history = company(2)
    then = history.as_known_on(TODAY - timedelta(days=60))
    some = [replace(item, currency="USD") if int(item.id) % 3 == 0 else item for item in then.open]
    found = forecast(some, then, until=TODAY)
    assert found.refusal is None
    assert [item.currency for item in found.outlooks] == ["EUR", "USD"]
    won = {item.id for item in history.deals if item.is_won}
    for outlook in found.outlooks:
        came = sum(item.amount or 0 for item in some if item.id in won and item.currency == outlook.currency)
        assert outlook.expected is not None
        assert outlook.low is not None
        assert outlook.high is not None
        assert outlook.low <= outlook.expected <= outlook.high
        assert outlook.low <= came <= outlook.high
    assert forecast(some, then, until=TODAY) == found


def test_a_stage_that_ends_well_tells_more_than_one_that_does_not() -> None:
    history = company(3)
    # Won ones had been in the late stage: it is known from the day on which they began.
    stages = tuple(
        StageSince(item.id, item.created_on or FIRST, "late" if item.is_won else "early") for item in history.deals
    )
    known = replace(history, stages=stages)
    base = deal("new", begin=DAYS - 10, end=None)
    told = {
        stage: forecast([replace(base, stage=stage)] * 50, known, until=TODAY + timedelta(days=90)).outlooks[0].expected
        for stage in ("late", "early", "never heard of")
    }
    assert (told["early"] or 0) < (told["never heard of"] or 0) < (told["late"] or 0)


def test_a_deal_from_long_before_the_records_begin_does_not_lengthen_them() -> None:
    history = company(8)
    stray = deal("stray", begin=-600, end=-590, won=True)
    seen = watched(replace(history, deals=(*history.deals, stray)))
    assert seen.since >= FIRST.toordinal()


def test_what_was_not_known_then_is_not_known() -> None:
    history = company(4, deals=300)
    then = history.as_known_on(FIRST + timedelta(days=300))
    assert all(item.created_on and item.created_on <= then.day for item in then.deals)
    later = {item.id for item in history.deals if not item.is_open and item.closes_on and item.closes_on > then.day}
    reopened = [item for item in then.deals if item.id in later]
    assert reopened
    assert all(item.is_open and item.closes_on is None and item.probability is None for item in reopened)


def test_owners_sum_counts_what_they_expect_by_the_day() -> None:
    history = company(5)
    base = deal("a", begin=DAYS - 5, end=None, amount=200)
    deals = [
        base,
        replace(base, id="b", probability=None),
        replace(base, id="c", closes_on=TODAY + timedelta(days=31)),
        replace(base, id="d", amount=None),
        replace(base, id="e", currency=None),
        replace(base, id="f", created_on=None),
        replace(base, id="g", status=OpportunityStatus.WON),
    ]
    found = forecast(deals, history, until=TODAY + timedelta(days=30))
    assert (found.outlooks[0].stated, found.outlooks[0].stated_deals) == (Decimal("100.00"), 1)
    assert (found.outlooks[0].open_amount, found.outlooks[0].deals) == (Decimal(600), 3)
    assert found.left_out == {LeftOut.NO_AMOUNT: 1, LeftOut.NO_CURRENCY: 1, LeftOut.NO_START: 1}


@pytest.mark.parametrize(
    ("history", "days", "why"),
    [
        (DealsHistory(TODAY, ()), 90, NoForecast.FEW_CLOSED),
        (company(6, deals=40), 90, NoForecast.FEW_CLOSED),
        (
            DealsHistory(TODAY, tuple(deal(str(n), begin=n, end=n + 40, won=True) for n in range(100))),
            90,
            NoForecast.FEW_OF_AN_OUTCOME,
        ),
        (company(7), 300, NoForecast.SHORT_HISTORY),
        (company(7), 0, NoForecast.NOT_AHEAD),
    ],
    ids=["nothing", "few", "only won", "too far ahead", "today"],
)
def test_where_there_is_too_little_there_is_no_forecast(history: DealsHistory, days: int, why: NoForecast) -> None:
    open_one = deal("open", begin=DAYS - 10, end=None)
    found = forecast([open_one], history, until=TODAY + timedelta(days=days))
    assert found.refusal is why
    assert found.outlooks[0].expected is None
    assert found.outlooks[0].open_amount == Decimal(1000)
