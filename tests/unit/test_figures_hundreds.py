"""Numbers from a hundred on, in words: half of one read alone would be another number."""

from decimal import Decimal

import pytest

from copilot.domain.figures import extract_figures
from copilot.domain.language import Language


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("We have two hundred and seventy-one people in roles.", Language.EN, 271),
        ("three hundred and ten seats", Language.EN, 310),
        ("one hundred and five people", Language.EN, 105),
        ("a hundred people", Language.EN, 100),
        ("two hundred thousand euros", Language.EN, 200_000),
        ("doscientos setenta y uno usuarios", Language.ES, 271),
        ("quinientas personas", Language.ES, 500),
        ("cien usuarios", Language.ES, 100),
        ("ciento cinco usuarios", Language.ES, 105),
        ("trescientos mil euros", Language.ES, 300_000),
    ],
)
def test_hundreds_are_read_whole(text: str, language: Language, expected: int) -> None:
    assert [figure.value for figure in extract_figures(text, language=language)] == [Decimal(expected)]


def test_the_small_number_before_hundred_is_never_read_alone() -> None:
    assert extract_figures("They asked for five hundred.", language=Language.EN) == ()
