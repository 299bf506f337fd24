"""Periods as people write them, in both languages, on Monday 16 November 2026."""

from datetime import date

import pytest

from copilot.domain.language import Language
from copilot.domain.period_words import read_periods

TODAY = date(2026, 11, 16)
AHEAD = (
    ("this quarter", "2026-10-01..2026-12-31"),
    ("este trimestre", "2026-10-01..2026-12-31"),
    ("in the next 90 days", "2026-11-16..2027-02-14"),
    ("en los próximos 90 días", "2026-11-16..2027-02-14"),
    ("within 60 days", "2026-11-16..2027-01-15"),
    ("in March", "2027-03-01..2027-03-31"),
    ("en marzo", "2027-03-01..2027-03-31"),
    ("Q1 2027", "2027-01-01..2027-03-31"),
    ("T1", "2027-01-01..2027-03-31"),
    ("primer trimestre de 2027", "2027-01-01..2027-03-31"),
    ("next year's Q2", "2027-04-01..2027-06-30"),
    ("first half of 2027", "2027-01-01..2027-06-30"),
    ("el trimestre que viene", "2027-01-01..2027-03-31"),
    ("next week", "2026-11-23..2026-11-29"),
    ("la semana que viene", "2026-11-23..2026-11-29"),
    ("tomorrow", "2026-11-17..2026-11-17"),
    ("mañana", "2026-11-17..2026-11-17"),
    ("between 1 March and 15 April", "2027-03-01..2027-04-15"),
    ("del 1 al 15 de marzo", "2027-03-01..2027-03-15"),
    ("entre marzo y mayo", "2027-03-01..2027-05-31"),
    ("before March", "2026-11-16..2027-02-28"),
    ("antes de fin de año", "2026-11-16..2026-12-31"),
    ("by the end of the year", "2026-11-16..2026-12-31"),
    ("lo que queda de año", "2026-11-16..2026-12-31"),
    ("soon", "2026-11-16..2027-02-14"),
    ("el viernes", "2026-11-20..2026-11-20"),
)
BACK = (
    ("in March", "2026-03-01..2026-03-31"),
    ("last month", "2026-10-01..2026-10-31"),
    ("el mes pasado", "2026-10-01..2026-10-31"),
    ("the last quarter", "2026-07-01..2026-09-30"),
    ("last two weeks", "2026-11-02..2026-11-16"),
    ("en los últimos tres meses", "2026-08-16..2026-11-16"),
    ("since June", "2026-06-01.."),
    ("desde septiembre", "2026-09-01.."),
    ("in 2025", "2025-01-01..2025-12-31"),
    ("en lo que va de año", "2026-01-01..2026-11-16"),
    ("hace dos semanas", "2026-11-02..2026-11-08"),
    ("yesterday", "2026-11-15..2026-11-15"),
    ("recently", "2026-10-17..2026-11-16"),
    ("últimamente", "2026-10-17..2026-11-16"),
    ("older than 30 days", "..2026-10-17"),
    ("last Monday", "2026-11-09..2026-11-09"),
)
CASES = [(text, True, days) for text, days in AHEAD] + [(text, False, days) for text, days in BACK]


@pytest.mark.parametrize(
    ("text", "ahead", "days"), CASES, ids=[f"{text} ({'ahead' if ahead else 'back'})" for text, ahead, _ in CASES]
)
def test_a_period_is_read(text: str, ahead: bool, days: str) -> None:
    (found,) = read_periods(f"deals {text} please", today=TODAY, ahead=ahead, language=Language.EN)
    assert f"{found.period.start or ''}..{found.period.end or ''}" == days
    assert found.period.words == text


@pytest.mark.parametrize("text", ["may I ask", "march on", "a new deal", "31/31", "1.5", "mañana por la"])
def test_other_words_are_no_period(text: str) -> None:
    found = read_periods(text, today=TODAY, ahead=True, language=Language.EN)
    assert [item.period.words for item in found] in ([], ["mañana"])


def test_figures_that_fit_two_days_give_both_in_english_only() -> None:
    (english,) = read_periods("03/04", today=TODAY, ahead=True, language=Language.EN)
    assert (english.period.start, english.other and english.other.start) == (date(2027, 4, 3), date(2027, 3, 4))
    (spanish,) = read_periods("03/04", today=TODAY, ahead=True, language=Language.ES)
    assert (spanish.period.start, spanish.other) == (date(2027, 4, 3), None)
