"""What the guardrails say about personal data, and that they never repeat it. All people and numbers are invented."""

from datetime import date

import pytest

from copilot.domain.drafts import Audience
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.guardrails.detector import Context, Text
from copilot.guardrails.personal_data.analysis import find_personal_data
from copilot.guardrails.personal_data.detector import PersonalDataDetector, masked
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.surroundings import Surroundings
from tests import approvals_builders as world

KEY = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
SENSITIVE = {
    "personal.credential": f"El token del CRM es {KEY}",
    "personal.card": "Pagó con la tarjeta 4111 1111 1111 1111",
    "personal.bank_account": "Abonen en ES91 2100 0418 4502 0005 1332",
    "personal.national_id": "Marta Ruiz, NIF 12345678Z",
    "personal.passport": "Pasaporte AAB123456",
    "personal.date_of_birth": "Nacida el 12/03/1980",
}
EVERYDAY = "Hable con Marta Ruiz, marta.ruiz@nubia.es, 612 345 678, Calle Mayor 12, 28013 Madrid. CIF A58818501."


def on_text(content: str, stage: Stage = Stage.INPUT) -> list[Finding]:
    hints = Hints(language=Language.ES, countries=("ES",))
    return list(PersonalDataDetector().inspect_text(Text(content=content, hints=hints, stage=stage)))


def source(text: str) -> Evidence:
    return Evidence(id=world.EMAIL, kind=EvidenceKind.PASSAGE, text=text, label="Correo", as_of=date(2026, 3, 1))


def context(text: str, *, evidence: str = "", audience: Audience = Audience.INTERNAL) -> Context:
    known = source(evidence)
    draft = world.draft_about([known], [(text, (known.id,))], audience=audience)
    around = Surroundings(countries=("ES",), own_domains=frozenset({"nuestra.example"}))
    return Context(draft=draft, current={known.id: known}, surroundings=around)


def on_draft(text: str, *, evidence: str = "") -> list[Finding]:
    return list(PersonalDataDetector().inspect(context(text, evidence=evidence)))


@pytest.mark.parametrize("rule", sorted(SENSITIVE))
@pytest.mark.parametrize("stage", [Stage.INPUT, Stage.CONTEXT], ids=lambda stage: stage.value)
def test_sensitive_data_in_a_text(rule: str, stage: Stage) -> None:
    (item,) = on_text(SENSITIVE[rule], stage)
    assert item.rule == rule
    is_secret_typed = rule == "personal.credential" and stage is Stage.INPUT
    assert item.action is (Action.BLOCK if is_secret_typed else Action.REDACT)
    assert item.severity.rank >= Severity.MEDIUM.rank


@pytest.mark.parametrize("rule", sorted(SENSITIVE))
def test_sensitive_data_in_a_draft_hold_it_or_block_it(rule: str) -> None:
    (item,) = on_draft(SENSITIVE[rule], evidence=SENSITIVE[rule])
    assert (item.rule, item.segment_id) == (rule, "summary.1")
    assert item.action is (Action.BLOCK if rule == "personal.credential" else Action.HOLD)


@pytest.mark.parametrize("rule", ["personal.national_id", "personal.passport", "personal.bank_account"])
def test_what_leaves_the_company_weighs_more(rule: str) -> None:
    for audience, severity in ((Audience.INTERNAL, Severity.MEDIUM), (Audience.EXTERNAL, Severity.HIGH)):
        report = Guardrails().report(context(SENSITIVE[rule], evidence=SENSITIVE[rule], audience=audience))
        assert [item.severity for item in report.findings if item.rule == rule] == [severity]


@pytest.mark.parametrize("rule", sorted(SENSITIVE))
def test_an_explanation_does_not_repeat_the_value(rule: str) -> None:
    content = SENSITIVE[rule]
    (item,) = on_text(content)
    assert item.start is not None
    assert item.end is not None
    value = content[item.start : item.end]
    for words in item.explanation.values():
        assert not any(value[place : place + 5] in words for place in range(len(value) - 4))


def test_a_password_shows_nothing_of_itself() -> None:
    (span,) = find_personal_data("La contraseña es Verano2024")
    assert masked(span) == "…"


def test_everyday_matter_of_sales_is_no_finding() -> None:
    assert on_text(EVERYDAY) == []
    assert on_text(EVERYDAY, Stage.CONTEXT) == []


def test_contact_details_from_the_sources_are_no_finding() -> None:
    assert on_draft(EVERYDAY, evidence="Marta Ruiz <Marta.Ruiz@nubia.es>, móvil +34 612345678") == []


def test_a_contact_detail_that_no_source_has_is_pointed_out() -> None:
    found = on_draft("Escriba a marta.ruiz@nubia.com o al 612 345 679.", evidence=EVERYDAY)
    assert [(item.rule, item.severity, item.action) for item in found] == [
        ("personal.contact_detail", Severity.LOW, Action.FLAG)
    ] * 2


def test_our_own_addresses_are_known() -> None:
    assert on_draft("Saludos, ana@nuestra.example") == []


def test_what_is_too_much_to_list_is_counted() -> None:
    found = on_text("; ".join(["NIF 12345678Z"] * 60 + [f"token {KEY}"]))
    assert len(found) == 51
    assert (found[-1].rule, found[-1].severity, found[-1].action) == (
        "personal.more", Severity.HIGH, Action.BLOCK,
    )  # fmt: skip
    assert "11" in found[-1].explanation["es"]


def test_it_runs_in_the_pipeline_at_every_stage_with_texts() -> None:
    guardrails = Guardrails()
    for stage in (Stage.INPUT, Stage.CONTEXT):
        rules = [item.rule for item in guardrails.check_text(SENSITIVE["personal.card"], stage=stage).findings]
        assert "personal.card" in rules
