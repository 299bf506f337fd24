"""Comparing questions grows with their number, also where one question is asked over and over."""

from itertools import pairwise

from copilot.domain.language import Language
from copilot.workflows.rfp.likeness import pairs_to_compare


def _asked(number: int) -> dict[str, tuple[str, Language]]:
    return {f"q{place:04}": ("Do you encrypt customer data at rest?", Language.EN) for place in range(number)}


def test_one_question_asked_over_and_over_is_not_compared_with_all_the_others() -> None:
    few, many = (len(tuple(pairs_to_compare(_asked(number)))) for number in (500, 1000))
    assert many < 2.5 * few


def test_neighbours_are_compared_however_many_there_are() -> None:
    keys, pairs = list(_asked(500)), set(pairs_to_compare(_asked(500)))
    assert all(pair in pairs for pair in pairwise(keys))


def test_all_of_a_few_are_compared() -> None:
    assert len(tuple(pairs_to_compare(_asked(20)))) == 20 * 19 / 2
