"""Language and form of address, read from how both sides wrote to each other."""

from typing import Any

import pytest

from copilot.domain.documents import StoredDocument
from copilot.domain.language import Language
from copilot.workflows.follow_up.choices import FollowUpRequest, Manner, Register
from copilot.workflows.follow_up.manner import manner_of
from copilot.workflows.follow_up.sources import conversation
from copilot.workflows.reading.reader import read_texts
from tests.brief_builders import call, contact, facts
from tests.follow_up_texts import VIEWER, mail

ES, EN = Language.ES, Language.EN


def manner(*documents: StoredDocument, **wanted: Any) -> Manner:
    """How the first contact would be written to."""
    known = facts(documents=documents)
    reading = read_texts(documents, known)
    asked = FollowUpRequest(**wanted)
    talk = conversation(known, documents, reading, wanted=asked, viewer=VIEWER)
    return manner_of(talk, known.contacts[:1], known, reading, documents=documents, wanted=asked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hola, Inés: ¿me confirmas cuándo puedes mandarme el anexo? Te lo agradezco.", Register.TU),
        ("Os envío el acta. ¿Qué tenéis pensado para vuestra visita?", Register.TU),
        ("Le agradezco su mensaje. ¿Podría usted indicarme la fecha de la visita?", Register.USTED),
        ("¿Me confirma la fecha de la visita, por favor? Quedo a su disposición.", Register.USTED),
        ("Estimada Inés: adjunto el anexo firmado con las dos fechas de la visita.", Register.USTED),
    ],
)
def test_spanish_tells_tu_from_usted(text: str, expected: Register) -> None:
    assert manner(mail(text)).register is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi Inés,\n\nThanks, I'd like the annex before the visit on Monday.", Register.INFORMAL),
        ("Dear Inés,\n\nI'd like to receive the annex before the visit on Monday.", Register.FORMAL),
        ("Ms. Robledo,\n\nI'm reviewing the annex and will come back to you about the visit.", Register.FORMAL),
        ("The annex hasn't arrived and we'd like to see it before the visit.", Register.INFORMAL),
    ],
)
def test_english_tells_by_the_opening_of_a_letter(text: str, expected: Register) -> None:
    assert manner(mail(text, language=EN)).register is expected


def test_polite_words_do_not_make_a_stranger_of_somebody_called_tu() -> None:
    text = "Estimada Inés: te envío el anexo y quedo contigo para la visita."
    assert manner(mail(text)).register is Register.TU


def test_what_one_says_to_others_does_not_tell() -> None:
    """`nos manda` and `le digo a Lucía` speak about somebody, not to the reader."""
    text = "Marta nos manda el inventario y yo le digo a Lucía que lo mire. ¿Te va bien así?"
    assert manner(mail(text)).register is Register.TU


def test_with_nothing_to_tell_spanish_keeps_its_distance_and_says_so() -> None:
    found = manner(mail("Adjunto el anexo firmado con las dos fechas."))
    assert found.register is Register.USTED
    assert found.why["register_from"] == "nothing tells"


def test_the_language_is_that_of_the_contact_and_not_of_the_account() -> None:
    english = contact("Fiona Aldcroft", email="fiona@group.example", language="en")
    document = mail("We would like the annex before the visit, please.", author="Fiona Aldcroft", language=EN)
    known = facts(documents=(document,), contacts=(english,))
    reading = read_texts((document,), known)
    talk = conversation(known, (document,), reading, wanted=FollowUpRequest(), viewer=VIEWER)
    found = manner_of(talk, (english,), known, reading, documents=(document,), wanted=FollowUpRequest())
    assert found.language is EN


def test_a_person_overrules_what_was_found_and_a_form_crosses_languages() -> None:
    found = manner(mail("¿Me confirmas el anexo? Te espero."), language=EN, register=Register.USTED)
    assert (found.language, found.register) == (EN, Register.FORMAL)
    assert found.why == {"language_from": "chosen", "register_from": "chosen"}


def test_a_call_counts_what_is_said_to_the_reader() -> None:
    document = call(("Marta Ruiz Gil", "¿Me lo mandas el viernes?"), ("Inés Robledo", "Te lo mando, y te llamo antes."))
    assert manner(document).register is Register.TU


def test_an_email_to_somebody_else_does_not_tell() -> None:
    other = mail("Le agradezco su mensaje y quedo a su disposición.", inbound=False, address="otro@mencia.example")
    found = manner(mail("¿Me confirmas el anexo? Te espero."), other)
    assert found.register is Register.TU
