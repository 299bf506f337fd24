"""What of a conversation its other side is told again: owed, said, asked, and nothing said in confidence."""

from datetime import date

import pytest

from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.workflows.follow_up.choices import FollowUpRequest
from copilot.workflows.follow_up.sources import conversation
from copilot.workflows.reading.reader import read_texts
from tests.brief_builders import call, contact, facts, note
from tests.follow_up_texts import VIEWER, mail, talk_of

EN = Language.EN


def test_what_each_side_owes_is_told_with_its_day() -> None:
    _, _, points = talk_of(
        call(
            ("Marta Ruiz Gil", "Te envío el inventario antes del viernes 20."),
            ("Inés Robledo", "Perfecto. Te mando la propuesta antes del 27 de noviembre."),
        )
    )
    assert [(item.due.day if item.due else None) for item in points.theirs] == [date(2026, 11, 20)]
    assert [(item.due.day if item.due else None) for item in points.ours] == [date(2026, 11, 27)]


def test_what_was_kept_is_not_told_again() -> None:
    promised = mail("Te envío el inventario de maquinaria antes del viernes 13.", day=date(2026, 11, 9), title="Plan")
    kept = mail("Te adjunto el inventario de maquinaria completo.", day=date(2026, 11, 12), title="Inventario")
    _, _, points = talk_of(promised, kept, wanted=FollowUpRequest(document_id=promised.id))
    assert points.theirs == ()


def test_what_we_did_not_keep_is_left_to_a_person_and_counted() -> None:
    promised = mail(
        "You will have the root cause report by Friday 6 November.", inbound=False, day=date(2026, 11, 2), language=EN
    )
    missed = mail(
        "It is 10 November and we still don't have the root cause report promised for 6 November.",
        day=date(2026, 11, 10), language=EN,
    )  # fmt: skip
    _, _, points = talk_of(promised, missed, wanted=FollowUpRequest(document_id=promised.id))
    assert points.ours == ()
    assert points.failed == 1


def test_a_promise_of_which_nobody_speaks_any_more_is_not_brought_up() -> None:
    old = mail("Te envío el inventario de maquinaria antes del viernes 18 de septiembre.", day=date(2026, 9, 10))
    _, _, points = talk_of(old)
    assert points.theirs == ()


def test_what_is_said_in_confidence_goes_with_what_is_around_it() -> None:
    _, _, points = talk_of(
        call(
            ("Marta Ruiz Gil", "Necesitamos 40 licencias aprobadas para enero en la planta nueva."),
            ("Marta Ruiz Gil", "Esto que no salga de aquí: el consejo ha decidido cerrar 2 plantas."),
            ("Marta Ruiz Gil", "Lo han aprobado y se decide el cierre en enero de 2027."),
            ("Inés Robledo", "Vale."),
        )
    )
    assert points.said == ()


def test_competitors_praise_and_complaints_are_not_read_back() -> None:
    _, _, points = talk_of(
        mail(
            "We need a quote for 40 seats by January.\n\nWe have another quote from Rivalsoft at $61,000 a year.\n\n"
            "I don't doubt you, please don't send me another apology.",
            language=EN,
        )
    )
    assert [item.text for item in points.said] == ["We need a quote for 40 seats by January."]


def test_the_items_of_a_list_that_is_asked_for_are_told() -> None:
    _, _, points = talk_of(
        mail("Could you send me the following, please:\n- your ISO 27001 certificate\n- the list of sub-processors\n\n"
             "Many thanks for your help with all of this again.", language=EN)
    )  # fmt: skip
    assert [item.text for item in points.asked] == ["your ISO 27001 certificate", "the list of sub-processors"]


def test_a_question_stays_open_until_we_write_in_the_thread() -> None:
    asked = mail("¿En qué región se guardan nuestros datos de producción?", day=date(2026, 11, 9))
    answer = mail("En Fráncfort.", inbound=False, day=date(2026, 11, 10), in_reply_to=asked.message_id)
    _, _, alone = talk_of(asked)
    _, _, answered = talk_of(asked, answer, wanted=FollowUpRequest(document_id=asked.id))
    assert len(alone.questions) == 1
    assert answered.questions == ()


def test_what_somebody_in_copy_did_not_have_is_not_told_to_them() -> None:
    other = contact("Julián Pastor", email="julian@mencia.example")
    first = mail("Te mando el plan de la visita.", day=date(2026, 11, 9))
    reply = mail(
        "Te envío la oferta de renovación antes del 27 de noviembre.",
        inbound=False, day=date(2026, 11, 10), in_reply_to=first.message_id,
    )  # fmt: skip
    talk, _, points = talk_of(first, reply, contacts=(contact(), other), wanted=FollowUpRequest(document_id=first.id))
    assert len(points.ours) == 1
    assert [item.id for item in talk.known_to((contact(), other)).thread] == [first.id]


@pytest.mark.parametrize(
    "document",
    [note("Visita: necesitan 40 licencias."), mail("Nota para el equipo.", inbound=False, direction="internal")],
    ids=["note", "internal email"],
)
def test_what_the_customer_does_not_know_cannot_be_followed_up(document: object) -> None:
    known = facts(documents=(document,))  # type: ignore[arg-type]
    reading = read_texts((document,), known)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="ninguna llamada ni ningún correo"):
        conversation(known, (document,), reading, wanted=FollowUpRequest(), viewer=VIEWER)  # type: ignore[arg-type]


def test_a_request_chooses_the_conversation_it_speaks_of() -> None:
    older = mail("Adjunto el pedido firmado.", title="Pedido de la ampliación", day=date(2026, 11, 2))
    newer = mail("Todo bien por aquí.", title="Saludos", day=date(2026, 11, 12))
    talk, _, _ = talk_of(older, newer, wanted=FollowUpRequest(request="escríbele sobre el pedido de la ampliación"))
    latest, _, _ = talk_of(older, newer)
    assert talk.main.id == older.id
    assert latest.main.id == newer.id


def test_the_name_of_the_account_chooses_no_conversation() -> None:
    name = facts().account.name
    older = mail("Todo bien.", title=f"{name}: revisión", day=date(2026, 11, 2))
    newer = mail("Todo bien por aquí.", title="Saludos", day=date(2026, 11, 12))
    talk, _, _ = talk_of(older, newer, wanted=FollowUpRequest(request=f"redacta un seguimiento para {name}"))
    assert talk.main.id == newer.id
