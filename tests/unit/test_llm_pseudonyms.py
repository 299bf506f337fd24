"""Personal data goes out as consistent pseudonyms and comes back whole."""

import pytest

from copilot.llm.pseudonyms import Pseudonyms

NAMES = ["Begoña Arrieta Salvo", "Rob Tavares", "Denise Kowalczyk", "Ana Ruiz", "Ana Vega"]


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Begoña Arrieta Salvo firma.", ("Begoña", "Arrieta", "Salvo")),
        ("BEGOÑA ARRIETA y begona arrieta", ("ARRIETA", "arrieta")),
        ("Mr. Tavares tells me; Rob agrees.", ("Tavares", "Rob", "Mr.")),
        ("Denise's list and Kowalczyk’s", ("Denise", "Kowalczyk")),
        ("Write to denise.kowalczyk@pinecrest.example now", ("denise.kowalczyk", "@")),
        ("Call +34 000 000 061 or (419) 555-0142 or 020 7946 0321", ("000 061", "555-0142", "7946")),
    ],
)
def test_what_identifies_a_person_is_hidden_and_restored(text: str, gone: tuple[str, ...]) -> None:
    table = Pseudonyms(NAMES)
    hidden = table.hide(text)
    assert not any(piece in hidden for piece in gone), hidden
    assert table.unknown(hidden) == []


@pytest.mark.parametrize(
    "text",
    [
        "rob the bank",
        "US$208,788 and 23.142,00 € on 2026-11-03, ticket TS-2026-0934, 95,5 %",
        "El 10 20 30 de la serie; versión 4.18.2; 12:40",
    ],
)
def test_what_identifies_nobody_is_left_alone(text: str) -> None:
    assert Pseudonyms(NAMES).hide(text) == text


def test_the_same_person_has_one_pseudonym_however_they_are_written() -> None:
    table = Pseudonyms(NAMES)
    hidden = [table.hide(text) for text in ("Denise Kowalczyk", "Denise", "DENISE KOWALCZYK")]
    assert len(set(hidden)) == 1


def test_a_first_name_that_two_people_share_is_not_given_to_one_of_them() -> None:
    table = Pseudonyms(NAMES)
    assert table.restore(table.hide("Ana")) == "Ana"
    assert table.restore(table.hide("Ana Ruiz")) == "Ana Ruiz"
    assert table.hide("Ana Ruiz") != table.hide("Ana Vega")


def test_endings_and_spellings_of_a_pseudonym_are_tolerated() -> None:
    table = Pseudonyms(["Rob Tavares"])
    token = table.hide("Rob Tavares")
    assert token == "PERSON_1"
    for written in ("PERSON_1", "Person 1", "person-1", "PERSON1"):
        assert table.restore(f"{written} agrees") == "Rob Tavares agrees"
    assert table.restore("PERSON_1's plan") == "Rob Tavares's plan"


def test_a_person_the_model_made_up_is_noticed() -> None:
    table = Pseudonyms(["Rob Tavares"])
    table.hide("Rob Tavares")
    assert table.unknown("PERSON_1 met PERSON_7 and EMAIL_2") == ["EMAIL_2", "PERSON_7"]
