"""Scores add up, learn only from rows that they may see, and are refused where there is nothing to believe."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import InputError
from copilot.scoring.believable import History, Refusal, judge
from copilot.scoring.leaks import suspected
from copilot.scoring.quality import Measure, quality
from copilot.scoring.shapes import AdditiveModel, Curve, Levels, centred, probability
from copilot.scoring.tables import Column, Reason, Table, categories, numbers, usable
from copilot.scoring.training import learn

ROWS = 600


def history(*, seed: int = 1, rows: int = ROWS, strength: float = 1.5) -> History:
    """Accounts that go the more, the less they are used, and on the small plan."""
    generator = np.random.default_rng(seed)
    used, plan = generator.normal(size=rows), generator.choice(["small", "large", ""], size=rows, p=[0.5, 0.4, 0.1])
    odds = -1.0 - strength * used + 0.8 * strength * (plan == "small")
    labels = generator.random(rows) < probability(odds)
    return History(usable([numbers("used", list(used)), categories("plan", list(plan))], rows=rows), labels)


def with_column(told: History, column: Column) -> History:
    return replace(told, table=Table((*told.table.columns, column), told.table.rows))


finite = st.floats(-1e6, 1e6)


@given(
    base=finite,
    knots=st.lists(finite, min_size=1, max_size=6, unique=True).map(sorted),
    effects=st.lists(finite, min_size=6, max_size=6),
    values=st.lists(st.one_of(st.none(), finite), min_size=1, max_size=20),
    words=st.lists(st.sampled_from(["a", "b", "never seen", ""]), min_size=20, max_size=20),
)
def test_the_contributions_add_up_to_the_score(
    base: float, knots: list[float], effects: list[float], values: list[float | None], words: list[str]
) -> None:
    table = Table((numbers("x", values), categories("w", words[: len(values)])), len(values))
    curve = Curve(name="x", knots=tuple(knots), effects=tuple(effects[: len(knots)]), missing=effects[0])
    shapes = (curve, Levels(name="w", effects={"a": effects[1], "b": effects[2]}, other=effects[3], missing=effects[4]))
    plain = AdditiveModel(base=base, shapes=shapes)
    model = centred(shapes, table, base=base)
    total = model.base + model.contributions(table).sum(axis=1)
    assert np.allclose(total, model.log_odds(table), rtol=1e-9, atol=1e-6)
    assert np.allclose(plain.log_odds(table), model.log_odds(table), rtol=1e-9, atol=1e-6), "centring moves nothing"
    assert np.allclose(model.contributions(table).mean(axis=0), 0, atol=1e-6)
    assert AdditiveModel.model_validate_json(model.model_dump_json()) == model


def test_a_curve_is_level_beyond_what_was_seen_and_rare_words_have_one_effect() -> None:
    curve = Curve(name="x", knots=(0, 10), effects=(1, 2), missing=7)
    assert curve.of(numbers("x", [-5, 5, 99, None])).tolist() == [1, 1.5, 2, 7]
    levels = Levels(name="w", effects={"a": 1}, other=3, missing=7)
    assert levels.of(categories("w", ["a", "unheard of", ""])).tolist() == [1, 3, 7]


def test_a_column_of_many_names_gives_effects_to_the_most_frequent() -> None:
    told = history()
    names = [f"name {place % 250}" if place >= 50 else "often" for place in range(4_000)]
    table = Table((categories("name", names),), 4_000)
    [levels] = learn(table, np.resize(told.labels, 4_000), strengths=(1.0,)).shapes
    assert isinstance(levels, Levels)
    assert len(levels.effects) == 200
    assert "often" in levels.effects


def test_many_rows_are_scored_as_few_are() -> None:
    told = history()
    model = learn(told.table, told.labels, strengths=(1.0,))
    many = told.table.at(np.arange(150_000) % ROWS)
    assert np.array_equal(model.log_odds(many)[:ROWS], model.log_odds(told.table))
    assert np.array_equal(model.log_odds(many)[-ROWS:], model.log_odds(many)[:ROWS])


def test_a_column_that_is_gone_or_has_turned_into_words_is_refused() -> None:
    model = learn(history().table, history().labels, strengths=(1.0,))
    with pytest.raises(InputError, match="missing"):
        model.probabilities(Table((), 3))
    with pytest.raises(InputError, match="another kind"):
        model.probabilities(Table((categories("used", ["a"]), categories("plan", ["small"])), 1))


def test_what_can_be_learnt_is_learnt_and_its_figures_are_close_to_the_truth() -> None:
    verdict = judge(history(rows=1_000))
    assert verdict.refusal is None
    assert verdict.model is not None
    assert verdict.quality is not None
    assert verdict.quality.of(Measure.AUC) > 0.75
    assert verdict.quality.of(Measure.CALIBRATION_ERROR) < 0.06
    low, high = (verdict.quality.figures[Measure.AUC].low, verdict.quality.figures[Measure.AUC].high)
    assert low < verdict.quality.of(Measure.AUC) < high
    assert judge(history(rows=1_000), repeats=1).model == verdict.model, "the same history gives the same model"


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_learnt_from_outcomes_at_random(seed: int) -> None:
    told = history(seed=seed)
    shuffled = np.random.default_rng(seed).permutation(told.labels)
    verdict = judge(replace(told, labels=shuffled), repeats=1)
    assert verdict.refusal is Refusal.NO_BETTER_THAN_CHANCE
    assert verdict.model is None
    assert verdict.quality is not None, "what was measured is shown"


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        (history(rows=150), Refusal.FEW_ROWS),
        (replace(history(), labels=np.arange(ROWS) < 20), Refusal.FEW_OF_AN_OUTCOME),
        (replace(history(), days=np.ones(ROWS)), Refusal.FEW_OF_AN_OUTCOME),
        (replace(history(), table=Table((), ROWS)), Refusal.NO_COLUMNS),
    ],
    ids=["rows", "outcome", "one day", "columns"],
)
def test_too_little_to_learn_from_is_refused(told: History, refusal: Refusal) -> None:
    verdict = judge(told)
    assert verdict.refusal is refusal
    assert verdict.model is None


@pytest.mark.parametrize("kind", ["number", "reason", "absence"])
def test_a_column_written_after_the_outcome_is_left_out_and_named(kind: str) -> None:
    told = history()
    generator = np.random.default_rng(3)
    columns: dict[str, Column] = {
        "number": numbers("late", list(told.labels * 3.0 + generator.normal(scale=0.5, size=ROWS))),
        "reason": categories("late", ["price" if gone and generator.random() < 0.5 else "" for gone in told.labels]),
        "absence": numbers(
            "late", [None if gone and generator.random() < 0.5 else 1.0 * n for n, gone in enumerate(told.labels)]
        ),
    }
    column = columns[kind]
    verdict = judge(with_column(told, column), repeats=1)
    assert [(item.column, item.reason) for item in verdict.left_out] == [("late", Reason.LEAK)]
    assert verdict.model is not None
    assert "late" not in verdict.model.names
    kept = judge(replace(with_column(told, column), kept=frozenset({"late"})), repeats=1)
    assert not kept.left_out, "somebody vouches for it"


def test_what_is_right_too_often_is_refused_even_where_no_column_is_suspected() -> None:
    generator = np.random.default_rng(5)
    parts = [generator.normal(size=1_500) for _ in range(3)]
    labels = sum(parts) > 0
    table = usable([numbers(f"part {place}", list(part)) for place, part in enumerate(parts)], rows=1_500)
    assert judge(History(table, np.asarray(labels)), repeats=1).refusal is Refusal.TOO_GOOD


def test_a_split_by_time_learns_from_earlier_rows_alone() -> None:
    """What decides turns round in the last quarter: folds that mix the days would not see it."""
    told = history(rows=1_000, strength=2)
    late = np.arange(1_000) >= 750
    turned = replace(told, labels=np.where(late, ~told.labels, told.labels), days=np.arange(1_000.0))
    verdict = judge(turned)
    assert verdict.by_time
    assert verdict.quality is not None
    assert verdict.quality.rows == 250
    assert verdict.quality.of(Measure.AUC) < 0.5
    assert verdict.refusal is Refusal.NO_BETTER_THAN_CHANCE


def test_thousands_of_words_are_not_held_in_memory_together() -> None:
    """A town for every fourth account: each alone, or none, is looked at, never a row of flags for every town."""
    rows = 8_000
    towns = categories("town", ["capital"] * 2_000 + [f"town {n % 1_500}" for n in range(rows - 2_000)])
    labels = np.arange(rows) % 3 == 0
    tracemalloc.start()
    assert suspected(Table((towns,), rows), labels) == ()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_500 * rows, "bytes of a flag for each town and row"


def test_segments_show_where_a_score_does_not_hold() -> None:
    told = history(rows=1_000)
    groups = categories("region", ["north"] * 940 + ["tiny"] * 60)
    verdict = judge(replace(told, segments=groups), repeats=1)
    assert [each.name for each in verdict.segments] == ["north", "tiny"]
    assert verdict.segments[0].predicted == pytest.approx(verdict.segments[0].observed, abs=0.05)


def test_figures_of_a_perfect_and_of_a_useless_score() -> None:
    labels = np.arange(200) % 4 == 0
    perfect = quality(labels, labels[None, :].astype(float))
    assert (perfect.of(Measure.AUC), perfect.of(Measure.SKILL), perfect.of(Measure.LIFT)) == (1, 1, 4)
    useless = quality(labels, np.full((1, 200), 0.25))
    assert useless.of(Measure.AUC) == 0.5
    assert useless.of(Measure.SKILL) == pytest.approx(0)
    with pytest.raises(ValueError, match="both outcomes"):
        quality(np.ones(5, dtype=bool), np.ones((1, 5)))


def test_columns_that_say_nothing_are_left_out() -> None:
    count = 60
    table = usable(
        [
            numbers("running", [1000.0 + n for n in range(count)]),
            numbers("constant", [3.0] * count),
            numbers("empty", [None] * count),
            categories("name", [f"customer {n}" for n in range(count)]),
            categories("same", ["x"] * count),
            numbers("amount", [17.5 * n for n in range(count)]),
        ],
        rows=count,
    )
    assert [column.name for column in table.columns] == ["amount"]
    assert {item.column: item.reason for item in table.left_out} == {
        "running": Reason.IDENTIFIER,
        "constant": Reason.CONSTANT,
        "empty": Reason.EMPTY,
        "name": Reason.IDENTIFIER,
        "same": Reason.CONSTANT,
    }
    with pytest.raises(InputError, match="infinite"):
        numbers("endless", [float("inf")])
