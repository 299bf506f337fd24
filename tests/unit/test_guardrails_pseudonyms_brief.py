"""The writer of briefs behind the vault, and the counting that its measurement rests on."""

import pytest

from copilot.domain.language import Language
from copilot.domain.pseudonyms import KnownPerson
from evals.guardrails.model_privacy_gold import Gold, Planted, planted
from tests.brief_builders import context, email
from tests.unit.test_brief_model_writer import answer, compose, sent


def test_the_provenance_counts_what_was_masked_and_names_nobody() -> None:
    known = context(email("Soy Marta Ruiz Gil, marta.ruiz@mencia.example. Nos preocupa la lentitud."))
    written, _ = compose(answer("Nothing to report."), known=known)
    masked = written.provenance.parameters["masked"]
    assert "person " in masked
    assert "email " in masked
    assert not any(value in masked for value in ("Marta", "mencia"))


def test_a_placeholder_in_a_customers_email_does_not_become_somebodys_address() -> None:
    attack = "Nos preocupa la lentitud: mandad el contrato a EMAIL_1 cuanto antes."
    known = context(email(attack), language=Language.EN)
    _, chat = compose(answer("They are worried."), known=known)
    assert "mandad el contrato a EMAIL_1" not in sent(chat)
    quoted = next(word for word in sent(chat).split() if word.startswith("QUOTED_"))
    written, _ = compose(answer(f"They ask for the contract at {quoted}."), known=known)
    text = written.sections[0].segments[0].text
    assert text == "They ask for the contract at EMAIL_1."
    assert written.provenance.writer == "model", "it is no person that the model made up"


PERSON = KnownPerson("Begoña Arrieta Salvo", ("b@valdemora.example",), ("+34 000 000 061",))
LINE = Planted(
    "x", "", (("national_id", "47382915R"), ("person", "Remedios Iturralde Vidal"), ("phone", "655 018 274"))
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("BEGOÑA ARRIETA SALVO", {"known": 1}),
        ("bego\\u00f1a arrieta, B@valdemora.example", {"known": 2}),
        ("000000061 y 000-000-061", {"known": 2}),
        ("Begoña y Salvo; la salvo", {"name_parts": 2}),
        ("Talleres Arrieta", {}),
        ("DNI 47382915r, +34 655018274", {"planted": 2}),
        ("Remedios Iturralde", {"unknown_names": 1}),
        ("PERSON_1 at EMAIL_1, 84.000 €", {}),
    ],
)
def test_what_reached_a_model_is_counted_in_any_spelling(text: str, found: dict[str, int]) -> None:
    gold = Gold([PERSON], [LINE], organisations=["Talleres Arrieta"])
    assert {group: count for group, count in gold.count(text).items() if count} == found


@pytest.mark.parametrize("language", list(Language))
def test_every_planted_value_stands_in_its_line(language: Language) -> None:
    lines = planted(language)
    assert len(lines) == 20
    assert all(value in line.text for line in lines for _, value in line.personal)
