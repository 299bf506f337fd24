"""Answers from texts take the route without an expert only as far as such answers were shown to be right."""

import pytest

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.rfp_answers import Notice, NoticeCode, Route
from copilot.workflows.rfp.answering.confidence import route_of, trusted

SURE = 0.999
STALE = (Notice(code=NoticeCode.STALE),)


def test_by_the_policy_of_the_product_no_answer_from_texts_goes_on_without_an_expert() -> None:
    assert route_of(SURE, (), rules=RfpRules()) is Route.EXPERT


@pytest.mark.parametrize(
    ("value", "notices", "whole", "route"),
    [
        (SURE, (), True, Route.HIGH),
        (0.5, (), True, Route.EXPERT),
        (SURE, STALE, True, Route.EXPERT),
        (SURE, (), False, Route.EXPERT),
    ],
)
def test_a_policy_that_asks_for_less_lets_sure_and_whole_answers_pass(
    value: float, notices: tuple[Notice, ...], route: Route, *, whole: bool
) -> None:
    assert route_of(value, notices, rules=RfpRules(high_from=0.8), whole=whole) is route


def test_a_chance_of_a_company_that_nothing_was_fitted_on_is_lower_than_the_judge_says() -> None:
    assert 0.5 < trusted(0.9) < 0.9
    assert trusted(0.9) < trusted(0.95) < 1
