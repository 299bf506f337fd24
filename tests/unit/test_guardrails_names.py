"""Names of people in business text, and what only looks like them."""

import pytest

from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints
from copilot.guardrails.personal_data.name_lists import AMBIGUOUS, FAMILY, GIVEN, NOT_NAMES, PHRASES, SOUNDS, WORDS
from copilot.guardrails.personal_data.names import NamesRecogniser


def _names(text: str, hints: Hints | None = None) -> list[str]:
    spans = list(NamesRecogniser().find(text, hints or Hints()))
    assert all(text[span.start : span.end] == span.value for span in spans)
    assert all(span.data_class is DataClass.PERSON and 0 < span.score <= 1 for span in spans)
    return list(dict.fromkeys(span.value for span in sorted(spans, key=lambda span: span.start)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hola Yolanda, te mando el acta.", ["Yolanda"]),
        ("Dear Ms. Achterberg,\nthank you for the call.", ["Achterberg"]),
        ("Un saludo,\nEnara Goikoetxea\nDirectora de Compras", ["Enara Goikoetxea"]),
        ("Según la señora Montalvo, el precio sube.", ["Montalvo"]),
        ("Nombre: Bruna\nApellidos: Del Pozo Vela", ["Bruna", "Del Pozo Vela"]),
        ("Assigned to: Oluwaseun Adeyemi", ["Oluwaseun Adeyemi"]),
        ("We met Pieter van den Berg and Xolani at the fair.", ["Pieter van den Berg", "Xolani"]),
        ("The report by J. R. Whitaker is late.", ["J. R. Whitaker"]),
        ("Ximena: ¿entra en el precio?\nDiego: sí.", ["Ximena", "Diego"]),
        ("Thanks, Imogen.", ["Imogen"]),
        ("Tadeusz's calendar is full.", ["Tadeusz"]),
        ("hi, i'm peter lowe and the code never arrives", ["peter lowe"]),
        ("Buenas, soy marta y no puedo entrar", ["marta"]),
        ("Remitido por: Dra.Elvira Santos", ["Elvira Santos"]),
        ("Mª Dolores Pretel firmó el acta.", ["Mª Dolores Pretel"]),
        ("Write to h.brinkmann@acme.example; Brinkmann decides.", ["Brinkmann"]),
        ("Hannah-Lee O'Connor is out on Monday.", ["Hannah-Lee O'Connor"]),
    ],
)
def test_finds_names(text: str, expected: list[str]) -> None:
    assert _names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Acme Martínez S.L. ha firmado el contrato.",
        "Grupo Ramírez renueva por dos años.",
        "Johnson & Johnson asked for a discount.",
        "Our office in San José opens in May.",
        "The Victoria office is closed in August.",
        "La línea rosa se agota.",
        "Will you sign this week? Mark it as urgent.",
        "Grant access to the sandbox and bill them monthly.",
        "En abril cerramos el trimestre; julio es flojo.",
        "Hola equipo, adjunto el resumen ejecutivo.",
        "Best regards,\nThe Customer Care Team",
        "El Director Comercial y la Jefa de Compras lo aprueban.",
        "La sala Picasso está libre; el proyecto Quijote arranca.",
        "Owens, Duran and Oneal sent an invoice.",
        "They use Jenkins, Jira and Tableau.",
        "Asunto: Renovación Anual y Condiciones Generales",
        "He lives on Joaquín Suárez 2906.",
        "I can't. My team won't. It's Monday.",
    ],
)
def test_leaves_what_is_no_name(text: str) -> None:
    assert _names(text, Hints(language=None)) == []


_KNOWN = Hints(known_names=frozenset({"Quetzali Ñañez Ortega", "Rosa Delgado"}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("QUETZALI NANEZ ORTEGA pide precio", "QUETZALI NANEZ ORTEGA"),
        ("habla con quetzali ñañez", "quetzali ñañez"),
        ("Ayer vino Quetzali.", "Quetzali"),
        ("Lo firma Ñañez mañana", "Ñañez"),
        ("Se lo di a Rosa ayer", "Rosa"),
        ("rosa  delgado no contesta", "rosa  delgado"),
    ],
)
def test_known_names_are_found_however_they_are_written(text: str, expected: str) -> None:
    assert expected in _names(text, _KNOWN)
    known = [span for span in NamesRecogniser().find(text, _KNOWN) if span.scheme == "person.known"]
    assert any(span.value == expected and span.score == 1 for span in known)


@pytest.mark.parametrize("text", ["Rosa y gris son los colores.", "un perfil delgado y rosa"])
def test_a_known_part_that_is_a_word_is_left_where_it_may_be_one(text: str) -> None:
    assert _names(text, _KNOWN) == []


def test_a_company_is_no_person_even_where_it_reads_like_one() -> None:
    text = "Hablé con Marta Solís y con Pedro Domecq."

    assert _names(text) == ["Marta Solís", "Pedro Domecq"]
    assert _names(text, Hints(organisations=frozenset({"Pedro Domecq"}))) == ["Marta Solís"]


def test_a_is_an_article_in_english_and_leads_to_a_person_in_spanish() -> None:
    assert _names("Se lo mandé a Zuleika", Hints(language=Language.ES)) == ["Zuleika"]
    assert _names("It is a Kowalewo matter", Hints(language=Language.EN)) == []


def test_lists_are_folded_and_do_not_contradict_each_other() -> None:
    for words in (GIVEN, FAMILY, AMBIGUOUS, NOT_NAMES, WORDS):
        assert words
        assert all(word == word.lower() and word.isascii() for word in words)
    assert not (GIVEN - AMBIGUOUS) & {"hola", "mark", "will", "rosa", "april", "the", "una"}
    assert all(" " in phrase or "-" in phrase for phrase in PHRASES)
    assert "=" in SOUNDS


@pytest.mark.parametrize(
    "text",
    ["", "\ud800 Ana", "A" * 200_000, "Aa " * 50_000, "A. " * 50_000, "de la " * 30_000, "\u202eanA", "Mr. " * 30_000],
)  # fmt: skip
def test_strange_texts_do_not_stop_it(text: str) -> None:
    list(NamesRecogniser().find(text, _KNOWN))
