"""Promises, and what became of them. Each rule has its near misses."""

from datetime import date

import pytest

from copilot.domain.language import Language
from copilot.workflows.reading.types import CommitmentStatus, Side
from tests.brief_builders import call, email, note, reading

SEPTEMBER = date(2026, 9, 22)


@pytest.mark.parametrize(
    "text",
    [
        "Os envío la propuesta revisada antes del viernes 20.",
        "La nota de crédito la tiene usted antes del 9 de diciembre.",
        "Me comprometo a resolverlo, se lo aseguro.",
        "El arreglo queda en producción el viernes 20 de noviembre.",
        "Les mandaremos el informe la semana que viene.",
    ],
)
def test_spanish_promises_are_recognised(text: str) -> None:
    found = reading(email(text, inbound=False)).commitments
    assert [item.by for item in found] == [Side.US]
    assert found[0].who == "Inés Robledo"


@pytest.mark.parametrize(
    "text",
    [
        "I'll send you the list by Wednesday, November eighteenth.",
        "You'll have the written proposal by Friday, November 20.",
        "We will deliver the new dashboard by the end of November.",
        "I promise to fix it.",
    ],
)
def test_english_promises_are_recognised(text: str) -> None:
    document = email(text, inbound=True, language=Language.EN)
    assert [item.by for item in reading(document).commitments] == [Side.CUSTOMER]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Me lo envías antes del viernes 20?", Language.ES),
        ("Si firmáis, os envío el anexo antes del viernes 20.", Language.ES),
        ("No os envío nada antes del viernes 20.", Language.ES),
        ("Podría enviarlo antes del viernes 20.", Language.ES),
        ("Intentaré mandarlo antes del viernes 20.", Language.ES),
        ("Me dijiste que lo tendríamos antes del viernes 20.", Language.ES),
        ("Propongo una reunión la semana que viene.", Language.ES),
        ("Tienes que enviarlo antes del viernes 20.", Language.ES),
        ("Lo programo hoy.", Language.ES),
        ("Could you send it by Friday, November 20?", Language.EN),
        ("I would send it by Friday, November 20.", Language.EN),
        ("I won't have it by Friday, November 20.", Language.EN),
        ("If they agree, I'll send it by Friday, November 20.", Language.EN),
        ("You said you'll have it by Friday, November 20.", Language.EN),
        ("I need to send it by Friday, November 20.", Language.EN),
        ("The board meets on Tuesday, December 1.", Language.EN),
    ],
)
def test_questions_offers_conditions_and_refusals_are_no_promises(text: str, language: Language) -> None:
    assert reading(email(text, inbound=False, language=language)).commitments == ()


def test_a_promise_is_kept_when_a_later_text_delivers_the_thing() -> None:
    found = reading(
        email("Os envío la propuesta de ampliación a finales de septiembre.", inbound=False, day=SEPTEMBER),
        email("Adjunto la propuesta de ampliación.", inbound=False, day=date(2026, 9, 28)),
    ).commitments
    assert [(item.status, item.proof.text if item.proof else None) for item in found] == [
        (CommitmentStatus.KEPT, "Adjunto la propuesta de ampliación.")
    ]


def test_delivering_something_else_keeps_no_promise() -> None:
    found = reading(
        email("Os envío la propuesta de ampliación a finales de octubre.", inbound=False, day=SEPTEMBER),
        email("Adjunto la factura de septiembre.", inbound=False, day=date(2026, 9, 28)),
    ).commitments
    assert [item.status for item in found] == [CommitmentStatus.NO_EVIDENCE]


def test_a_day_that_passed_in_silence_is_reported_as_no_evidence_not_as_broken() -> None:
    found = reading(email("Os mando el informe antes del 15 de octubre.", inbound=False, day=SEPTEMBER)).commitments
    assert [item.status for item in found] == [CommitmentStatus.NO_EVIDENCE]


def test_missed_needs_somebody_to_say_so() -> None:
    found = reading(
        email("La corrección queda en producción el 30 de octubre.", inbound=False, day=SEPTEMBER),
        email("Les prometí el 30 de octubre y no lo cumplimos.", inbound=False, day=date(2026, 10, 30)),
    ).commitments
    assert [item.status for item in found] == [CommitmentStatus.MISSED]


def test_a_promise_not_yet_due_is_open() -> None:
    found = reading(email("Os mando el inventario antes del viernes 20.", inbound=True)).commitments
    assert [(item.by, item.status, item.due.day if item.due else None) for item in found] == [
        (Side.CUSTOMER, CommitmentStatus.OPEN, date(2026, 11, 20))
    ]


def test_a_restated_promise_counts_once_and_a_named_person_makes_it() -> None:
    found = reading(
        call(
            ("Marta Ruiz", "El inventario de máquinas os lo mando yo antes del viernes 20."),
            ("Inés Robledo", "Perfecto."),
        ),
        note("Marta nos manda el inventario de máquinas antes del viernes 20.", day=date(2026, 11, 7)),
    ).commitments
    assert [(item.by, item.who) for item in found] == [(Side.CUSTOMER, "Marta Ruiz Gil")]


def test_promises_of_long_ago_are_history() -> None:
    assert (
        reading(email("Os mando el informe antes del 15 de marzo.", inbound=False, day=date(2026, 3, 1))).commitments
        == ()
    )
