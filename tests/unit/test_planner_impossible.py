"""Days that do not exist are asked about; days and numbers beyond what can be asked are said to be so."""

from datetime import date

import pytest

from copilot.agent.planner import OfflinePlanner
from copilot.agent.planner.impossible import impossible_day
from copilot.domain.plans import PlanningContext
from tests.planner_world import StaticDirectory, account_executive

IMPOSSIBLE = (
    ("en", "deals closing before 31/02", "31/02"),
    ("en", "deals closing February 30", "February 30"),
    ("en", "deals closing on 30 February 2027", "30 February 2027"),
    ("en", "deals closing on 29 February 2027", "29 February 2027"),
    ("en", "tickets opened since 2026-02-30", "2026-02-30"),
    ("es", "negocios que cierran el 31 de febrero", "31 de febrero"),
    ("es", "renovaciones hasta el 31/11/2026", "31/11/2026"),
    ("es", "renovaciones del 31 de abril", "31 de abril"),
)


@pytest.mark.parametrize(("language", "message", "day"), IMPOSSIBLE, ids=[row[1] for row in IMPOSSIBLE])
def test_a_day_that_does_not_exist_is_asked_about(language: str, message: str, day: str) -> None:
    viewer = account_executive(language=language)
    plan = OfflinePlanner().plan(
        message, context=PlanningContext(), directory=StaticDirectory(), viewer=viewer, today=date(2026, 11, 16)
    )
    assert plan.clarification is not None
    assert day in plan.clarification.question
    assert ("no existe" if language == "es" else "no such day") in plan.clarification.question


@pytest.mark.parametrize(
    "message",
    [
        "deals closing on 31 January", "el 29 de febrero", "29/02/2028", "support 24/7", "02/13/2027", "13/02",
        "the 50/60 split", "2026-11-30", "may 31", "version 1.31/02.4", "in March 2026", "30.02 euros",
    ],
)  # fmt: skip
def test_days_that_exist_and_figures_that_are_no_days_are_not_asked_about(message: str) -> None:
    assert impossible_day(message) is None


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("es", "negocios de más de 99999999999999999 euros"), ("en", "deals over €99999999999999999"),
        ("es", "próximos 100000 días"), ("en", "renewals in the next 250000 days"),
    ],
)  # fmt: skip
def test_a_number_too_long_to_be_read_is_not_left_out(language: str, message: str) -> None:
    viewer = account_executive(language=language)
    plan = OfflinePlanner().plan(
        message, context=PlanningContext(), directory=StaticDirectory(), viewer=viewer, today=date(2026, 11, 16)
    )
    assert plan.refusal is not None
    assert ("15 cifras" if language == "es" else "15 digits") in plan.refusal.text
