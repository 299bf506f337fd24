"""The level of the newest months: told beside what was expected, moved into the score, and only from the record."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from copilot.cli.scores_report import apart_lately
from copilot.domain.language import Language
from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.scoring.labels import DelaySource
from copilot.scoring.past import Rows
from copilot.scoring.quality import area, levelled
from copilot.scoring.recent import MONTH_DAYS, SPAN_DAYS, Recent, corrected
from copilot.scoring.report import Counts, DelayTold, Lately, LatelyGroup, Needed, Report
from copilot.scoring.shapes import AdditiveModel, Curve, Levels
from copilot.scoring.tables import Table, categories, numbers
from copilot.scoring.training import learn

MONTHS, ACCOUNTS, DELAY = 24, 900, 20
FIRST = 738_000
USUAL = 0.02
MODEL = AdditiveModel(
    base=float(np.log(USUAL / (1 - USUAL))),
    shapes=(
        Levels(name="segment", effects={"large": 0.0, "small": 0.0}),
        Levels(name="country", effects={"CL": 0.0, "ES": 0.0, "GB": 0.0}),
        Curve(name="use", knots=(0.0, 1.0), effects=(-0.1, 0.1)),
    ),
)


def lived(*, worse: float = 1.0, everybody: float = 1.0, seed: int = 3) -> Recent:
    """Months of accounts; in the newest half-year more of the small ones leave, or of all."""
    generator = np.random.default_rng(seed)
    days = np.repeat(FIRST + MONTH_DAYS * np.arange(MONTHS), ACCOUNTS).astype(np.float64)
    segments, countries = (
        np.resize(["small", "large", "large"], ACCOUNTS),
        np.resize(["ES", "GB", "CL", "GB"], ACCOUNTS),
    )
    is_new = days > days.max() - SPAN_DAYS
    is_small = np.tile(segments == "small", MONTHS)
    chance = USUAL * np.where(is_new, everybody, 1.0) * np.where(is_new & is_small, worse, 1.0)
    leaves = generator.random(days.size) < chance
    table = Table(
        (
            categories("segment", [str(one) for one in np.tile(segments, MONTHS)]),
            categories("country", [str(one) for one in np.tile(countries, MONTHS)]),
            numbers("use", list(generator.random(days.size))),
        ),
        days.size,
    )
    rows = Rows(
        table=table,
        labels=leaves,
        days=days,
        accounts=np.tile(np.arange(ACCOUNTS), MONTHS),
        next_happened=np.where(leaves, days + 9, np.inf),
    )
    return Recent(rows, horizon=MONTH_DAYS, delay=DELAY)


def today(recent: Recent) -> float:
    return float(recent.rows.days.max()) + MONTH_DAYS + DELAY


def test_a_group_that_got_worse_is_told_and_the_level_follows() -> None:
    recent = lived(worse=2.5)
    learnt = learn(recent.rows.table, recent.rows.labels)
    found = recent.lately(learnt, by=today(recent))
    assert found is not None
    assert [(group.column, group.name) for group in found.groups if group.deviates] == [("segment", "small")]
    [small] = [group for group in found.groups if group.name == "small"]
    assert small.happened > 1.3 * small.expected
    model = corrected(learnt, found)
    new = np.flatnonzero(recent.rows.days > recent.rows.days.max() - SPAN_DAYS)
    table, happened = recent.rows.table.at(new), np.isfinite(recent.rows.next_happened[new])
    assert model.probabilities(table).mean() == pytest.approx(happened.mean(), rel=0.15)
    total = model.base + model.contributions(table).sum(axis=1)
    assert np.allclose(total, model.log_odds(table), atol=1e-9)


@pytest.mark.parametrize("times", [0.5, 1.6, 2.5])
def test_a_level_that_moved_for_everybody_moves_everybody_once(times: float) -> None:
    recent = lived(everybody=times)
    rows = recent.rows
    learnt = learn(rows.table, rows.labels)
    found = recent.lately(learnt, by=today(recent))
    assert found is not None
    new = np.flatnonzero(rows.days > rows.days.max() - SPAN_DAYS)
    # The newest months were learnt from as well: that they counted once already is part of what was expected.
    told = corrected(learnt, found).probabilities(rows.table.at(new)).mean()
    assert told == pytest.approx(rows.labels[new].mean(), rel=0.1)
    assert not any(group.deviates for group in found.groups), "no group is further from the others than before"


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_months_like_those_before_move_next_to_nothing(seed: int) -> None:
    recent = lived(seed=seed)
    found = recent.lately(MODEL, by=today(recent))
    assert found is not None
    assert not any(group.deviates for group in found.groups)
    assert 0.8 < found.factor < 1.2


def test_what_came_on_record_later_says_nothing_of_a_day() -> None:
    recent = lived(worse=2.5)
    by = today(recent) - 7 * MONTH_DAYS
    rows = recent.rows
    is_later = rows.days + MONTH_DAYS + DELAY > by
    changed = replace(rows, next_happened=np.where(is_later, rows.days + 1, rows.next_happened))
    other = replace(recent, rows=changed)
    assert recent.lately(MODEL, by=by) == other.lately(MODEL, by=by)
    assert recent.levelled(MODEL, by) == other.levelled(MODEL, by)
    assert recent.lately(MODEL, by=FIRST) is None
    assert recent.levelled(MODEL, FIRST) is MODEL, "too little is known to move it"


def test_a_rare_sign_is_learnt_as_what_it_is() -> None:
    """Most rows have none of it, and of those that have it matters hardly how much."""
    generator = np.random.default_rng(5)
    amount = np.where(generator.random(6_000) < 0.03, generator.integers(10, 200, 6_000), 0).astype(np.float64)
    noise = generator.normal(size=(6_000, 6))
    labels = generator.random(6_000) < np.where(amount > 0, 0.25, 0.02)
    columns = [numbers("overdue", list(amount)), *(numbers(f"x{at}", list(noise[:, at])) for at in range(6))]
    table = Table(tuple(columns), 6_000)
    few, many = np.arange(2_000), np.arange(2_000, 6_000)
    model = learn(table.at(few), labels[few], straight=True)
    curve = model.shapes[0]
    assert isinstance(curve, Curve)
    none, some = np.interp([0, 20], curve.knots, curve.effects)
    assert some - none > 1.0
    assert area(labels[many], model.log_odds(table.at(many))) > area(labels[many], amount[many]) - 0.02


def test_a_single_row_that_differs_moves_little() -> None:
    generator = np.random.default_rng(8)
    use, odd = generator.normal(size=4_000), np.zeros(4_000)
    labels = generator.random(4_000) < 1 / (1 + np.exp(3 + use))
    odd[np.flatnonzero(labels)[0]] = 40.0
    table = Table((numbers("use", list(use)), numbers("odd", list(odd))), 4_000)
    curve = learn(table, labels, strengths=(0.01,), straight=True).shapes[1]
    assert isinstance(curve, Curve)
    assert max(curve.effects) - min(curve.effects) < 1.5


def test_a_level_is_no_fault_and_no_merit_where_accounts_are_told_apart() -> None:
    generator = np.random.default_rng(6)
    strata = np.repeat(np.arange(2, dtype=np.int32), 3_000)
    odds = generator.normal(size=6_000) - np.where(strata == 1, 2.0, 4.0)
    labels = generator.random(6_000) < 1 / (1 + np.exp(-odds))
    told = 1 / (1 + np.exp(-(odds + np.where(strata == 1, 1.5, -1.0))))
    found = levelled(labels, told, strata)
    for stratum in (0, 1):
        assert found[strata == stratum].mean() == pytest.approx(labels[strata == stratum].mean(), abs=1e-6)
    assert np.corrcoef(np.log(found / (1 - found)), odds)[0, 1] > 0.99


@pytest.mark.parametrize(
    ("language", "said"), [(Language.ES, "se esperaban 12,3"), (Language.EN, "12.3 were expected")]
)
def test_a_group_that_differs_is_said_beside_the_models(language: Language, said: str) -> None:
    group = LatelyGroup(column="segment", name="small", rows=90, happened=31, expected=12.34, deviates=True)
    other = group.model_copy(update={"name": "large", "deviates": False})
    day = date(2026, 5, 31)
    lately = Lately(first_day=day, last_day=day, happened=60, expected=41, factor=1.4, groups=(group, other))
    report = Report(
        horizon_days=90,
        needed=Needed(rows=200, of_an_outcome=50, of_a_side=20),
        counts=Counts(accounts=900, happened=60),
        delay=DelayTold(days=30, source=DelaySource.SETTING, cases=0),
        lately=lately,
    )
    model = ScoreModel(
        id="m", kind=ScoreKind.CHURN_90, trained_at=datetime(2026, 11, 16, tzinfo=UTC), trained_on=day, refusal=None,
        model={}, report=report.model_dump(mode="json"),
    )  # fmt: skip
    [line] = apart_lately(model, language)
    assert "small" in line
    assert said in line
    assert apart_lately(model.model_copy(update={"report": {}}), language) == ()
