"""Names, quotations, speakers, negations, firmness and wording beside the sources a sentence cites."""

from datetime import date

import pytest

from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.findings import Action, Severity
from copilot.domain.language import Language
from copilot.guardrails.detector import Context
from copilot.guardrails.grounding import GroundingDetector, Support, support
from copilot.guardrails.grounding.score import Weakness, is_weak
from copilot.guardrails.surroundings import Surroundings
from copilot.store.voices import Voice
from tests import approvals_builders as world

PASSAGE = "passage:psg_1:0-80"


def passage(text: str) -> Evidence:
    return Evidence(
        id=PASSAGE, kind=EvidenceKind.PASSAGE, text=text, label="Renewal call", as_of=date(2026, 11, 3),
        document_id="doc_1", start=0, end=len(text),
    )  # fmt: skip


def record(text: str) -> Evidence:
    return Evidence(
        id="record:acc_1:field", kind=EvidenceKind.RECORD, text=text, label="HubSpot", as_of=date(2026, 11, 3)
    )


def said_by(*names: str) -> dict[str, Voice]:
    return {PASSAGE: Voice(speakers=frozenset(names), people=frozenset(names))}


def rules(text: str, *evidence: Evidence, language: Language = Language.EN, **known: object) -> set[str]:
    return {reason.rule for reason in support(text, evidence, language, **known).reasons}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "text", "source", "rule"),
    [
        ("en", "The sponsor is Petra Lindholm.", "Our sponsor is Marjorie Stahl.", "name_not_in_evidence"),
        ("es", "La decisión es de Álvaro Rueda.", "La decisión es de Teresa Mompó.", "name_not_in_evidence"),
        ("en", "She wrote: “we will not renew”.", "we will renew in March", "quotation_not_in_evidence"),
        ("es", "Escribió: «no vamos a renovar».", "vamos a renovar en marzo", "quotation_not_in_evidence"),
        (
            "en",
            "The customer will not renew the contract in March.",
            "The customer will renew the contract in March.",
            "negation_contradicts_evidence",
        ),
        (
            "es",
            "El cliente no quiere renovar el contrato en marzo.",
            "El cliente quiere renovar el contrato en marzo.",
            "negation_contradicts_evidence",
        ),
        (
            "en",
            "Active users decreased strongly during spring.",
            "Active users increased strongly during spring.",
            "negation_contradicts_evidence",
        ),
        ("en", "They agreed a larger discount.", "Could we get a larger discount?", "firmer_than_evidence"),
        ("es", "Acordaron un descuento mayor.", "¿Podría hacernos un descuento mayor?", "firmer_than_evidence"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "text",
)
def test_a_sentence_that_departs_from_its_source_is_found(language: str, text: str, source: str, rule: str) -> None:
    assert f"grounding.{rule}" in rules(text, passage(source), language=Language(language))


@pytest.mark.parametrize(
    ("language", "text", "source"),
    [
        ("en", "The sponsor is Marjorie Stahl.", "Our sponsor is Marjorie Stahl."),
        ("en", "The CRM has an open P1 ticket from March.", "One P1 ticket is open since March."),
        ("es", "Dijo: «vamos a renovar…»", "Vamos a renovar en marzo si baja el precio."),
        ("es", "Escribió: «tope de 72.000»", "finanzas ha puesto **tope de 72.000**"),
        ("en", "The customer will renew the contract in March.", "The customer will renew the contract in March."),
        ("es", "El cliente no renovará el contrato.", "El cliente no quiere renovar el contrato."),
        ("en", "They agreed a larger discount.", "We agree to the larger discount."),
        ("es", "Acordaron un descuento mayor.", "Confirmo el descuento mayor que pediste."),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 3 else "text",
)
def test_a_sentence_that_keeps_to_its_source_is_left_alone(language: str, text: str, source: str) -> None:
    assert rules(text, passage(source), language=Language(language)) == set()


def test_a_quotation_in_another_mouth_contradicts_the_record() -> None:
    source, text = (
        passage("We need three more weeks for this."),
        "Rob Tavares, on 3 November: “We need three more weeks”.",
    )
    people = frozenset({"Rob Tavares", "Marjorie Stahl"})

    wrong = support(text, [source], Language.EN, voices=said_by("Marjorie Stahl"), people=people)
    right = support(text, [source], Language.EN, voices=said_by("Rob Tavares"), people=people)
    unknown = support(text, [source], Language.EN, voices={}, people=frozenset())

    assert wrong.support is Support.CONTRADICTED
    assert right.support is Support.SUPPORTED
    assert "grounding.speaker_contradicts_evidence" not in {reason.rule for reason in unknown.reasons}


def test_a_first_name_in_the_source_may_be_written_out() -> None:
    text, source = "Teresa Mompó Galán negotiates the paper.", passage("Teresa negotiates the paper.")

    assert rules(text, source, people=frozenset({"Teresa Mompó Galán", "Raúl Cebrián"})) == set()
    assert rules(text, source, people=frozenset({"Teresa Mompó Galán", "Teresa Ruiz Sanz"})) != set()


def test_parts_of_two_names_do_not_make_a_third() -> None:
    source = record("contacts: Marjorie Stahl, owner; Rob Tavares, sponsor")

    assert rules("The sponsor is Rob Stahl.", source, people=frozenset({"Marjorie Stahl", "Rob Tavares"})) == {
        "grounding.name_not_in_evidence"
    }


@pytest.mark.parametrize(
    ("text", "value", "denied"),
    [
        ("It is not a customer.", "lifecycle: customer", True),
        ("It is not a customer yet.", "lifecycle: prospect", False),
        ("No es cliente.", "lifecycle: customer", True),
        ("No hay próximo paso.", "next_step: (empty)", False),
    ],
    ids=["denied-en", "true-en", "denied-es", "empty-es"],
)
def test_a_record_is_not_denied_without_ground(text: str, value: str, denied: bool) -> None:
    assert ("grounding.negation_not_in_evidence" in rules(text, record(value))) is denied


def test_figures_count_in_the_verdict() -> None:
    assert support("They pay 84 seats.", [record("seats: 48")], Language.EN).support is Support.UNSUPPORTED
    assert support("They pay 48 seats.", [record("seats: 48")], Language.EN).support is Support.SUPPORTED


def test_a_sentence_without_evidence_is_unsupported() -> None:
    assert support("Anything.", [], Language.EN).support is Support.UNSUPPORTED


def test_wording_far_from_its_source_is_weak_and_only_flags() -> None:
    source = passage("The team tested the new mobile app on two sites and liked how quickly work orders arrive.")
    near = "The team tested the new mobile app on two sites and liked how quickly orders arrive."
    far = "The team refused the old desktop program in the offices and disliked how slowly invoices arrive."

    close, distant = (support(text, [source], Language.EN) for text in (near, far))

    assert close.support is Support.SUPPORTED
    assert distant.support is Support.WEAKLY_SUPPORTED
    assert distant.weakness is not None
    assert close.weakness is not None
    assert distant.weakness > close.weakness


def test_the_score_needs_wording_of_the_same_language() -> None:
    source = passage("El equipo probó la aplicación móvil en dos plantas y le gustó la rapidez de las órdenes.")

    verdict = support(
        "The board fears that a competing vendor could delay every delivery next year.", [source], Language.EN
    )

    assert verdict.weakness is None


def test_the_threshold_is_the_middle_of_the_score() -> None:
    assert is_weak(Weakness(0.5, 0, 1))
    assert not is_weak(Weakness(0.49, 0, 1))


def test_the_detector_holds_what_a_rule_finds() -> None:
    source = passage("Marjorie Stahl asked for it.")
    draft = world.draft_about((source,), (("Petra Lindholm asked for it.", (PASSAGE,)),))
    known = draft.evidence_by_id

    found = list(GroundingDetector().inspect(Context(draft=draft, current=known, snapshot=known)))

    assert [(item.rule, item.severity, item.action) for item in found] == [
        ("grounding.name_not_in_evidence", Severity.HIGH, Action.HOLD)
    ]
    assert draft.sections[0].segments[0].text[found[0].start : found[0].end] == "Petra Lindholm"
    assert Surroundings().voices == {}


@pytest.mark.parametrize("text", ["«" * 5000, "no " * 5000, "A" * 100_000, "\ud800 \x00 “x", "A b " * 20_000])
def test_hostile_texts_neither_break_nor_hang(text: str) -> None:
    support(text, [passage(text)], Language.EN)


def test_a_text_too_long_to_compare_is_held() -> None:
    assert "grounding.too_long_to_compare" in rules("the team agreed " * 2000, passage("The team agreed."))
