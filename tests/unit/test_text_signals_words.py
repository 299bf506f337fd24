"""What one sentence of the customer's is a sign of, with near misses, in both languages."""

import pytest

from copilot.domain.signals import TextSignalKind
from copilot.workflows.reading.rivals import Rivals
from copilot.workflows.reading.text_signals import _kinds

COMPETITOR, COMPLAINT = TextSignalKind.COMPETITOR, TextSignalKind.COMPLAINT
PRAISE, EXPANSION = TextSignalKind.PRAISE, TextSignalKind.EXPANSION
KNOWN = frozenset({"calidra", "talleres", "duero", "rosa", "vidal"})
"""Our product, the customer and a contact of theirs."""

SIGNS = [
    ("We are comparing Calidra with Brightpath before we sign.", {COMPETITOR}),
    ("Brightpath quoted us 30% less for the same scope.", {COMPETITOR}),
    ("The other plant is already using Brightpath.", {COMPETITOR}),
    ("Dirección quiere pasarse a Brightpath en enero.", {COMPETITOR}),
    ("Nos han hecho una oferta de Brightpath muy agresiva.", {COMPETITOR}),
    ("No descartamos pasarnos a Brightpath en enero.", {COMPETITOR}),
    ("Estamos hablando con otro proveedor por el precio.", {COMPETITOR}),
    ("This is the third time this month that the export fails.", {COMPLAINT}),
    ("Nobody has answered our ticket since Monday.", {COMPLAINT}),
    ("The app keeps crashing on the tablets in the yard.", {COMPLAINT}),
    ("Frankly we are not happy with how the incident was handled.", {COMPLAINT}),
    ("Llevamos dos semanas esperando y nadie nos llama.", {COMPLAINT}),
    ("Estamos muy descontentos con los tiempos de respuesta.", {COMPLAINT}),
    ("El problema sigue sin estar resuelto y no es de recibo.", {COMPLAINT}),
    ("The new planner saves us two hours a day.", {PRAISE}),
    ("La formación fue excelente, enhorabuena al equipo.", {PRAISE}),
    ("El panel nuevo nos ahorra muchísimo trabajo.", {PRAISE}),
    ("We would like to add the inspection module next quarter.", {EXPANSION}),
    ("Queremos extender el uso a las otras dos plantas.", {EXPANSION}),
    ("Necesitaremos 20 licencias más en primavera.", {EXPANSION}),
]
NO_SIGNS = [
    "We decided against Brightpath and stay with you.",
    "We are not considering Brightpath at this point.",
    "Hemos descartado Brightpath, no cubre lo que necesitamos.",
    "No estamos valorando Brightpath ni a nadie más.",
    "Antes usábamos Brightpath y no funcionaba el informe.",
    "We came over from Brightpath three years ago.",
    "We compare the figures with Excel every Friday.",
    "Ya usamos Outlook para los avisos del almacén.",
    "Rosa Vidal nos ha ofrecido su despacho para la reunión.",
    "We have no complaints about the support so far.",
    "No tenemos ninguna queja del servicio.",
    "The outage was resolved within the hour, thank you.",
    "La incidencia grave quedó resuelta el mismo día.",
    "Could you tell me whether the export is not working?",
    "It would be great if the report opened faster.",
    "Sería estupendo que nos llamaseis el lunes.",
    "No estamos interesados en contratar más módulos.",
    "We have 40 licences and use most of them.",
    "¿Podemos ampliar el plazo de entrega unos días?",
    "Please find the signed form attached to this message.",
    "Os confirmo la reunión del jueves a las diez en la sede.",
    "We have to cancel the meeting on Thursday, sorry.",
]


def _read(text: str, *, is_ticket: bool = False) -> set[TextSignalKind]:
    rivals = Rivals(KNOWN)
    rivals.heard("Brightpath quoted them last year.")
    return set(_kinds(text, is_ticket=is_ticket, names_rival=bool(rivals.heard(text))))


@pytest.mark.parametrize(("text", "kinds"), SIGNS, ids=[text[:40] for text, _ in SIGNS])
def test_a_sentence_is_a_sign_of_what_it_says(text: str, kinds: set[TextSignalKind]) -> None:
    assert _read(text) == kinds


@pytest.mark.parametrize("text", NO_SIGNS, ids=[text[:40] for text in NO_SIGNS])
def test_what_is_denied_asked_over_or_wished_for_is_no_sign(text: str) -> None:
    assert _read(text) == set()


def test_a_ticket_tells_of_a_fault_by_its_nature() -> None:
    assert _read("The export is not working on tablets.", is_ticket=True) == set()
    assert _read("Same error again and nobody answers us.", is_ticket=True) == {COMPLAINT}


def test_a_name_is_a_rivals_from_the_sentence_that_shows_it() -> None:
    rivals = Rivals(KNOWN)
    assert not rivals.heard("Somebody of Brightpath was at the fair.")
    assert rivals.heard("We have received an offer from Brightpath.") == ["Brightpath"]
    assert rivals.heard("Brightpath called again this morning.") == ["Brightpath"]
    assert not rivals.heard("We compared it with Calidra and with Rosa's list.")
