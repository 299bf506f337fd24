"""A message without the words that only ask, in both languages."""

import pytest

from copilot.workflows.chat.asking import without_courtesies
from copilot.workflows.chat.continuing import goes_on
from copilot.workflows.chat.question import parts_of


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("Good afternoon. Could you please tell me who signs the lease?", "who signs the lease?"),
        ("hi team, do you happen to know whether the depot has wifi", "the depot has wifi"),
        ("I'm new here, so bear with me. How long is a trial?", "How long is a trial?"),
        ("One of my buyers would like to know how soon we deliver. What may I tell her?", "how soon we deliver."),
        (
            "It stopped in May and I need to know what the cause was.",
            "It stopped in May what the cause was.",
        ),
        ("Buenos días, ¿me podría decir cuánto dura la prueba?", "cuánto dura la prueba?"),
        ("Qué pena molestar: quisiera saber quién firma el contrato, por favor", "quién firma el contrato"),
        ("Un cliente me pregunta si hay descuento. ¿Qué debo responder?", "hay descuento."),
        ("oye, ¿sabes cuándo abre la planta?", "cuándo abre la planta?"),
        ("Cuénteme qué dijo Olga del precio", "qué dijo Olga del precio"),
    ],
)
def test_greetings_and_who_wants_to_know_are_taken_off(message: str, left: str) -> None:
    assert without_courtesies(message) == left


@pytest.mark.parametrize(
    "message",
    [
        "Good morning",
        "¿Vale la oferta para 2027?",
        "Who signs the lease?",
        "If the server is down, who is called?",
        "Si un pago se retrasa, ¿qué pasa?",
        "Right of access: how long do we have?",
        "What did she ask for?",
    ],
)
def test_what_asks_something_of_its_own_is_left_as_it_is(message: str) -> None:
    left = without_courtesies(message)
    assert left.replace(",", "") == message.replace(",", "")


def test_what_is_left_needs_no_second_pass() -> None:
    once = without_courtesies("Hello, I was wondering if you know when the audit ends, thanks")
    assert without_courtesies(once) == once


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("Olga rang about the missing maps in Leeds. Which tablets did she mean?", 1),
        ("Olga llamó por los mapas perdidos en Leeds. ¿Qué tabletas dijo que eran?", 1),
        ("When does the trial end? Who signs the order form?", 2),
        ("¿Cuándo acaba la prueba piloto y quién firma el pedido?", 2),
    ],
)
def test_what_is_told_first_belongs_to_the_question_after_it(message: str, parts: int) -> None:
    assert len(parts_of(message)) == parts


@pytest.mark.parametrize(
    ("sentence", "goes"),
    [
        ("Above that the desk quotes it.", True),
        ("Otherwise it is free.", True),
        ("Por encima de eso decide finanzas.", True),
        ("A cambio pedimos dos años.", True),
        ("Support is included.", False),
        ("El soporte está incluido.", False),
        ("Andrea signs it.", False),
    ],
)
def test_a_sentence_that_takes_up_the_one_before_is_known_by_its_first_words(sentence: str, goes: bool) -> None:
    assert goes_on(sentence) is goes
