"""What must not be said, and what only sounds like it."""

import pytest

from copilot.domain.drafts import Audience
from copilot.domain.findings import Severity
from copilot.guardrails.detector import Text
from copilot.guardrails.surroundings import Surroundings
from copilot.guardrails.tone import ToneDetector
from copilot.guardrails.tone_rules import ToneRules
from tests.guardrails_commitments_builders import context, rules

DETECTOR = ToneDetector()


def found_in(text: str) -> list[str]:
    return [item.rule for item in DETECTOR.inspect_text(Text(text))]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("El de compras es un imbécil.", "tone.insult"),
        ("Qué pendejo el auditor.", "tone.insult"),
        ("El weón no contesta.", "tone.insult"),
        ("Their CFO is a moron.", "tone.insult"),
        ("Esto es una mierda.", "tone.profanity"),
        ("The fucking export failed.", "tone.profanity"),
        ("Si no firman hoy, perderán el precio.", "tone.pressure"),
        ("You have no choice but to sign now.", "tone.pressure"),
        ("Mantenix es un desastre.", "tone.disparages_competitor"),
        ("The competition is lying to you.", "tone.disparages_competitor"),
        ("Es demasiado viejo para aprender.", "tone.discrimination"),
        ("Women are not suited to running a depot.", "tone.discrimination"),
        ("Begoña está de baja por depresión.", "tone.sensitive_attribute"),
        ("He is gay.", "tone.sensitive_attribute"),
        ("Andrés está afiliado al sindicato.", "tone.sensitive_attribute"),
        ("Dana is pregnant.", "tone.sensitive_attribute"),
        ("Rosa es de etnia mapuche.", "tone.sensitive_attribute"),
    ],
)
def test_what_must_not_be_said_is_found(text: str, rule: str) -> None:
    assert found_in(text) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "La salud financiera de la empresa ha mejorado.",
        "The health score fell to 62.",
        "El estado de salud de la cuenta es bueno.",
        "La unión de las dos filiales se cierra en enero.",
        "The union operator merges both lists.",
        "A race condition duplicates the orders.",
        "El motor funciona como una caja negra.",
        "The route engine is a black box.",
        "El servidor ejecuta la tarea cada noche.",
        "Hay que matar el proceso.",
        "Fue un retraso embarazoso.",
        "That was a kick-ass demo.",
        "Mr Dick Shaw signed.",
        "El señor Moro y la señora Gay firmarán.",
        "Se dio de baja el servicio de SMS.",
        "The directory account is disabled.",
        "Mantenix no ofrece modo sin conexión.",
        "They are comparing our offer with Fieldora's.",
        "La oferta es válida hasta el 30 de noviembre.",
        "El contrato se renueva el 31 de enero.",
        "Tiene dos empresas hijas en Chile.",
    ],
)
def test_what_only_sounds_like_it_is_left_alone(text: str) -> None:
    assert found_in(text) == []


def test_a_competitor_of_the_policy_is_known_by_its_name() -> None:
    text = "con yardwright todo es un timo"
    assert found_in(text) == []
    listed = ToneDetector(ToneRules(competitors=("Yardwright",)))
    assert [item.rule for item in listed.inspect_text(Text(text))] == ["tone.disparages_competitor"]


def test_our_own_product_and_the_account_are_no_competitors() -> None:
    around = Surroundings(organisations=frozenset({"Tramontia Vision"}))
    assert rules(DETECTOR, context(("Vision es un desastre en Android.", ()), surroundings=around)) == []
    assert rules(DETECTOR, context(("Fieldora es un desastre en Android.", ()), surroundings=around)) != []


def test_the_words_of_others_weigh_less_in_our_own_papers() -> None:
    ours, theirs = "Esto es una mierda.", "Paulina, el 3 de marzo: «Vuestro director es un imbécil.»"
    outside = [item.severity for item in DETECTOR.inspect(context((ours, ()), (theirs, ())))]
    inside = [item.severity for item in DETECTOR.inspect(context((ours, ()), (theirs, ()), audience=Audience.INTERNAL))]
    assert outside == [Severity.HIGH, Severity.HIGH]
    assert inside == [Severity.LOW, Severity.LOW]


def test_what_a_customer_says_of_a_competitor_is_what_a_brief_reports() -> None:
    sentence = "Íñigo, el 2 de junio: «Mantenix es un desastre.»"
    assert rules(DETECTOR, context((sentence, ()), audience=Audience.INTERNAL)) == []
    assert rules(DETECTOR, context((sentence, ()))) == ["tone.disparages_competitor"]


def test_private_lives_weigh_the_same_inside() -> None:
    given = context(("Begoña está de baja por depresión.", ()), audience=Audience.INTERNAL)
    (found,) = DETECTOR.inspect(given)
    assert found.severity is Severity.HIGH
    assert given.draft.sections[0].segments[0].text[found.start : found.end] == "está de baja por"


@pytest.mark.parametrize(
    "text", ["\n" * 200_000, "es un " * 30_000, "¡" * 200_000, "Aaa es " * 20_000, "\ud83d" * 100_000]
)
def test_hostile_texts_end_soon(text: str) -> None:
    assert len(found_in(text)) <= 100
