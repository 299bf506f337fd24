"""How many linked records an account has can be bounded on both sides, and the words say so."""

import pytest
from pydantic import ValidationError

from copilot.domain.figure_queries import FigureQuery, Related, Subject
from copilot.domain.figure_query_words import query_in_words
from copilot.domain.language import Language


@pytest.mark.parametrize(
    ("least", "most", "spanish", "english"),
    [
        (0, 2, "cuentas · con como mucho 2 tickets", "accounts · with at most 2 tickets"),
        (2, 2, "cuentas · con exactamente 2 tickets", "accounts · with exactly 2 tickets"),
        (2, 5, "cuentas · con entre 2 y 5 tickets", "accounts · with 2 to 5 tickets"),
    ],
    ids=["at most", "exactly", "between"],
)
def test_the_words_say_both_bounds(least: int, most: int, spanish: str, english: str) -> None:
    query = FigureQuery(
        subject=Subject.ACCOUNTS, related=(Related(subject=Subject.TICKETS, at_least=least, at_most=most),)
    )
    assert query_in_words(query, language=Language.ES, names={}) == spanish
    assert query_in_words(query, language=Language.EN, names={}) == english
    assert FigureQuery.from_key(query.key) == query


@pytest.mark.parametrize(("least", "most"), [(3, 2), (0, 0)], ids=["crossed", "none"])
def test_bounds_that_nothing_can_meet_are_refused(least: int, most: int) -> None:
    with pytest.raises(ValidationError):
        Related(subject=Subject.TICKETS, at_least=least, at_most=most)
