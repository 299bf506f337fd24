"""The file of figures keeps what misses its goal, and the README shows it."""

from datetime import date
from pathlib import Path

import pytest

from evals.figures import Figure, Goal, load, record, regressions
from evals.report import table, with_table
from evals.statistics import bootstrap_interval, wilson_interval


def figure(name: str, value: float, *, goal: Goal | None = None) -> Figure:
    return Figure(
        name=name, language="es", value=value, n=10, goal=goal, command="make evals", measured_on=date(2026, 11, 21)
    )


def test_recording_replaces_by_name_and_language_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    record([figure("b", 1.0), figure("a", 2.0)], path=path)
    record([figure("b", 3.0)], path=path)
    assert [(f.name, f.value) for f in load(path)] == [("a", 2.0), ("b", 3.0)]


def test_what_a_run_measures_wholly_and_did_not_find_goes(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    record([figure("pages.ratio./gone", 1.0), figure("pages.ratio./queue", 2.0), figure("pagesize", 3.0)], path=path)
    record([figure("pages.ratio./queue", 4.0)], path=path, wholly=["pages."])
    assert [(f.name, f.value) for f in load(path)] == [("pages.ratio./queue", 4.0), ("pagesize", 3.0)]


def test_a_missed_goal_is_shown() -> None:
    missed = figure("x", 0.4, goal=Goal(comparison=">=", threshold=0.5))
    assert missed.met is False
    shown = table([missed, figure("part", 1.0)])
    assert "**not met**" in shown
    assert "`part`" not in shown
    assert "1 more" in shown


def test_the_table_goes_between_its_markers_only() -> None:
    text = "top\n<!-- figures:begin -->\nold\n<!-- figures:end -->\nbottom\n"
    fresh = with_table(text, figures=[figure("x", 0.4)])
    assert fresh.startswith("top\n")
    assert fresh.endswith("bottom\n")
    assert "old" not in fresh
    with pytest.raises(ValueError, match="markers"):
        with_table("no markers", figures=[])


def test_intervals_hold_the_estimate_and_narrow_with_more_cases() -> None:
    few, many = bootstrap_interval([0.0, 1.0] * 5), bootstrap_interval([0.0, 1.0] * 500)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    low, high = wilson_interval(0, 20)
    # Wilson 1927 for 0 of 20 at 95 %: upper bound z^2 / (n + z^2).
    assert low == 0.0
    assert high == pytest.approx(3.8415 / (20 + 3.8415), abs=1e-4)


def test_the_gate_names_what_fell_behind_and_what_was_never_recorded(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    at_least, at_most = Goal(comparison=">=", threshold=0.9), Goal(comparison="<=", threshold=2)
    record([figure("share", 0.8, goal=at_least), figure("ratio", 1.5, goal=at_most)], path=path)
    assert regressions([figure("share", 0.8, goal=at_least), figure("ratio", 1.4, goal=at_most)], path=path) == []
    fallen = [figure("share", 0.79, goal=at_least), figure("ratio", 1.6, goal=at_most)]
    assert len(regressions(fallen, path=path)) == 2
    assert "never" in regressions([figure("new", 1.0, goal=at_least)], path=path)[0]
