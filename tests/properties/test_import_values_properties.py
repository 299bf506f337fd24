"""Whatever number or day an export formats, reading gives it back."""

import contextlib
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from knowledge.values.dates import DateProfile, parse_date
from knowledge.values.numbers import NumberProfile, parse_number

amounts = st.decimals(min_value=Decimal(-(10**9)), max_value=Decimal(10**9), places=2)


@given(amounts)
def test_formatted_numbers_read_back(amount: Decimal) -> None:
    english = format_decimal(amount, locale="en_GB", format="#,##0.00")
    spanish = format_decimal(amount, locale="de_DE", format="#,##0.00")
    assert parse_number(english, decimal_sign=".") == amount
    assert parse_number(spanish, decimal_sign=",") == amount


@given(st.lists(amounts, min_size=1, max_size=20))
def test_a_column_with_cents_shows_its_decimal_sign(column: list[Decimal]) -> None:
    profile = NumberProfile()
    for amount in column:
        profile.add(format_decimal(amount, locale="de_DE", format="#,##0.00"))
    assert profile.sign() == ","


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31)))
def test_formatted_days_read_back(day: date) -> None:
    assert parse_date(day.strftime("%d/%m/%Y"), order="dmy") == day
    assert parse_date(day.strftime("%m/%d/%Y"), order="mdy") == day
    assert parse_date(day.isoformat(), order="dmy") == day
    assert parse_date(format_date(day, format="long", locale="es"), order="mdy") == day
    assert parse_date(format_date(day, format="medium", locale="en_US"), order="dmy") == day


@given(st.text(max_size=40))
def test_any_text_is_a_value_or_a_value_error(text: str) -> None:
    for read in (
        lambda: parse_number(text, decimal_sign=","),
        lambda: parse_date(text, order="dmy"),
        lambda: NumberProfile().add(text),
    ):
        try:
            read()
        except ValueError:
            continue
    with contextlib.suppress(ValueError):
        DateProfile().add(text, as_of=date(2026, 11, 13))
