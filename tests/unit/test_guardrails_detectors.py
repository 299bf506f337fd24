"""Every detector on drafts made by hand: what it finds, and what it leaves alone. No database is needed."""

from collections.abc import Callable
from datetime import date

import pytest

from copilot.domain.drafts import Draft
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.findings import GuardrailReport, Risk, Severity
from copilot.domain.language import Language
from copilot.guardrails.detector import Context
from copilot.guardrails.pipeline import Guardrails
from tests import approvals_builders as world

Check = Callable[[Draft], GuardrailReport]
Sentences = tuple[tuple[str, tuple[str, ...]], ...]


def fact(evidence_id: str, text: str, *, kind: EvidenceKind = EvidenceKind.RECORD) -> Evidence:
    return Evidence(
        id=evidence_id, kind=kind, text=text, label="HubSpot", as_of=date(2026, 11, 13), account_id=world.ACCOUNT
    )


@pytest.fixture
def evidence() -> tuple[Evidence, ...]:
    email = fact(world.EMAIL, world.EMAIL_TEXT, kind=EvidenceKind.PASSAGE)
    return (
        fact(world.ARR, "arr: 84000 EUR"),
        fact(world.RENEWAL, "renewal_date: 2027-01-31"),
        fact(world.DAYS_LEFT, "days_to_renewal: 76", kind=EvidenceKind.METRIC),
        email.model_copy(update={"as_of": date(2026, 3, 1), "origin": Origin.CUSTOMER}),
    )


@pytest.fixture
def check() -> Check:
    """All detectors on a draft whose evidence is as it was."""

    def run(draft: Draft) -> GuardrailReport:
        known = draft.evidence_by_id
        return Guardrails().report(Context(draft=draft, current=known, snapshot=known))

    return run


def rules(report: GuardrailReport) -> list[str]:
    return [finding.rule for finding in report.findings]


def metric(name: str, text: str) -> Evidence:
    return Evidence(
        id=f"metric:{name}:{world.ACCOUNT}",
        kind=EvidenceKind.METRIC,
        text=f"{name}: {text}",
        label="Cálculo",
        as_of=world.TODAY,
        account_id=world.ACCOUNT,
    )


@pytest.mark.parametrize(
    ("text", "cites", "rule", "figure"),
    [
        ("La cuenta factura 85.000 € al año.", (world.ARR,), "grounding.amount_not_in_evidence", "85.000 €"),
        ("La cuenta factura 84.000 $ al año.", (world.ARR,), "grounding.amount_not_in_evidence", "84.000 $"),
        ("Renueva el 30 de enero de 2027.", (world.RENEWAL,), "grounding.date_not_in_evidence", "30 de enero de 2027"),
        ("Pide un 13 % de descuento.", (world.EMAIL,), "grounding.percentage_not_in_evidence", "13 %"),
        ("Confirmó 420 licencias.", (world.EMAIL,), "grounding.number_not_in_evidence", "420"),
        ("Quedan tres semanas.", (world.DAYS_LEFT,), "grounding.number_not_in_evidence", "tres semanas"),
        ("Factura 48.000 € al año.", (world.ARR,), "grounding.amount_not_in_evidence", "48.000 €"),
    ],
)
def test_a_figure_that_its_own_sources_do_not_state_is_found(
    check: Check, evidence: tuple[Evidence, ...], text: str, cites: tuple[str, ...], rule: str, figure: str
) -> None:
    report = check(world.draft_about(evidence, ((text, cites),)))
    [found] = report.findings
    assert (found.rule, found.severity, found.segment_id) == (rule, Severity.HIGH, "summary.1")
    assert found.start is not None
    assert text[found.start : found.end] == figure
    assert figure in found.explanation["es"]
    assert figure in found.explanation["en"]
    assert report.risk is Risk.HIGH


@pytest.mark.parametrize(
    "text",
    [
        "Confirmó 240 licencias por 48 mil € el 15 de marzo de 2026.",
        "Pidió un doce por ciento menos que en 2025.",
        "En su correo del 1 de marzo de 2026 confirmó el cambio de marzo.",
        "A 16 de noviembre de 2026 sigue confirmado para el primer trimestre de 2026.",
    ],
)
def test_the_same_figure_written_differently_is_fine(check: Check, evidence: tuple[Evidence, ...], text: str) -> None:
    assert check(world.draft_about(evidence, ((text, (world.EMAIL,)),))).findings == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("El NPS pasó de 9 a 4.", []),
        ("El NPS, antes 9, es ahora 4, y con 4 no basta.", []),
        ("El NPS pasó de 4 a 4.", ["grounding.figure_in_place_of_another"]),
        ("El NPS pasó de 9 a 9.", ["grounding.figure_in_place_of_another"]),
        ("El NPS es 4.", []),
    ],
)
def test_a_figure_does_not_take_the_place_of_another(check: Check, text: str, wanted: list[str]) -> None:
    scores = (metric("own_latest", "4"), metric("own_previous", "9"))
    assert rules(check(world.draft_about(scores, ((text, tuple(item.id for item in scores)),)))) == wanted


def test_the_day_of_a_source_carries_days_and_not_years(check: Check, evidence: tuple[Evidence, ...]) -> None:
    sentences = (("El dato es del 13 de noviembre de 2026.", (world.ARR,)), ("Es la renovación 2026.", (world.ARR,)))
    assert [item.segment_id for item in check(world.draft_about(evidence, sentences)).findings] == ["summary.2"]


def test_sentences_without_sources_are_found(check: Check, evidence: tuple[Evidence, ...]) -> None:
    draft = world.draft_about(evidence, (("La cuenta está contenta.", ()), ("Renueva pronto.", (world.RENEWAL,))))
    report = check(draft)
    assert rules(report) == ["grounding.segment_without_evidence"]
    assert report.risk is Risk.HIGH


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Estos son los puntos pendientes:", []),
        ("Estos son los 3 puntos pendientes:", ["grounding.uncited_fact"]),
        ("Estos son los puntos. " * 10, ["grounding.uncited_fact"]),
    ],
)
def test_a_lead_in_states_no_fact(check: Check, text: str, wanted: list[str]) -> None:
    draft = world.draft_about((), ((text, ()),))
    section = draft.sections[0]
    lead_in = section.segments[0].model_copy(update={"uncited_reason": "lead-in"})
    draft = draft.model_copy(update={"sections": (section.model_copy(update={"segments": (lead_in,)}),)})
    assert rules(check(draft)) == wanted


def test_made_up_evidence_is_found(check: Check, evidence: tuple[Evidence, ...]) -> None:
    draft = world.draft_about(evidence, (("La cuenta va bien.", ("record:acc_made_up:arr",)),))
    assert rules(check(draft)) == ["evidence.unknown"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("El uso ha caído un 23,4 %.", []),
        ("El uso ha subido un 23,4 %.", ["grounding.direction_contradicts_evidence"]),
        ("Usage grew 23.4%.", ["grounding.direction_contradicts_evidence"]),
        ("El uso es del −23,4 %.", []),
    ],
)
def test_a_fall_is_not_called_a_rise(check: Check, text: str, wanted: list[str]) -> None:
    change = f"metric:team_computed_change_pct:{world.ACCOUNT}"
    metric = Evidence(
        id=change,
        kind=EvidenceKind.METRIC,
        text="team_computed_change_pct: -23.4",
        label="Cálculo",
        as_of=world.TODAY,
        account_id=world.ACCOUNT,
    )
    assert rules(check(world.draft_about((metric,), ((text, (change,)),)))) == wanted


@pytest.mark.parametrize(
    ("sentence", "asked", "wanted"),
    [
        ("The account is happy with the product and will renew it soon with us.", Language.ES, True),
        ("La cuenta está contenta con el producto y lo va a renovar muy pronto.", Language.EN, True),
        ("El cliente escribió «we are very happy with the product and the people» en su correo.", Language.ES, False),
        ("Customer Success Manager", Language.ES, False),
    ],
)
def test_the_language_asked_for(
    check: Check, evidence: tuple[Evidence, ...], sentence: str, asked: Language, wanted: bool
) -> None:
    report = check(world.draft_about(evidence, ((sentence, (world.EMAIL,)),), language=asked))
    assert ("language.not_as_asked" in rules(report)) is wanted


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x1b[2J", "\x08", "\ue000"])
def test_notes_and_hidden_characters_are_shown(check: Check, evidence: tuple[Evidence, ...], hidden: str) -> None:
    draft = world.draft_about(
        evidence, ((f"Renueva{hidden} pronto.", (world.RENEWAL,)),), notes=("El modelo no respondió.",)
    )
    assert [rule for rule in rules(check(draft)) if not rule.startswith("grounding.")] == [
        "text.hidden_characters",
        "draft.note",
    ]


def test_breaks_and_soft_hyphens_hide_nothing(check: Check, evidence: tuple[Evidence, ...]) -> None:
    draft = world.draft_about(evidence, (("Re\u00adnueva\npronto.", (world.RENEWAL,)),))
    assert rules(check(draft)) == []


def test_a_sentence_of_figures_is_held_instead_of_checked_for_minutes(
    check: Check, evidence: tuple[Evidence, ...]
) -> None:
    sentences: Sentences = ((" 84000 " * 1000, (world.ARR,)),)
    assert rules(check(world.draft_about(evidence, sentences))) == ["grounding.figures_too_many"]
