"""Sources that are too old for what is said from them."""

from datetime import date

import pytest

from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.findings import Severity
from copilot.guardrails.freshness import FreshnessDetector
from copilot.guardrails.freshness_rules import FreshnessRules
from tests.guardrails_commitments_builders import ACCOUNT, DISPATCH_PRICE, OLD_DISPATCH, context, passage, rules

DETECTOR = FreshnessDetector()
OLD = date(2025, 3, 10)
STALE, EXPIRED = ["freshness.stale_evidence"], ["freshness.expired_evidence"]


def email(as_of: date, text: str = "Estamos contentos con la aplicación.") -> Evidence:
    return passage(1, text, as_of=as_of, account_id=ACCOUNT)


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("El cliente está contento con la aplicación.", STALE),
        ("El 10 de marzo de 2025 el cliente estaba contento.", []),
        ("En marzo de 2025 el cliente estaba contento.", []),
        ("El 4 de mayo de 2024 el cliente estaba contento.", STALE),
    ],
)
def test_an_old_email_carries_history_only(sentence: str, found: list[str]) -> None:
    assert rules(DETECTOR, context((sentence, [email(OLD)]), kinds={1: DocumentKind.EMAIL})) == found


def test_a_recent_source_carries_the_sentence_beside_an_old_one() -> None:
    recent = passage(2, "Seguimos contentos.", as_of=date(2026, 11, 2), account_id=ACCOUNT)
    kinds = {1: DocumentKind.EMAIL, 2: DocumentKind.EMAIL}
    assert rules(DETECTOR, context(("El cliente está contento.", [email(OLD), recent]), kinds=kinds)) == []


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (DocumentKind.EMAIL, STALE),
        (DocumentKind.NOTE, STALE),
        (DocumentKind.KNOWLEDGE, []),
        (DocumentKind.CONTRACT, []),
    ],
)
def test_each_kind_ages_at_its_own_pace(kind: DocumentKind, found: list[str]) -> None:
    source = email(date(2025, 10, 1))
    assert rules(DETECTOR, context(("Usan la aplicación en tres plantas.", [source]), kinds={1: kind})) == found


def test_an_old_policy_of_ours_weighs_more_than_an_old_email() -> None:
    policy = passage(1, "Se responde en una hora.", as_of=date(2024, 1, 15))
    (found,) = DETECTOR.inspect(context(("Se responde en una hora.", [policy]), kinds={1: DocumentKind.KNOWLEDGE}))
    assert found.severity is Severity.MEDIUM
    assert "15 de enero de 2024" in found.explanation["es"]
    (found,) = DETECTOR.inspect(context(("Están contentos.", [email(OLD)]), kinds={1: DocumentKind.EMAIL}))
    assert found.severity is Severity.LOW


def test_an_old_export_of_the_crm_is_told() -> None:
    arr = Evidence(
        id=f"record:{ACCOUNT}:arr", kind=EvidenceKind.RECORD, text="arr: 84000 EUR", label="CRM", as_of=date(2026, 8, 1)
    )
    assert rules(DETECTOR, context(("Paga 84.000 € al año.", [arr]))) == STALE
    patient = FreshnessDetector(FreshnessRules(record=365))
    assert rules(patient, context(("Paga 84.000 € al año.", [arr]))) == []


@pytest.mark.parametrize(
    ("text", "sentence", "found"),
    [
        ("Certificado ISO 27001. Válido hasta el 31 de marzo de 2026.", "Tenemos el certificado.", EXPIRED),
        ("Certificado ISO 27001. Válido hasta el 31 de marzo de 2027.", "Tenemos el certificado.", []),
        ("ISO certificate, expires on 31 March 2026.", "Tenemos el certificado.", EXPIRED),
        ("Caduca el 31/03/2025, renovado: válido hasta el 31/03/2028.", "Tenemos el certificado.", []),
        ("Válido hasta el 31 de marzo de 2026.", "El certificado valió hasta el 31 de marzo de 2026.", []),
        ("Publicado el 31 de marzo de 2026.", "Tenemos el certificado.", []),
    ],
)
def test_a_source_that_says_until_when_it_holds_is_not_used_after(text: str, sentence: str, found: list[str]) -> None:
    source = passage(1, text)
    assert rules(DETECTOR, context((sentence, [source]), kinds={1: DocumentKind.KNOWLEDGE})) == found
    assert rules(DETECTOR, context((sentence, [source]), kinds={1: DocumentKind.EMAIL})) == []


def test_a_price_that_is_no_longer_valid_is_told() -> None:
    old = DISPATCH_PRICE.model_copy(update={"id": f"record:{OLD_DISPATCH}:unit_price", "text": "unit_price: 31 EUR"})
    assert rules(DETECTOR, context(("Dispatch cuesta 31 €.", [old]))) == EXPIRED
    assert rules(DETECTOR, context(("Dispatch cuesta 38 €.", [DISPATCH_PRICE]))) == []
