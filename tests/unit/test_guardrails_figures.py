"""Figures as people write them in both languages, and what counts as the same."""

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain.figure_dates import Moment
from copilot.domain.figures import Figure, FigureKind, Quantity, extract_figures, supported
from copilot.domain.language import Language

ES, EN = Language.ES, Language.EN


def only(text: str, language: Language | None = ES) -> Figure:
    figures = extract_figures(text, language=language)
    assert len(figures) == 1, [figure.text for figure in figures]
    return figures[0]


def values(figure: Figure) -> list[Decimal]:
    return [reading.value for reading in figure.readings if isinstance(reading, Quantity)]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("hay 12 tickets", ES, "12"),
        ("1.234,56 de saldo", ES, "1234.56"),
        ("a balance of 1,234.56", EN, "1234.56"),
        ("1 234,5 horas", ES, "74070.0"),
        ("1\u202f234,5 puntos", ES, "1234.5"),
        ("12'500 units", EN, "12500"),
        ("1.234.567 registros", ES, "1234567"),
        ("1.234 registros", ES, "1234"),
        ("1,234 records", EN, "1234"),
        ("1.234 rate", EN, "1.234"),
        ("0,125 de media", ES, "0.125"),
        ("bajó −23,4 puntos", ES, "-23.4"),
        ("change: -23.4", None, "-23.4"),
        ("tres tickets abiertos", ES, "3"),
        ("twelve open tickets", EN, "12"),
        ("thirty-five open tickets", EN, "35"),
        ("twenty one open tickets", EN, "21"),
        ("veintidós tickets abiertos", ES, "22"),
        ("ochenta y cuatro mil registros", ES, "84000"),
        ("once llamadas", ES, "11"),
        ("AES-256 en reposo", ES, "256"),
    ],
)
def test_numbers(text: str, language: Language | None, value: str) -> None:
    assert only(text, language).value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("un 12 % más", ES, "12"),
        ("12% more", EN, "12"),
        ("un 12,5\u00a0% menos", ES, "12.5"),
        ("doce por ciento", ES, "12"),
        ("dieciséis por ciento", ES, "16"),
        ("fifty-one percent", EN, "51"),
        ("twelve per cent", EN, "12"),
        ("5 percent", EN, "5"),
        ("0,5 puntos porcentuales", ES, "0.5"),
    ],
)
def test_percentages(text: str, language: Language, value: str) -> None:
    figure = only(text, language)
    assert (figure.kind, figure.value) == (FigureKind.PERCENTAGE, Decimal(value))


@pytest.mark.parametrize(
    ("text", "language", "value", "currency"),
    [
        ("48.000 €", ES, "48000", "EUR"),
        ("48.000,50 euros", ES, "48000.50", "EUR"),
        ("€48k", EN, "48000", "EUR"),
        ("EUR 48,000", EN, "48000", "EUR"),
        ("84000 EUR", None, "84000", "EUR"),
        ("US$1,200.50", EN, "1200.50", "USD"),
        ("1,2 M€", ES, "1200000", "EUR"),
        ("1.2 million dollars", EN, "1200000", "USD"),
        ("1,2 millones de euros", ES, "1200000", "EUR"),
        ("£3bn", EN, "3000000000", "GBP"),
        ("tres mil euros", ES, "3000", "EUR"),
        ("5.000.000 COP", ES, "5000000", "COP"),
        ("-€400", EN, "-400", "EUR"),
        ("S/ 1,500.00", ES, "1500.00", "PEN"),
        ("MX$ 25,000", ES, "25000", "MXN"),
        ("48 mil €", ES, "48000", "EUR"),
    ],
)
def test_amounts(text: str, language: Language | None, value: str, currency: str) -> None:
    figure = only(text, language)
    assert figure.kind is FigureKind.AMOUNT
    assert figure.value == Decimal(value)
    assert currency in figure.currencies


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("2026-03-15", None, date(2026, 3, 15)),
        ("2026-03-15T10:20:30+00:00", None, date(2026, 3, 15)),
        ("el 15 de marzo de 2026", ES, date(2026, 3, 15)),
        ("el 15 de marzo del 2026", ES, date(2026, 3, 15)),
        ("15 March 2026", EN, date(2026, 3, 15)),
        ("the 15th of March, 2026", EN, date(2026, 3, 15)),
        ("March 15, 2026", EN, date(2026, 3, 15)),
        ("15/03/2026", ES, date(2026, 3, 15)),
        ("03/15/2026", EN, date(2026, 3, 15)),
        ("03/04/2026", EN, date(2026, 3, 4)),
        ("03/04/2026", ES, date(2026, 4, 3)),
        ("15.03.2026", ES, date(2026, 3, 15)),
        ("15-mar-2026", ES, date(2026, 3, 15)),
        ("15/03/26", ES, date(2026, 3, 15)),
    ],
)
def test_dates(text: str, language: Language | None, day: date) -> None:
    figure = only(text, language)
    assert (figure.kind, figure.value) == (FigureKind.DATE, day)


@pytest.mark.parametrize(
    ("text", "language", "moment"),
    [
        ("15 Mar", EN, Moment(months=(3, 3), day=15)),
        ("en marzo", ES, Moment(months=(3, 3))),
        ("in May", EN, Moment(months=(5, 5))),
        ("marzo de 2026", ES, Moment(year=2026, months=(3, 3))),
        ("03/2026", ES, Moment(year=2026, months=(3, 3))),
        ("Q1 2026", EN, Moment(year=2026, months=(1, 3))),
        ("T2 2027", ES, Moment(year=2027, months=(4, 6))),
        ("3T26", ES, Moment(year=2026, months=(7, 9))),
        ("el primer trimestre de 2026", ES, Moment(year=2026, months=(1, 3))),
        ("the fourth quarter", EN, Moment(months=(10, 12))),
        ("el 2.º trimestre", ES, Moment(months=(4, 6))),
        ("H2 2026", EN, Moment(year=2026, months=(7, 12))),
        ("FY26", EN, Moment(year=2026)),
    ],
)
def test_periods(text: str, language: Language, moment: Moment) -> None:
    assert only(text, language).readings == (moment,)


def test_a_year_is_a_number_and_a_period() -> None:
    assert only("desde 2025").readings == (Quantity(Decimal(2025), Decimal(1)), Moment(year=2025))


def test_a_span_of_days_means_both() -> None:
    assert [reading.day for reading in only("del 3 al 5 de mayo").readings if isinstance(reading, Moment)] == [3, 5]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("el 3.º contacto, la 2ª reunión, the 1st and 22nd", ES),
        ("tickets P1, el plan B2B y la v2", ES),
        ("soporte 24/7", ES),
        ("https://tramontia.example/2026/48?x=3 y ana7@aceros12.example", ES),
        ("once we had two-way sync", EN),
        ("son dos.", ES),
        ("we may march on, dec", EN),
        ("", EN),
    ],
)
def test_what_is_no_figure(text: str, language: Language) -> None:
    assert extract_figures(text, language=language) == ()


def test_the_scale_of_a_score_is_no_figure_of_its_own() -> None:
    assert [figure.text for figure in extract_figures("un 9/10, and 8 out of 10, 4,3 sobre 5", language=ES)] == [
        "9",
        "8",
        "4,3",
    ]


@pytest.mark.parametrize(
    ("shown", "language", "source"),
    [
        ("48.000 €", ES, "amount: 48000 EUR"),
        ("€48,000", EN, "48.000 €"),
        ("48 mil €", ES, "amount: 48250 EUR"),
        ("1,2 M€", ES, "1.234.567 €"),
        ("23,4 %", ES, "active_users_change_pct: -23.41"),
        ("23 %", ES, "23.41"),
        ("143 usuarios", ES, "143.25"),
        ("-23,4 %", ES, "fell 23.4 percent"),
        ("31 de enero de 2027", ES, "renewal_date: 2027-01-31"),
        ("31 January", EN, "renewal_date: 2027-01-31"),
        ("enero de 2027", ES, "2027-01-31"),
        ("Q1 2027", EN, "2027-01-31"),
        ("2027", EN, "2027-01-31"),
        ("April 3, 2026", EN, "03/04/2026"),
        ("tres tickets", ES, "tickets_open: 3"),
        ("two weeks", EN, "14 days"),
        ("90 días", ES, "[90 days to today]"),
        ("$5,000", EN, "5000 USD"),
        ("US$5,000", EN, "$5,000"),
        ("2.3.1", EN, "version 2.3.1"),
        ("15 %", ES, "entre 15 y"),
        ("48.000 €", ES, "48.000 anuales"),
        ("2026 results", EN, "closed 2026-03-15"),
    ],
)
def test_supported(shown: str, language: Language, source: str) -> None:
    assert supported(only(shown, language), extract_figures(source, language=None))


@pytest.mark.parametrize(
    ("shown", "language", "source"),
    [
        ("48.000 €", ES, "amount: 4800 EUR"),
        ("48.000 €", ES, "amount: 48000 USD"),
        ("48.001 €", ES, "amount: 48000 EUR"),
        ("1.234.567 €", ES, "1,2 M€"),
        ("24 %", ES, "23.41"),
        ("23,41 %", ES, "23.4"),
        ("+23,4 %", ES, "active_users_change_pct: -23.4"),
        ("12 %", ES, "amount: 12 EUR"),
        ("30 de enero de 2027", ES, "2027-01-31"),
        ("31 de enero de 2026", ES, "2027-01-31"),
        ("Q2 2027", EN, "2027-01-31"),
        ("31 de enero de 2027", ES, "enero de 2027"),
        ("two weeks", EN, "12 days"),
        ("3 months", EN, "3 days"),
        ("cuatro tickets", ES, "tickets_open: 3"),
        ("2.3.1", EN, "version 2.3.2"),
        ("4 respuestas", ES, "csat: 3.5"),
        ("15", EN, "P15 and 2026-03-15"),
        ("15 %", ES, "tienen 15 licencias"),
        ("48.000 €", ES, "48.000 incidencias"),
        ("15 seats", EN, "a discount of 15 %"),
    ],
)
def test_not_supported(shown: str, language: Language, source: str) -> None:
    assert not supported(only(shown, language), extract_figures(source, language=None))
