"""How an invented portfolio is held against its truth: a fault here would be a wrong figure."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from copilot.domain.scores import AccountScore, Part, ScoreKind
from copilot.domain.signals import Signal
from evals.figures import Figure
from evals.scoring.invented_accounts import CAUSES, TRAINED, WEEK, WEEKS, Cause, Portfolio, Profile
from evals.scoring.portfolio_figures import explained, found
from evals.scoring.portfolio_life import Explained, Lived, Scoring, distance
from evals.scoring.portfolio_outside import OutsideScoring, Truth, outside_leavers, read_truth
from evals.scoring.portfolio_scoring import Leaver, leavers, precision, summer_factor, top, use_change

SIZE = 10
LEFT = (TRAINED + 20) * WEEK + 3
"""Of the first customer; the last early enough day of scoring is that of week 14 after the training."""


def score(value: float, *, names: tuple[str, ...] = ()) -> AccountScore:
    parts = tuple(Part(name=name, value=1.0, effect=0.5) for name in names)
    return AccountScore(
        account_id="a", kind=ScoreKind.CHURN_90, day=date(2026, 1, 1), value=value, band=None, parts=parts, version="v"
    )


def world(values: dict[int, list[float]], *, explained_in: int | None = None, names: tuple[str, ...] = ()) -> Lived:
    """Ten customers of whom the first leaves, with these scores by week after the training."""
    profiles = tuple(
        Profile(number, f"C {number}", "SMB", "ES", "es", "Retail", 10, joined=-100) for number in range(SIZE)
    )
    ages = np.zeros((len(CAUSES), SIZE, WEEKS), dtype=np.int16)
    ages[CAUSES.index(Cause.SUPPORT), 0, TRAINED + 5 :] = np.arange(1, WEEKS - TRAINED - 4)
    left = np.array([LEFT, *[-1] * (SIZE - 1)])
    portfolio = Portfolio(1, profiles, ages, np.zeros((SIZE, WEEKS)), left, left, (Cause.SUPPORT, *[None] * (SIZE - 1)))
    active = np.full((SIZE, WEEKS), 100)
    active[0, TRAINED + 8 :] = 70
    scorings = tuple(
        Scoring(
            TRAINED + week,
            tuple(range(SIZE)),
            {place: score(value) for place, value in enumerate(told)},
            {0: Explained(names, len(names))} if week == explained_in else {},
        )
        for week, told in values.items()
    )
    filling = SimpleNamespace(usage={"active_users": active})
    return cast("Lived", SimpleNamespace(portfolio=portfolio, filling=filling, scorings=scorings))


HIGH, LOW = [0.9, *[0.1] * 9], [0.05, *[0.1] * 9]


def only(lived: Lived) -> Leaver:
    one, *others = leavers(lived)
    assert not others
    return one


def test_who_is_alerted_on_the_last_early_enough_day_is_found_and_on_another_is_not() -> None:
    assert only(world({10: LOW, 14: HIGH, 18: LOW})).found
    late = only(world({10: HIGH, 14: LOW, 18: HIGH}))
    assert not late.found
    assert late.days == LEFT - (TRAINED + 14) * WEEK


def test_the_lead_is_that_of_the_unbroken_alert() -> None:
    assert only(world({6: HIGH, 10: LOW, 14: HIGH, 18: HIGH})).alerted_for == LEFT - (TRAINED + 14) * WEEK
    assert only(world({6: HIGH, 10: HIGH, 14: HIGH, 18: LOW})).alerted_for == 0


def test_the_rule_and_the_truth_have_the_same_budget() -> None:
    one = only(world({14: LOW}))
    assert (one.found, one.found_by_rule, one.found_by_truth) == (False, True, True)
    assert not only(world({6: LOW})).found_by_rule


def test_nobody_is_found_where_the_model_was_refused() -> None:
    lived = world({14: HIGH})
    refused = tuple(replace(one, scores={}) for one in lived.scorings)
    one = only(cast("Lived", SimpleNamespace(**{**vars(lived), "scorings": refused})))
    assert not one.found
    assert one.found_by_truth


@pytest.mark.parametrize(
    ("names", "is_explained"),
    [
        ((Signal.NPS, Signal.TICKETS_OPEN_URGENT), True),
        ((Signal.NPS, Signal.USAGE_CHANGE), False),
        ((), False),
    ],
    ids=["named", "another", "nothing"],
)
def test_a_cause_is_named_by_its_own_signals_alone(names: tuple[Signal, ...], is_explained: bool) -> None:
    one = only(world({14: HIGH}, explained_in=14, names=tuple(name.value for name in names)))
    assert one.has_begun
    assert one.is_explained is is_explained


def test_a_share_of_all_alerts_came_true() -> None:
    told = precision(world({10: HIGH, 14: HIGH}))
    assert (told.alerted, told.came_true) == (4, 2)
    assert told.usual == pytest.approx(0.1)


def test_a_score_that_everybody_has_in_summer_is_a_season() -> None:
    even = {week: [0.1] * SIZE for week in (0, 4, 8, 38, 42)}
    higher = even | {week: [0.3] * SIZE for week in (38, 42)}
    assert summer_factor(world(higher)) == pytest.approx(3 * summer_factor(world(even)))


def test_the_fall_of_use_compares_the_same_weeks_as_the_product() -> None:
    active = np.full((2, 40), 100)
    active[0, 30:34] = 70
    active[1, :20] = -1
    assert use_change(active, 34).tolist() == [pytest.approx(-0.3), 0.0]


def test_a_score_is_as_far_from_its_parts_as_it_is() -> None:
    right = score(float(1 / (1 + np.exp(-1.0))), names=("a", "b"))
    assert distance(right) < 1e-12
    assert distance(right.model_copy(update={"value": 0.5})) > 0.1


def test_of_equals_the_first_are_alerted() -> None:
    assert top({3: 0.5, 1: 0.5, 2: 0.9}, 2) == {2, 3}
    assert top({}, 2) == frozenset()


def named(figures: list[Figure]) -> dict[tuple[str, str], Figure]:
    return {(one.name.removeprefix("scoring.portfolio."), one.language): one for one in figures}


def test_figures_are_of_those_they_say() -> None:
    base = only(world({14: HIGH}, explained_in=14, names=("nps_latest", "tickets_open")))
    other = replace(base, found=False, found_by_truth=None, cause=Cause.NONE, is_explained=None, language="en")
    figures = named([*found([base, other], "note"), *explained([base, other], "note")])
    assert figures["lead_time", "-"].value == 0.5
    assert figures["lead_time", "es"].n == 1
    assert figures["lead_time.known", "-"].n == 1
    assert (figures["cause_named", "-"].value, figures["cause_named", "-"].n) == (1.0, 1)
    assert figures["noise_named", "-"].value == 0.5
    assert figures["cause_named.unpaid", "-"].n == 0


def test_a_portfolio_of_somebody_else_is_held_against_its_truth(tmp_path: Any) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(
        "account,left_on,cause,since\nA1,2026-03-01,unpaid,2025-12-01\nA2,,,\nA3,2026-03-02,moon,\n", "utf-8"
    )
    truth = read_truth(path)
    assert truth["A1"] == Truth(date(2026, 3, 1), Cause.UNPAID, date(2025, 12, 1))
    assert truth["A2"].left_on is None
    assert truth["A3"].cause is Cause.NONE
    days = [date(2026, 1, 1), date(2026, 1, 29), date(2026, 2, 20)]
    scorings = [
        OutsideScoring(day, {f"A{one}": score(0.9 if one == 1 else 0.1) for one in range(1, 11)}, {"A3": 30.0}, told)
        for day, told in zip(days, ({}, {"A1": Explained(("invoices_overdue",), 1)}, {}), strict=True)
    ]
    first, second = outside_leavers(truth, scorings, {"A1": "es"})
    assert (first.found, first.found_by_rule, first.is_explained, first.has_begun) == (True, False, True, True)
    assert (first.days, first.alerted_for, first.language) == (31, 59, "es")
    assert second.found_by_rule
