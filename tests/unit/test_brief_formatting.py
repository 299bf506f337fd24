"""Figures and dates as each language writes them."""

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain.formatting import Formatter, canonical_money, canonical_number
from copilot.domain.language import Language

SPANISH, ENGLISH = Formatter(Language.ES), Formatter(Language.EN)


@pytest.mark.parametrize(
    ("value", "spanish", "english"),
    [("84000", "84.000", "84,000"), ("9600", "9.600", "9,600"), ("-23.4", "-23,4", "-23.4"), ("5.50", "5,5", "5.5")],
)
def test_numbers_keep_every_digit(value: str, spanish: str, english: str) -> None:
    assert SPANISH.number(Decimal(value)) == spanish
    assert ENGLISH.number(Decimal(value)) == english


@pytest.mark.parametrize(
    ("amount", "currency", "spanish", "english"),
    [
        ("84000.00", "EUR", "84.000 €", "€84,000"),
        ("1234.50", "GBP", "1.234,50 £", "£1,234.50"),
        ("208788", "USD", "208.788 US$", "US$208,788"),
        ("99000000", "CLP", "99.000.000 CLP", "CLP 99,000,000"),
        ("-500", "EUR", "-500 €", "-€500"),
        ("500", None, "500", "500"),
    ],
)
def test_money_is_written_as_its_readers_do(amount: str, currency: str | None, spanish: str, english: str) -> None:
    assert SPANISH.money(Decimal(amount), currency=currency).replace("\u00a0", " ") == spanish
    assert ENGLISH.money(Decimal(amount), currency=currency).replace("\u00a0", " ") == english


def test_dates_and_percentages() -> None:
    assert SPANISH.day(date(2027, 1, 31)) == "31 de enero de 2027"
    assert ENGLISH.day(date(2027, 1, 31)) == "31 January 2027"
    assert SPANISH.day_of_year(date(2026, 11, 6)) == "6 de noviembre"
    assert ENGLISH.day_of_year(date(2026, 11, 6)) == "6 November"
    assert SPANISH.percent(Decimal("-29.0")).replace("\u00a0", " ") == "-29 %"
    assert ENGLISH.percent(Decimal("60.2")) == "60.2%"


@pytest.mark.parametrize(
    ("items", "spanish"),
    [(["a"], "a"), (["a", "b"], "a y b"), (["Ana", "Inés"], "Ana e Inés"), (["agua", "hielo"], "agua y hielo")],
)
def test_spanish_lists_change_y_before_an_i_sound(items: list[str], spanish: str) -> None:
    assert SPANISH.listed(items) == spanish


def test_canonical_forms_have_no_exponent_and_no_trailing_zeros() -> None:
    assert canonical_number(Decimal("1E+5")) == "100000"
    assert canonical_number(Decimal("100.00")) == "100"
    assert canonical_money(Decimal("84000.50"), currency="EUR") == "84000.5 EUR"
