"""`And the week before?`: days told by those of the turn before, right beside them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.agent.planner.beside import beside
from copilot.agent.planner.reading import read
from copilot.domain.language import Language
from copilot.domain.periods import Period
from tests.planner_world import StaticDirectory

TODAY = date(2026, 11, 16)
OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 10, 31))
NINETY_DAYS = Period(start=date(2026, 8, 19), end=TODAY)
CASES = (
    ("and the month before?", OCTOBER, "2026-09-01", "2026-09-30"),
    ("and the previous month", OCTOBER, "2026-09-01", "2026-09-30"),
    ("and the following month?", OCTOBER, "2026-11-01", "2026-11-30"),
    ("and the week before that", OCTOBER, "2026-09-24", "2026-09-30"),
    ("before that?", OCTOBER, "2026-09-01", "2026-09-30"),
    ("¿y el mes anterior?", OCTOBER, "2026-09-01", "2026-09-30"),
    ("y la semana de antes", OCTOBER, "2026-09-24", "2026-09-30"),
    ("¿y el trimestre siguiente?", OCTOBER, "2026-11-01", "2027-01-31"),
    ("¿y en los 90 anteriores?", NINETY_DAYS, "2026-05-21", "2026-08-18"),
    ("and the previous 30 days?", NINETY_DAYS, "2026-07-20", "2026-08-18"),
    ("and the 30 days before that?", NINETY_DAYS, "2026-07-20", "2026-08-18"),
    ("¿y los 30 anteriores?", NINETY_DAYS, "2026-07-20", "2026-08-18"),
    ("¿y las dos semanas anteriores?", OCTOBER, "2026-09-17", "2026-09-30"),
    ("and the two months before that", OCTOBER, "2026-08-01", "2026-09-30"),
    ("and the following 10 days", OCTOBER, "2026-11-01", "2026-11-10"),
)


def _found(message: str, told: Period | None) -> Period | None:
    language = Language.ES if message[0] in "¿y" else Language.EN
    reading = read(message, directory=StaticDirectory(), today=TODAY, language=language)
    return beside(reading, told)


@pytest.mark.parametrize(("message", "told", "start", "end"), CASES, ids=[row[0] for row in CASES])
def test_the_days_lie_beside_those_that_were_told(message: str, told: Period, start: str, end: str) -> None:
    found = _found(message, told)
    assert found is not None
    assert (str(found.start), str(found.end)) == (start, end)


@pytest.mark.parametrize("message", ["and last month?", "in the month before Christmas", "deals closing in October"])
def test_days_that_are_told_by_themselves_are_left_alone(message: str) -> None:
    assert _found(message, OCTOBER) is None


def test_nothing_lies_beside_no_days() -> None:
    assert _found("and the month before?", None) is None


@given(
    start=st.dates(date(1950, 1, 1), date(2150, 1, 1)),
    days=st.integers(0, 800),
    message=st.sampled_from([row[0] for row in CASES]),
)
def test_they_never_overlap(start: date, days: int, message: str) -> None:
    end = date.fromordinal(start.toordinal() + days)
    found = _found(message, Period(start=start, end=end))
    assert found is not None
    assert found.start is not None
    assert found.end is not None
    assert (found.end.toordinal() + 1 == start.toordinal()) or (found.start.toordinal() == end.toordinal() + 1)
