"""What is decided in a meeting, however people say it, and what only sounds like it."""

import pytest

from copilot.domain.language import Language
from copilot.workflows.after_meeting.told import decisions
from copilot.workflows.reading.text import clearly_quoted
from tests import brief_builders as build
from tests.unit.test_after_meeting import INES, MARTA, talk

ES, EN = Language.ES, Language.EN


def decided(*turns: tuple[str, str], language: Language) -> list[str]:
    return [item.text for item in decisions(talk(build.call(*turns, language=language)))]


@pytest.mark.parametrize(
    "said",
    [
        "Quedamos en que el piloto empieza con dos plantas.",
        "Quedamos en revisar el precio cada trimestre.",
        "Se decide aplazar la fase dos a marzo.",
        "Se decide que la formación sea en remoto.",
        "Acordamos un contrato de dos años.",
        "Al final hemos acordado empezar por Sevilla.",
        "Vamos con la opción de tres años.",
        "Vamos a ir con el plan Premium.",
        "Nos quedamos con el plan anual.",
        "Entonces lo dejamos así, sin cambios en el contrato.",
        "Se acuerda empezar el piloto en enero.",
        "Optamos por el paquete básico.",
    ],
)
def test_a_decision_said_in_spanish_is_found(said: str) -> None:
    assert decided((MARTA, said), language=ES) == [said]


@pytest.mark.parametrize(
    "said",
    [
        "We agreed to start with two plants.",
        "We've agreed not to extend the pilot.",
        "Let's go with the three-year option.",
        "We'll go with the Premium plan.",
        "We are going with the annual plan.",
        "It's decided, we start in January.",
        "Agreed, the pilot starts in two plants.",
        "We both agreed on quarterly reviews.",
        "We settled on a two-year term.",
        "I'd accept that as a condition of the contract.",
    ],
)
def test_a_decision_said_in_english_is_found(said: str) -> None:
    assert decided((MARTA, said), language=EN) == [said]


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("¿Quedamos en que empieza con dos plantas?", ES),
        ("No quedamos en nada concreto la última vez.", ES),
        ("Todavía no hemos acordado el precio.", ES),
        ("Se decide el martes en el consejo.", ES),
        ("Vamos con retraso en el proyecto.", ES),
        ("Vamos con el siguiente punto del orden del día.", ES),
        ("Podríamos decir que quedamos en dos plantas.", ES),
        ("Si acordamos el precio, firmamos este mes.", ES),
        ("We haven't agreed on a price yet.", EN),
        ("If we agreed to two years, what would change?", EN),
        ("Let's go with the next point.", EN),
        ("Maybe we'll go with the annual plan.", EN),
        ("Nothing is decided about the second phase.", EN),
        ("The board will decide in December.", EN),
        ("We might go with the three-year option.", EN),
    ],
)
def test_what_is_open_wished_or_next_on_the_agenda_is_no_decision(said: str, language: Language) -> None:
    assert decided((MARTA, said), language=language) == []


@pytest.mark.parametrize(
    ("asked", "said", "language", "is_decision"),
    [
        ("¿Qué ha decidido el comité?", "Que sigamos un año más con vosotros.", ES, True),
        ("What did the board approve?", "That all four plants work the same way.", EN, True),
        ("¿Qué opina el comité?", "Que sigamos un año más con vosotros.", ES, False),
        ("What did the board approve?", "They meet in December.", EN, False),
        ("¿Qué ha decidido el comité?", "Que no se sabe todavía.", ES, False),
    ],
    ids=["es", "en", "opinion", "no-answer", "not-yet"],
)
def test_the_answer_to_what_was_decided_is_the_decision(
    asked: str, said: str, language: Language, *, is_decision: bool
) -> None:
    assert decided((INES, asked), (MARTA, said), language=language) == ([said] if is_decision else [])


def test_a_point_that_was_there_to_be_agreed_is_settled_by_saying_so() -> None:
    plan = (INES, "The plan today was to agree the sites and the price.")
    assert decided(plan, (MARTA, "Sites are settled."), language=EN) == ["Sites are settled."]
    assert decided(plan, (MARTA, "Mondays are easy."), language=EN) == []


@pytest.mark.parametrize(
    ("quoted", "clear"),
    [
        ("«El negocio está en «Negociación» desde mayo»", "“El negocio está en «Negociación» desde mayo”"),
        ("“They call it “the plan” here”", "«They call it “the plan” here»"),
        ("«Sin nada dentro»", "«Sin nada dentro»"),
        ("««a» y “b”»", '"«a» y “b”"'),
    ],
    ids=["es", "en", "plain", "both"],
)
def test_a_quotation_stands_in_marks_that_it_does_not_hold(quoted: str, clear: str) -> None:
    assert clearly_quoted(quoted) == clear
