"""How far chances keep their word is fitted without the company of whom it is told."""

import numpy as np
import pytest

from evals.rfp.calibration_training import Answers, stated_unseen

ODDS = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0])
RIGHT = np.array([0, 1, 0, 1, 1, 0, 1, 1, 1, 1], float)
COMPANIES = np.array(["a", "b"] * 5)


def test_the_mean_chance_becomes_the_share_that_is_right() -> None:
    answers = Answers(ODDS, RIGHT, COMPANIES)
    chances = 1 / (1 + np.exp(-(ODDS + answers.shift())))
    assert chances.mean() == pytest.approx(RIGHT.mean())


def test_the_surest_fifth_is_counted() -> None:
    assert Answers(ODDS, RIGHT, COMPANIES).surest() == (2, 2)
    assert Answers(-ODDS, RIGHT, COMPANIES).surest() == (1, 2)


def test_what_is_stated_of_a_company_does_not_rest_on_it() -> None:
    before = stated_unseen(Answers(ODDS, RIGHT, COMPANIES))
    other = np.where(COMPANIES == "a", 1 - RIGHT, RIGHT)
    after = stated_unseen(Answers(ODDS, other, COMPANIES))
    assert after[COMPANIES == "a"] == pytest.approx(before[COMPANIES == "a"])
    assert (after[COMPANIES == "b"] != before[COMPANIES == "b"]).all()
