"""Learning over time: windows that do not reach into what is judged, accounts that count once, outcomes on record."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.domain.signals import Signal
from copilot.scoring.afterwards import changed_afterwards
from copilot.scoring.believable import History, Refusal, Split, Verdict, judge
from copilot.scoring.compared import compared
from copilot.scoring.in_time import known_since, left_out_in_time, season_of, silent_where_unknown
from copilot.scoring.labels import Course, Courses, DelaySource, delay_of, month_ends
from copilot.scoring.lead_time import groups_of, lead_time, quarters_of
from copilot.scoring.past import Rows
from copilot.scoring.quality import Measure, area, information, quality
from copilot.scoring.shapes import Curve
from copilot.scoring.shift import THRESHOLD, shifts
from copilot.scoring.signal_columns import columns_of, stacked
from copilot.scoring.tables import Categories, LeftOut, Numbers, Reason, Table, categories, numbers
from copilot.scoring.training import folds, learn
from copilot.store.signals import SignalTable

TODAY = date(2026, 11, 16)
ACCOUNTS, MONTHS = 300, 20


def months(*, seed: int = 1, strength: float = 2.0) -> History:
    """A row of every account and month: they leave the month after their use is low."""
    generator = np.random.default_rng(seed)
    use, chance = generator.normal(size=(ACCOUNTS, MONTHS)), generator.random((ACCOUNTS, MONTHS))
    leaves = chance < 1 / (1 + np.exp(3 + strength * use))
    rows = [
        (account, month) for account in range(ACCOUNTS) for month in range(MONTHS) if not leaves[account, :month].any()
    ]
    places = tuple(np.array(side) for side in zip(*rows, strict=True))
    return History(
        table=Table(
            (numbers("use", list(use[places])), numbers("noise", list(generator.normal(size=len(rows))))), len(rows)
        ),
        labels=leaves[places],
        days=places[1] * 30.0,
        groups=places[0].astype(np.int32),
        window=30,
        delay=20,
    )


def test_nothing_is_learnt_that_was_not_on_record_when_judging_begins() -> None:
    told = months()
    verdict = judge(told)
    assert verdict.refusal is None
    assert verdict.split is not None
    assert told.days is not None
    last_learnt = told.days[verdict.split.learnt].max()
    assert (
        last_learnt + told.window + told.delay < verdict.split.from_day <= last_learnt + told.window + told.delay + 30
    )
    assert told.days[verdict.split.held].min() == verdict.split.from_day


def test_it_is_learnt_again_every_quarter_from_what_was_on_record_by_then() -> None:
    told, once = replace(months(), step=90), judge(months())
    verdict = judge(told)
    assert told.days is not None
    assert once.split is not None
    assert verdict.split is not None
    assert verdict.told is not None
    split, days, labels = verdict.split, told.days, told.labels
    assert len(split.origins) > 1
    assert (np.diff(split.origins) == 90).all()
    assert labels[split.counted].sum() > 1.5 * labels[once.split.counted].sum()
    # Whatever came on record only after an origin has no part in what it told.
    second = split.origins[1]
    changed = np.where(days + told.window + told.delay >= second, ~labels, labels)
    other = judge(replace(told, labels=changed))
    assert other.told is not None
    before, after = days[split.held] < second, days[split.held] >= split.origins[2]
    until = days[split.held] < split.origins[2]
    assert np.array_equal(other.told[until], verdict.told[until])
    assert before.any()
    assert not np.allclose(other.told[after], verdict.told[after])


def test_a_rate_that_rises_with_time_is_no_merit_of_a_model() -> None:
    told, generator = replace(months(strength=0.0), step=90), np.random.default_rng(3)
    assert told.days is not None
    rising = generator.random(len(told.days)) < 0.01 + 0.15 * told.days / told.days.max()
    assert judge(replace(told, labels=rising)).refusal is Refusal.NO_BETTER_THAN_CHANCE
    year = (told.days > np.median(told.days)).astype(np.int32)
    by_year = np.where(year == 1, 0.12, 0.02)[None, :]
    plain, within = (quality(rising, by_year, strata=strata) for strata in (None, year))
    assert plain.of(Measure.AUC) > 0.6
    assert within.of(Measure.AUC) == 0.5
    assert within.of(Measure.SKILL) < 0.001
    assert information(rising, by_year[0], year).low < 0


def test_an_account_counts_once_in_a_window_and_figures_are_of_accounts() -> None:
    told = replace(months(), window=90)
    verdict = judge(told)
    assert verdict.split is not None
    assert told.days is not None
    assert told.groups is not None
    counted = verdict.split.counted
    assert 0 < len(counted) < len(verdict.split.held)
    for account in np.unique(told.groups[counted]):
        days = np.sort(told.days[counted][told.groups[counted] == account])
        assert (np.diff(days) >= told.window).all()
    assert verdict.quality is not None
    assert verdict.quality.rows == len(counted)


def test_the_interval_over_accounts_is_wider_than_over_their_rows() -> None:
    generator = np.random.default_rng(3)
    of_account = np.repeat(np.arange(60, dtype=np.int32), 10)
    labels = np.repeat(generator.random(60) < 0.4, 10)
    told = np.clip(0.4 + 0.2 * (labels - 0.4) + np.repeat(generator.normal(scale=0.2, size=60), 10), 0.01, 0.99)
    rows, accounts = (quality(labels, told[None, :], groups=groups) for groups in (None, of_account))
    of_rows, of_accounts = rows.figures[Measure.AUC], accounts.figures[Measure.AUC]
    assert of_accounts.high - of_accounts.low > 2 * (of_rows.high - of_rows.low)


def test_folds_keep_an_account_on_one_side_and_both_outcomes_on_each() -> None:
    told = months()
    assert told.groups is not None
    for learnt, held in folds(told.labels, count=4, seed=1, groups=told.groups):
        assert not set(told.groups[learnt]) & set(told.groups[held])
        assert told.labels[held].any()


@pytest.mark.parametrize("seed", range(4))
def test_noise_over_time_is_refused(seed: int) -> None:
    told = replace(months(seed=seed), step=90 * (seed % 2))
    leavers = np.random.default_rng(seed).permutation(told.labels)
    assert judge(replace(told, labels=leavers)).refusal is Refusal.NO_BETTER_THAN_CHANCE


def test_few_customers_with_many_rows_are_few() -> None:
    told = months()
    assert told.groups is not None
    some = np.flatnonzero(told.groups < 30)
    assert told.labels[np.tile(some, 12)].sum() > 200
    few = replace(
        told,
        table=told.table.at(np.tile(some, 12)),
        labels=np.tile(told.labels[some], 12),
        days=None,
        groups=np.tile(told.groups[some], 12),
    )
    assert judge(few).refusal is Refusal.FEW_OF_AN_OUTCOME


def test_an_account_is_a_row_from_its_first_day_until_it_has_left() -> None:
    day = date(2026, 5, 31)
    courses = Courses((
        Course("stays", date(2026, 5, 31)),
        Course("comes later", date(2026, 6, 1)),
        Course("left that day", None, day, (day,)),
        Course("leaves", None, date(2026, 6, 30), (date(2026, 6, 30),)),
        Course("leaves a day too late", None, date(2026, 7, 1), (date(2026, 7, 1),)),
    ))  # fmt: skip
    there = [courses.all[place].account_id for place in courses.there(day)]
    assert there == ["stays", "leaves", "leaves a day too late"]
    assert courses.within(day, days=30).tolist() == [False, False, False, True, False]
    assert courses.next_after(day).tolist()[3:] == [date(2026, 6, 30).toordinal(), date(2026, 7, 1).toordinal()]


def test_month_ends() -> None:
    found = list(month_ends(first=date(2024, 1, 31), last=date(2024, 4, 29)))
    assert found == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)]


def test_departures_whose_day_of_record_nobody_noted_tell_nothing_of_the_delay() -> None:
    unknown: list[tuple[date, date | None]] = [(day, None) for day, _ in left_at(recorded_after=50)]
    assert delay_of(unknown, today=TODAY, setting=30).source is DelaySource.SETTING
    found = delay_of([*unknown, *left_at(recorded_after=50)], today=TODAY, setting=30)
    assert found == delay_of(left_at(recorded_after=50), today=TODAY, setting=30)


def left_at(*, recorded_after: int, step: int = 9, count: int = 60, until: int = 0) -> list[tuple[date, date]]:
    days = [TODAY - timedelta(days=until + step * number) for number in range(1, count)]
    return [(day, min(TODAY, day + timedelta(days=recorded_after + number % 7))) for number, day in enumerate(days)]


@pytest.mark.parametrize(
    ("left", "days", "source"),
    [
        (left_at(recorded_after=3), 30, DelaySource.SETTING),
        (left_at(recorded_after=50), 56, DelaySource.RECORDS),
        ([(day, TODAY) for day, _ in left_at(recorded_after=0)], 30, DelaySource.SETTING),
        ([(day, TODAY) for day, _ in left_at(recorded_after=0, until=80)], 89, DelaySource.SILENCE),
        ([], 30, DelaySource.SETTING),
    ],
    ids=["soon", "late", "one import", "silence", "nobody"],
)
def test_the_delay_is_what_the_records_show_and_never_less_than_the_setting(
    left: list[tuple[date, date]], days: int, source: DelaySource
) -> None:
    found = delay_of(left, today=TODAY, setting=30)
    assert (found.days, found.source) == (days, source)


def signals(day: date, values: dict[Signal, list[float]], **attributes: list[str | None]) -> SignalTable:
    rows = len(next(iter(values.values())))
    return SignalTable(
        day=day,
        account_ids=tuple(f"a{number}" for number in range(rows)),
        values={signal: np.array(found, dtype=np.float64) for signal, found in values.items()},
        attributes={name: tuple(words) for name, words in attributes.items()},
        arr=np.full(rows, np.nan),
        currency=(None,) * rows,
    )


def test_every_day_gives_the_same_columns_and_days_are_put_together_by_their_words() -> None:
    one = columns_of(signals(TODAY, {Signal.NPS: [9, np.nan]}, segment=["small", None]))
    other = columns_of(signals(TODAY, {Signal.TICKETS_OPEN: [3]}, segment=["large"], country=["ES"]))
    assert [column.name for column in one.columns] == [column.name for column in other.columns]
    assert len(one.columns) == len(Signal) + 3
    both = stacked([one, other])
    nps, segment = both.named(Signal.NPS.value), both.named("segment")
    assert isinstance(nps, Numbers)
    assert np.array_equal(nps.values, [9, np.nan, np.nan], equal_nan=True)
    assert isinstance(segment, Categories)
    assert [segment.levels[code] if code >= 0 else None for code in segment.codes] == ["small", None, "large"]


def rows_with(*columns: Numbers | Categories, days: int = 10, accounts: int = 200, gone: int = 0) -> Rows:
    """Every account on every day; the first `gone` of them leave a month after the last one."""
    last = TODAY.toordinal()
    day = np.repeat(np.arange(days) * 30.0 + last - 30 * days, accounts)
    account = np.tile(np.arange(accounts), days)
    happens = np.where(account < gone, last + 1.0, np.inf)
    labels = happens <= day + 31
    return Rows(Table(tuple(columns), days * accounts), labels, day, account, happens)


def test_a_word_that_is_cleared_when_an_account_leaves_is_left_out() -> None:
    generator = np.random.default_rng(1)
    honest = [str(word) for word in generator.choice(["small", "large"], size=200)]
    cleared = ["" if (number < 80 and number % 2) or number > 190 else word for number, word in enumerate(honest)]
    renamed = ["former" if number < 80 and number % 2 else word for number, word in enumerate(honest)]
    columns = [categories(name, words * 10) for name, words in
               (("honest", honest), ("cleared", cleared), ("renamed", renamed))]  # fmt: skip
    found = {item.column: item.detail for item in changed_afterwards(rows_with(*columns, gone=80))}
    assert found == {"cleared": "∅ 50% ≠ 8%", "renamed": "former"}
    assert not list(changed_afterwards(rows_with(*columns, gone=40))), "few cases show nothing"


def test_a_season_is_told_from_a_trend_and_the_change_over_a_year_takes_its_place() -> None:
    generator = np.random.default_rng(2)
    own = generator.normal(scale=10, size=2_000)
    summer = np.repeat(np.where(np.arange(10) % 5 < 2, -30.0, 0.0), 200)
    quarter, year = numbers(Signal.USAGE_CHANGE, list(own + summer)), numbers(Signal.USAGE_CHANGE_YEAR, list(own))
    found = season_of(rows_with(quarter, year))
    assert found is not None
    assert found.is_season
    left = [(item.column, item.reason) for item in left_out_in_time(rows_with(quarter, year), found)]
    assert left == [(Signal.USAGE_CHANGE, Reason.SEASON)]
    steady = season_of(rows_with(year, numbers(Signal.USAGE_CHANGE, list(own))))
    assert steady is not None
    assert not steady.is_season
    since = np.where(np.arange(2_000) < 800, np.nan, own)
    later = rows_with(quarter, numbers(Signal.USAGE_CHANGE_YEAR, list(since)))
    left = [(item.column, item.reason) for item in left_out_in_time(later, found)]
    assert left == [(Signal.USAGE_CHANGE, Reason.SEASON)], "the days on which both are known are enough"
    alone = season_of(rows_with(quarter))
    assert alone is not None
    assert alone.is_season
    assert not list(left_out_in_time(rows_with(quarter), alone)), "without the year's change there is nothing better"


def test_a_signal_kept_for_a_short_time_is_left_out() -> None:
    late = np.where(np.arange(2_000) < 1_000, np.nan, 1.0)
    early = np.where(np.arange(2_000) < 200, np.nan, 2.0)
    rows = rows_with(numbers("late", list(late)), numbers("early", list(early)))
    assert [(item.column, item.reason, item.detail) for item in left_out_in_time(rows, None)] == [
        ("late", Reason.NOT_KEPT, "5/10")
    ]


def test_that_a_signal_is_missing_cannot_say_that_it_is_early() -> None:
    generator = np.random.default_rng(6)
    rows = rows_with(numbers("honest", list(generator.normal(size=2_000))))
    own = np.where(np.arange(2_000) < 400, np.nan, generator.normal(size=2_000))
    own[generator.random(2_000) < 0.05] = np.nan
    # Many left on the first days, on which nobody had this signal, and few later.
    labels = generator.random(2_000) < np.where(np.arange(2_000) < 400, 0.4, 0.1)
    plain = Table((*rows.table.columns, numbers("late", list(own))), 2_000)
    silent = silent_where_unknown(plain, rows.days)
    assert known_since(silent, rows.days) == {"late": rows.days[400]}
    assert silent.rows == 2_000
    of_missing = {}
    for name, table in (("plain", plain), ("silent", silent)):
        curve = learn(table, labels, straight=True).shapes[1]
        assert isinstance(curve, Curve)
        of_missing[name] = curve.missing
        last = table.columns[1]
        assert isinstance(last, Numbers)
        if name == "silent":
            assert not curve.of(last)[:400].any(), "no effect on the days before"
            assert curve.of(last)[400:].mean() == pytest.approx(0, abs=1e-9)
    assert of_missing["plain"] > 0.6
    assert abs(of_missing["silent"]) < 0.4


def test_a_shift_is_further_than_the_days_that_were_learnt_from_are_apart() -> None:
    generator = np.random.default_rng(4)
    moving = np.concatenate([generator.normal(loc=2.5 * (number % 2), size=200) for number in range(10)])
    plain, words = generator.normal(size=2_000), [str(word) for word in generator.choice(["a", "b"], size=2_000)]
    rows = rows_with(numbers("plain", list(plain)), numbers("moving", list(moving)), categories("word", words))
    today = [column.at(slice(0, 200)) for column in rows.table.columns]
    assert not any(shift.is_shifted for shift in shifts(rows, Table(tuple(today), 200)))
    others = (numbers("plain", list(plain[:200] + 2)), today[1], categories("word", ["b"] * 190 + ["new"] * 10))
    found = shifts(rows, Table(others, 200))
    assert {shift.column for shift in found if shift.is_shifted} == {"plain", "word"}
    assert all(shift.threshold >= THRESHOLD for shift in found)
    assert {shift.column: shift for shift in found}["moving"].threshold > 2 * THRESHOLD


def test_lead_time_counts_the_last_score_that_was_early_enough_and_who_is_worse_off_is_named() -> None:
    rows = rows_with(categories("segment", (["small"] * 100 + ["large"] * 100) * 10), gone=20)
    split_days = np.unique(rows.days)
    held = np.flatnonzero(rows.days >= split_days[-4])
    # The first ten are alerted from the day before last on, which is 61 days before they leave.
    early = (rows.accounts[held] < 10) & (rows.days[held] >= split_days[-2])
    told = np.where(early, 0.9, 0.01 + 0.001 * (rows.accounts[held] % 7))
    split = Split(float(split_days[-4]), np.flatnonzero(rows.days < split_days[-5]), held, held[-200:])
    lead = lead_time(rows, split, told, budget=0.05)
    assert lead is not None
    assert (lead.happened, lead.found, lead.median_days) == (20, 10, 61)
    assert lead.low < lead.share == 0.5 < lead.high
    small, large = groups_of(rows, split, told, budget=0.05)[::-1]
    assert (small.name, small.observed, small.alerted, large.alerted) == ("small", 0.2, 0.1, 0.0)
    assert small.deviates
    assert not large.deviates
    assert [quarter.name for quarter in quarters_of(rows, split, told)] == ["2026-Q4"]


def test_dear_bends_follow_less_of_the_noise_and_still_bend() -> None:
    generator = np.random.default_rng(9)
    values = generator.normal(size=(3_000, 12))
    odds = -2.5 + 0.8 * values[:, 0] + np.where(values[:, 1] > 1, 2.5, 0)
    labels = generator.random(3_000) < 1 / (1 + np.exp(-odds))
    table = Table(tuple(numbers(f"x{place}", list(values[:, place])) for place in range(12)), 3_000)
    few, many = np.arange(600), np.arange(600, 3_000)
    told = {
        straight: area(labels[many], learn(table.at(few), labels[few], straight=straight).log_odds(table.at(many)))
        for straight in (True, False)
    }
    assert told[True] > told[False]
    curve = learn(table, labels, straight=True).shapes[1]
    assert isinstance(curve, Curve)
    below, above = np.interp([-1.5, 0.0, 2.5], curve.knots, curve.effects)[[0, 1]], curve.effects[-1]
    assert abs(below[1] - below[0]) < (above - below[1]) / 2


@pytest.mark.parametrize(("strength", "is_worse"), [(0.0, False), (2.0, True)], ids=["beside noise", "beside better"])
def test_a_new_model_is_worse_where_the_one_in_use_is_surely_better_on_rows_that_neither_saw(
    strength: float, is_worse: bool
) -> None:
    told = months()
    blind = replace(told, table=told.table.without(LeftOut("use", Reason.ASKED)))
    assert told.days is not None
    assert told.groups is not None
    split = judge(told).split
    assert split is not None
    guesses = learn(blind.table.at(split.learnt), told.labels[split.learnt], strengths=(1.0,))
    verdict = Verdict(None, model=guesses, split=split, told=guesses.probabilities(blind.table.at(split.held)))
    other = learn(told.table, told.labels, strengths=(1.0,)) if strength else guesses
    rows = Rows(told.table, told.labels, told.days, told.groups.astype(np.intp), np.full(told.table.rows, np.inf))
    kept = ScoreModel(
        id="other", kind=ScoreKind.CHURN_30, trained_at=datetime(2026, 1, 1, tzinfo=UTC), trained_on=date.min,
        refusal=None, model=other.model_dump(), report={},
    )  # fmt: skip
    found = compared(verdict, rows, embargo=50, other=kept)
    assert found is not None
    assert (found.is_worse, found.rows) == (is_worse, len(split.counted))
    seen = compared(verdict, rows, embargo=50, other=kept.model_copy(update={"trained_on": date(2026, 1, 1)}))
    assert seen is None, "it had learnt from these rows, and there is no report of its own to go by"
