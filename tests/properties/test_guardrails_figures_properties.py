"""Figures for any value and any text: formats agree across languages, and nothing hostile hurts."""

import itertools
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.figures import extract_figures, supported
from copilot.domain.formatting import Formatter, canonical_money, canonical_number
from copilot.domain.language import Language

REPEATABLE = settings(derandomize=True, deadline=None)
languages = st.sampled_from(list(Language))
amounts = st.decimals(min_value=0, max_value=10**12, places=2)
numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=1)
HOSTILE = [
    "1",
    ".",
    ",",
    " ",
    "\u00a0",
    "-",
    "/",
    "€",
    "$",
    "k",
    "M",
    "%",
    "mar",
    "de",
    "2026",
    "º",
    "T",
    "Q",
    "dos",
    "@",
    "’",
    "٣",
    "\x00",
    "\ud800",
    "\u202e",
]


@REPEATABLE
@given(amounts, languages, st.sampled_from(["EUR", "USD", "GBP", "MXN"]))
def test_an_amount_shown_in_either_language_is_found_in_its_record(
    amount: Decimal, language: Language, currency: str
) -> None:
    shown = extract_figures(Formatter(language).money(amount, currency=currency), language=language)
    source = extract_figures(f"amount: {canonical_money(amount, currency=currency)}", language=None)
    assert len(shown) == 1
    assert supported(shown[0], source)


@REPEATABLE
@given(numbers, languages)
def test_a_percentage_shown_in_either_language_is_found_in_its_metric(value: Decimal, language: Language) -> None:
    shown = extract_figures(Formatter(language).percent(value), language=language)
    assert len(shown) == 1
    assert supported(shown[0], extract_figures(f"metric: {canonical_number(value)}", language=None))


@REPEATABLE
@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)), languages)
def test_a_day_shown_in_either_language_is_found_in_its_record(day: date, language: Language) -> None:
    shown = extract_figures(Formatter(language).day(day), language=language)
    assert [figure.value for figure in shown] == [day]
    assert supported(shown[0], extract_figures(f"date: {day.isoformat()}", language=None))


@REPEATABLE
@given(numbers, numbers, languages)
def test_another_value_is_never_supported(value: Decimal, other: Decimal, language: Language) -> None:
    shown = extract_figures(Formatter(language).number(value), language=Language.ES)[0]
    source = extract_figures(f"metric: {canonical_number(other)}", language=None)
    meant = {abs(reading.value) for reading in shown.readings if hasattr(reading, "value")}
    steps = [reading.step for reading in shown.readings if hasattr(reading, "step")]
    told = {abs(reading.value) for figure in source for reading in figure.readings if hasattr(reading, "value")}
    apart = min(abs(one - two) for one in meant for two in told)
    if apart > max(steps) / 2 and not any(1900 <= item <= 2100 for item in meant):
        assert not supported(shown, source)


@REPEATABLE
@given(st.one_of(st.text(max_size=400), st.lists(st.sampled_from(HOSTILE), max_size=200).map("".join)))
def test_no_text_breaks_it_and_spans_are_exact(text: str) -> None:
    for language in (None, Language.ES, Language.EN):
        figures = extract_figures(text, language=language)
        assert all(figure.text == text[figure.start : figure.end] for figure in figures)
        assert all(before.end <= after.start for before, after in itertools.pairwise(figures))


@pytest.mark.parametrize(
    "unit",
    [
        "1.",
        "1,1",
        "1 111 ",
        "15 de marzo ",
        "15 15 ",
        "a@",
        "www.",
        "ignore ",
        "-",
        "dos ",
        "2026-",
        "€ ",
        "Q1 ",
        "1" * 50 + " ",
    ],
)
def test_time_grows_with_the_length_and_no_faster(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            extract_figures(text, language=None)
            best = min(best, time.perf_counter() - start)
        return best

    # Eight times the text: linear is 8, quadratic 64.
    assert seconds(32_000) / seconds(4_000) < 32
