"""The invented portfolio does what it says: otherwise figures measured on it would mean nothing."""

from collections import Counter

import numpy as np
import pytest

from evals.scoring.invented_accounts import (
    CAUSES,
    FIRST_WEEKS,
    SHIFTED_FROM,
    SHIFTED_SEGMENT,
    TRAINED,
    WEEK,
    WEEKS,
    Cause,
    Portfolio,
    day,
    invent,
)
from evals.scoring.invented_lives import NOTHING, account_values, life, season, usage
from evals.scoring.invented_records import Trace, traces
from evals.scoring.invented_texts import read_texts


@pytest.fixture(scope="module")
def large() -> Portfolio:
    return invent(seed=11, customers=6_000)


@pytest.fixture(scope="module")
def small() -> Portfolio:
    return invent(seed=12, customers=120)


@pytest.fixture(scope="module")
def records(small: Portfolio) -> list[Trace]:
    return list(traces(small, read_texts(is_held_out=False), np.random.default_rng(1)))


def exposed(portfolio: Portfolio) -> np.ndarray:
    """Shape (customers, weeks): who could leave in the week."""
    left = np.where(portfolio.left_on < 0, WEEKS, portfolio.left_on // WEEK)
    return np.asarray((np.arange(WEEKS)[None, :] <= left[:, None]) & (portfolio.hazards > 0))


def left_in(portfolio: Portfolio) -> np.ndarray:
    left = portfolio.left_on[:, None]
    return np.asarray((left // WEEK == np.arange(WEEKS)[None, :]) & (left >= 0))


@pytest.mark.parametrize("cause", CAUSES)
def test_those_in_trouble_leave_as_often_as_their_hazards_say(large: Portfolio, cause: Cause) -> None:
    rows = exposed(large) & (large.ages[CAUSES.index(cause)] > 0)
    expected, seen = (1 - np.exp(-large.hazards[rows])).sum(), left_in(large)[rows].sum()
    assert expected > 100
    assert abs(seen - expected) < 4 * np.sqrt(expected)


def test_those_without_trouble_leave_at_the_base_rate_and_more_often_in_the_shifted_segment(large: Portfolio) -> None:
    rows = exposed(large) & (large.ages == 0).all(axis=0)
    shifted = np.array([profile.segment == SHIFTED_SEGMENT for profile in large.profiles])
    for of_segment, factor in ((shifted, 2.5), (~shifted, 1.0)):
        here = rows & of_segment[:, None] & (np.arange(WEEKS) >= SHIFTED_FROM)
        rate = left_in(large)[here].sum() / here.sum()
        assert rate == pytest.approx(0.0005 * factor, rel=0.25)


def test_no_cause_outweighs_the_others(large: Portfolio) -> None:
    counts = Counter(cause for cause in large.causes if cause)
    shares = [counts[cause] / counts.total() for cause in CAUSES]
    assert min(shares) > 0.1
    assert max(shares) < 0.2
    assert 0.08 < counts[Cause.NONE] / counts.total() < 0.25


def test_nobody_leaves_too_soon_and_leaving_is_recorded_later(large: Portfolio) -> None:
    gone = large.left_on >= 0
    joined = np.array([profile.joined for profile in large.profiles])
    assert (large.left_on[gone] // WEEK >= joined[gone] + FIRST_WEEKS).all()
    delays = (large.recorded_on - large.left_on)[gone]
    assert np.median(delays) == pytest.approx(18, abs=2)
    assert np.mean(delays > 30) > 0.1


def test_the_same_seed_is_the_same_portfolio_and_another_is_not() -> None:
    first, again, other = (invent(seed=seed, customers=200) for seed in (3, 3, 4))
    assert first.profiles == again.profiles
    assert (first.left_on == again.left_on).all()
    assert (first.left_on != other.left_on).any()


def test_who_knows_every_trouble_finds_most_of_those_who_leave(large: Portfolio) -> None:
    places = np.flatnonzero(large.left_on >= (TRAINED + 5) * WEEK)
    found = []
    for week in range(TRAINED, WEEKS - 5, 4):
        soon = places[(large.left_on[places] - 30) // WEEK // 4 == week // 4]
        known = large.ahead(week, weeks=13)
        line = np.quantile(known[large.is_customer(week)], 0.8)
        found += list(known[soon] > line)
    assert 0.75 < np.mean(found) < 0.95


def test_everybody_uses_less_in_august(large: Portfolio) -> None:
    assert season(next(week for week in range(WEEKS) if day(week * WEEK).month == 8)) < 0.6
    portfolio = invent(seed=5, customers=150)
    active = usage(portfolio, np.random.default_rng(1))["active_users"].astype(float)
    active[active == NOTHING] = np.nan
    months = np.array([day(week * WEEK).month for week in range(WEEKS)])
    mean = {month: np.nanmean(active[:, months == month]) for month in (6, 8)}
    assert 0.45 < mean[8] / mean[6] < 0.65


def test_use_falls_with_its_trouble_and_ends_with_leaving(small: Portfolio) -> None:
    active = usage(small, np.random.default_rng(1))["active_users"]
    for place in map(int, np.flatnonzero(small.left_on >= 0)):
        assert (active[place, small.left_on[place] // WEEK + 1 :] == NOTHING).all()
    falls = []
    for place in range(small.size):
        for begun, over in life(small, place).troubles(Cause.USE):
            if over - begun > 12 and begun > 4 and begun + 12 < WEEKS and active[place, begun + 12] != NOTHING:
                falls.append(active[place, begun + 10 : begun + 12].mean() / active[place, begun - 4 : begun].mean())
    assert len(falls) > 3
    assert np.median(falls) < 0.8


def test_records_of_a_customer_end_with_it_but_for_what_is_only_written_afterwards(
    small: Portfolio, records: list[Trace]
) -> None:
    gone = {int(place): int(small.left_on[place]) for place in np.flatnonzero(small.left_on >= 0)}
    after = [trace for trace in records if trace.place in gone and trace.since > gone[trace.place]]
    assert {trace.key.split("-")[-1] for trace in after} == {"bye"}
    assert len(after) == 2 * len(gone)


def test_the_account_says_that_it_left_late_and_loses_its_industry_later(small: Portfolio) -> None:
    place = int(np.flatnonzero((small.left_on >= 0) & (small.recorded_on + 30 < WEEKS * WEEK))[0])
    left, recorded = int(small.left_on[place]), int(small.recorded_on[place])
    told = {on: account_values(small, place, on=on) or {} for on in (left, recorded - 1, recorded, recorded + 21)}
    assert [told[on]["lifecycle"] for on in sorted(told)][-3:] == ["customer", "churned", "churned"]
    assert told[recorded]["churned_on"] == day(left)
    assert told[recorded]["industry"] is not None
    assert told[recorded + 21]["industry"] is None


def test_no_record_says_more_than_was_known_on_its_day(records: list[Trace]) -> None:
    for trace in records:
        written = [value for value in (*trace.values.values(), *trace.later.values()) if value is not None]
        assert written
        if trace.changed is not None:
            assert trace.changed >= trace.since
    kinds = Counter(trace.table for trace in records)
    assert set(kinds) == {
        "contacts", "activities", "tickets", "surveys", "documents", "invoices", "opportunities",
    }  # fmt: skip


def test_the_halves_share_no_sentence() -> None:
    dev, held = (read_texts(is_held_out=half).words for half in (False, True))
    for language in ("es", "en"):
        for kind, sentences in dev[language].items():
            assert not set(sentences) & set(held[language][kind]), kind
    assert not set(dev["rivals"]) & set(held["rivals"])
