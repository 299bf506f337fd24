"""Stretches that run from a point to another, parts of stretches, and feasts, on Monday 16 November 2026."""

from datetime import date
from itertools import pairwise

import pytest

from copilot.domain.language import Language
from copilot.domain.period_words import read_periods

TODAY = date(2026, 11, 16)
BOTH = (
    ("from the start of September", "2026-09-01.."),
    ("desde principios de septiembre", "2026-09-01.."),
    ("since the beginning of the year", "2026-01-01.."),
    ("desde principios de año", "2026-01-01.."),
    ("desde mediados del mes pasado", "2026-10-15.."),
    ("de mediados de octubre para acá", "2026-10-15.."),
    ("from mid-October on", "2026-10-15.."),
    ("desde enero", "2026-01-01.."),
    ("since halloween", "2026-10-31.."),
    ("since last Friday", "2026-11-13.."),
    ("desde el día 2", "2026-11-02.."),
    ("since before July", "..2026-06-30"),
    ("desde antes de julio", "..2026-06-30"),
    ("between now and Christmas", "2026-11-16..2026-12-25"),
    ("de aquí a Navidad", "2026-11-16..2026-12-25"),
    ("from now until Friday", "2026-11-16..2026-11-20"),
    ("de hoy al viernes", "2026-11-16..2026-11-20"),
    ("de aquí a finales de mes", "2026-11-16..2026-11-30"),
    ("between now and year end", "2026-11-16..2026-12-31"),
    ("de aquí a dos semanas", "2026-11-16..2026-11-30"),
    ("de enero a la fecha", "2026-01-01..2026-11-16"),
    ("from January to date", "2026-01-01..2026-11-16"),
    ("between November and the end of March 2026", "2025-11-01..2026-03-31"),
    ("in the first half of next year", "2027-01-01..2027-06-30"),
    ("en el primer semestre de 2027", "2027-01-01..2027-06-30"),
    ("en el primer semestre del año que viene", "2027-01-01..2027-06-30"),
    ("Q3 del año pasado", "2025-07-01..2025-09-30"),
    ("H2 of last year", "2025-07-01..2025-12-31"),
    ("last year's H1", "2025-01-01..2025-06-30"),
    ("in October last year", "2025-10-01..2025-10-31"),
    ("en marzo del año que viene", "2027-03-01..2027-03-31"),
    ("last October", "2026-10-01..2026-10-31"),
    ("marzo pasado", "2026-03-01..2026-03-31"),
    ("next March", "2027-03-01..2027-03-31"),
    ("over the past two weeks", "2026-11-02..2026-11-16"),
    ("las últimas dos semanas", "2026-11-02..2026-11-16"),
    ("en el último año", "2025-11-16..2026-11-16"),
    ("el año pasado", "2025-01-01..2025-12-31"),
    ("el último mes", "2026-10-16..2026-11-16"),
    ("el mes pasado", "2026-10-01..2026-10-31"),
    ("in the past year", "2025-11-16..2026-11-16"),
    ("last year", "2025-01-01..2025-12-31"),
    ("over the last month", "2026-10-16..2026-11-16"),
    ("el último trimestre", "2026-07-01..2026-09-30"),
    ("el último trimestre del año", "2026-10-01..2026-12-31"),
    ("last quarter of 2025", "2025-10-01..2025-12-31"),
    ("los primeros tres meses de 2027", "2027-01-01..2027-03-31"),
    ("la quincena pasada", "2026-11-01..2026-11-15"),
    ("esta quincena", "2026-11-16..2026-11-30"),
    ("la próxima quincena", "2026-12-01..2026-12-15"),
    ("the last fortnight", "2026-11-02..2026-11-16"),
    ("hace un par de semanas", "2026-11-02..2026-11-08"),
    ("a couple of weeks back", "2026-11-02..2026-11-08"),
    ("a fortnight ago", "2026-11-02..2026-11-08"),
    ("the week of November 2nd", "2026-11-02..2026-11-08"),
    ("la semana del 2 de noviembre", "2026-11-02..2026-11-08"),
    ("since the second week of October", "2026-10-08.."),
    ("desde la primera quincena de octubre", "2026-10-01.."),
    ("between the first week of October and now", "2026-10-01..2026-11-16"),
    ("last Christmas", "2025-12-25..2025-12-25"),
    ("la Navidad pasada", "2025-12-25..2025-12-25"),
    ("since last Christmas", "2025-12-25.."),
    ("un par de meses atrás", "2026-09-01..2026-09-30"),
    ("de dos semanas para acá", "2026-11-02..2026-11-16"),
    ("hace unos meses", "2026-08-18..2026-11-16"),
    ("en el próximo par de semanas", "2026-11-16..2026-11-30"),
    ("this side of Christmas", "2026-11-16..2026-12-24"),
    ("before year end", "2026-11-16..2026-12-31"),
    ("by year end", "2026-11-16..2026-12-31"),
    ("late last year", "2025-10-01..2025-12-31"),
    ("a principios del año que viene", "2027-01-01..2027-03-31"),
)
AHEAD = (
    ("between May and the end of August", "2027-05-01..2027-08-31"),
    ("entre mayo y finales de agosto", "2027-05-01..2027-08-31"),
    ("between October and the end of January", "2026-10-01..2027-01-31"),
    ("from Christmas until Easter", "2026-12-25..2027-03-28"),
    ("from January on", "2027-01-01.."),
    ("de octubre en adelante", "2026-10-01.."),
    ("antes de fin de año", "2026-11-16..2026-12-31"),
    ("antes de Semana Santa", "2026-11-16..2027-03-20"),
    ("before Christmas", "2026-11-16..2026-12-24"),
    ("by the 15th", "2026-11-16..2026-12-15"),
    ("antes del 15", "2026-11-16..2026-12-14"),
    ("the week of the 2nd", "2026-11-30..2026-12-06"),
    ("until the end of Q1", "2026-11-16..2027-03-31"),
    ("early next month", "2026-12-01..2026-12-10"),
    ("a mediados de marzo", "2027-03-11..2027-03-20"),
    ("in H1", "2027-01-01..2027-06-30"),
    ("in H2", "2026-07-01..2026-12-31"),
    ("on black friday", "2026-11-27..2026-11-27"),
)
BACK = (
    ("between May and the end of August", "2026-05-01..2026-08-31"),
    ("entre mayo y finales de agosto", "2026-05-01..2026-08-31"),
    ("from early June through mid-August", "2026-06-01..2026-08-15"),
    ("principios de junio hasta mediados de agosto", "2026-06-01..2026-08-15"),
    ("from January on", "2026-01-01.."),
    ("la primera quincena de octubre", "2026-10-01..2026-10-15"),
    ("the second half of October", "2026-10-16..2026-10-31"),
    ("the last week of October", "2026-10-25..2026-10-31"),
    ("las dos primeras semanas de octubre", "2026-10-01..2026-10-14"),
    ("at the end of August", "2026-08-21..2026-08-31"),
    ("a finales de agosto", "2026-08-21..2026-08-31"),
    ("the week of the 2nd", "2026-11-02..2026-11-08"),
    ("la semana del 2", "2026-11-02..2026-11-08"),
    ("from the 2nd to the 10th", "2026-11-02..2026-11-10"),
    ("en Semana Santa", "2026-03-29..2026-04-05"),
)
CASES = [
    *((text, ahead, days) for text, days in BOTH for ahead in (True, False)),
    *((text, True, days) for text, days in AHEAD),
    *((text, False, days) for text, days in BACK),
]


@pytest.mark.parametrize(
    ("text", "ahead", "days"), CASES, ids=[f"{text} ({'ahead' if ahead else 'back'})" for text, ahead, _ in CASES]
)
def test_a_stretch_is_read_as_one_period(text: str, ahead: bool, days: str) -> None:
    (found,) = read_periods(f"deals {text}, please", today=TODAY, ahead=ahead, language=Language.EN)
    assert f"{found.period.start or ''}..{found.period.end or ''}" == days
    assert text.removeprefix("in ").removeprefix("over ") in found.period.words or found.period.words in text


@pytest.mark.parametrize(
    "text",
    [
        "ya pasaron del mes",
        "the week before",
        "from now on you decide",
        "sort by date",
        "these are early days",
        "a mid-market firm",
        "the Christmas party",
        "hasta el 15%",
        "by 3rd parties",
        "del 1 al 10",
        "se puede pagar a mitad de año",
        "charged by the day",
        "bring me up to date",
    ],
)
def test_other_words_are_no_stretch(text: str) -> None:
    assert read_periods(text, today=TODAY, ahead=False, language=Language.EN) == ()


@pytest.mark.parametrize("text", ["the difference between Q1 and Q3", "move it from Monday to Friday"])
def test_two_stretches_that_are_set_against_each_other_stay_two(text: str) -> None:
    assert len(read_periods(text, today=TODAY, ahead=True, language=Language.EN)) == 2


def test_figures_that_fit_two_days_are_asked_about_within_a_stretch_too() -> None:
    found = read_periods("between 10/11 and 12/11", today=TODAY, ahead=True, language=Language.EN)
    assert [item.other is not None for item in found] == [True, True]
    (spanish,) = read_periods("entre 10/11 y 12/11", today=TODAY, ahead=False, language=Language.ES)
    assert (spanish.period.start, spanish.period.end) == (date(2026, 11, 10), date(2026, 11, 12))


@pytest.mark.parametrize("today", [date(2027, 1, 11), date(2026, 7, 1)], ids=str)
def test_this_side_of_a_feast_is_between_today_and_the_nearest_one(today: date) -> None:
    (found,) = read_periods("this side of Christmas", today=today, ahead=True, language=Language.EN)
    days = (date(2026, 12, 25), today) if today.year == 2027 else (today, date(2026, 12, 24))
    assert (found.period.start, found.period.end) == days


@pytest.mark.parametrize(
    "year", ["2024-03-31", "2025-04-20", "2026-04-05", "2019-04-21", "2038-04-25", "1981-04-19"]
)  # 2038: the latest Easter there is; 1981 and 2019: where a rule without its exceptions goes wrong
def test_easter_is_that_of_the_calendar(year: str) -> None:
    easter = date.fromisoformat(year)
    (found,) = read_periods("at Easter", today=easter, ahead=True, language=Language.EN)
    assert found.period.start == easter


HOSTILE = [
    "between ",
    "from the start of ",
    "desde ",
    "enero ",
    "\t \n",
    "a",
    "1/",
    "de aqui a ",
    "early in the ",
    "q1 of ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_is_read_once_and_gives_no_overlap(piece: str) -> None:
    text = f"between May {piece * 2000}x until"[:8000]
    found = read_periods(text, today=TODAY, ahead=True, language=Language.EN)
    assert all(one.end <= two.start for one, two in pairwise(found))
