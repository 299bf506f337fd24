"""Promises in our name: whose word a sentence is, and whether what it cites may carry it."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.findings import Action, Severity, Stage
from copilot.domain.language import Language
from copilot.guardrails.commitments.detector import CommitmentsDetector
from copilot.guardrails.commitments.kinds import CommitmentKind, Stance
from copilot.guardrails.commitments.reading import clauses_in
from copilot.guardrails.commitments.rules import CommitmentRules
from copilot.guardrails.detector import Text
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.policy import default_guardrail_policy
from copilot.store.commitment_sources import CitedDocument
from tests.guardrails_commitments_builders import (
    ACCOUNT,
    DISPATCH_PRICE,
    OLD_DISPATCH,
    context,
    passage,
    rules,
)

DETECTOR = CommitmentsDetector(default_guardrail_policy().commitments)
SLA = "Disponibilidad mensual del 99,95 % con Premium Support. Respuesta P1 en 30 minutos."


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Nos comprometemos a respetar el precio durante dos años.", CommitmentKind.PRICE),
        ("Assets queda en 27 € por usuario y mes.", CommitmentKind.PRICE),
        ("Os hacemos un 8 % de descuento.", CommitmentKind.DISCOUNT),
        ("You get 15% off the first year.", CommitmentKind.DISCOUNT),
        ("Te lo entregamos el 15 de enero.", CommitmentKind.DELIVERY),
        ("We will deliver by March 1.", CommitmentKind.DELIVERY),
        ("We guarantee 99.95% uptime.", CommitmentKind.SLA),
        ("Vision saldrá al mercado en junio.", CommitmentKind.ROADMAP),
        ("We will indemnify you.", CommitmentKind.LEGAL),
        ("Estamos certificados en ISO 27001.", CommitmentKind.SECURITY),
    ],
)
def test_a_promise_is_read_with_its_kind(sentence: str, kind: CommitmentKind) -> None:
    (clause,) = clauses_in(sentence)
    assert kind in clause.kinds
    assert clause.commits


@pytest.mark.parametrize(
    ("sentence", "stance"),
    [
        ("El presupuesto aprobado ronda los 48.000 € para este año.", Stance.ASKED),
        ("Your approved budget is about £42,000 for this year.", Stance.ASKED),
        ("Piden un 10 % de descuento.", Stance.ASKED),
        ("They want us to deliver by March.", Stance.ASKED),
        ("No podemos garantizar una disponibilidad del 99,99 %.", Stance.NEGATED),
        ("We can't offer 30% off.", Stance.NEGATED),
        ("Podríamos estudiar un descuento del 5 %.", Stance.CONDITIONAL),
        ("¿Qué disponibilidad necesitan, un 99,9 %?", Stance.QUESTION),
        ("Le ofrecimos un 12 % de descuento en 2025.", Stance.REPORTED),
        ("Your current vendor guarantees 99.5% uptime.", Stance.THEIRS),
    ],
)
def test_what_is_not_our_promise_is_told_apart(sentence: str, stance: Stance) -> None:
    assert [clause.stance for clause in clauses_in(sentence)] == [stance]


@pytest.mark.parametrize(
    "sentence",
    [
        "Como nos pidieron, les aplicamos un 10 % de descuento.",
        "¿Qué le parece si le hacemos un 10 % de descuento?",
        "Nunca utilizamos sus datos para entrenar modelos.",
        "We never sell customer data.",
        "Go-live no later than April 30 is guaranteed.",
        "No podemos bajar más, pero les regalamos un mes.",
        "Si no queda satisfecho, le devolvemos el importe.",
    ],
)
def test_an_offer_hides_behind_no_other_words(sentence: str) -> None:
    assert any(clause.commits for clause in clauses_in(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "Te mando el acta mañana por la mañana.",
        "You'll have the revised quote by Wednesday, November 18.",
        "Gracias por la reunión del martes.",
        "Active users rose by 12% last quarter.",
        "La próxima reunión empieza el 24 de noviembre a las diez.",
    ],
)
def test_everyday_sentences_promise_nothing(sentence: str) -> None:
    assert not any(clause.commits for clause in clauses_in(sentence))


def test_a_promise_without_a_source_is_held_and_says_what_is_missing() -> None:
    given = context(("Garantizamos una disponibilidad del 99,95 %.", ()))
    (found,) = DETECTOR.inspect(given)
    assert found.rule == "commitment.sla_without_evidence"
    assert (found.severity, found.action) == (Severity.HIGH, Action.HOLD)
    assert "acuerdo de nivel de servicio" in found.explanation["es"]
    assert "and support" in found.explanation["en"]
    assert given.draft.sections[0].segments[0].text[found.start : found.end].startswith("Garantizamos")


SOURCES = [
    pytest.param(passage(1, SLA), DocumentKind.KNOWLEDGE, False, id="approved-answer"),
    pytest.param(passage(1, SLA, account_id=ACCOUNT), DocumentKind.CONTRACT, False, id="contract"),
    pytest.param(passage(1, SLA, account_id=ACCOUNT), DocumentKind.KNOWLEDGE, True, id="any-document-of-the-account"),
    pytest.param(passage(1, SLA, account_id=ACCOUNT), DocumentKind.EMAIL, True, id="our-own-email"),
    pytest.param(passage(1, SLA, origin=Origin.CUSTOMER), DocumentKind.KNOWLEDGE, True, id="customer-wrote-it"),
    pytest.param(passage(1, "La oficina abre a las ocho."), DocumentKind.KNOWLEDGE, True, id="about-something-else"),
]


@pytest.mark.parametrize(("source", "kind", "found"), SOURCES)
def test_only_contracts_and_shared_knowledge_of_ours_carry_a_promise(
    source: Evidence, kind: DocumentKind, found: bool
) -> None:
    given = context(("Garantizamos una disponibilidad del 99,95 %.", [source]), kinds={1: kind})
    assert rules(DETECTOR, given) == (["commitment.sla_without_evidence"] if found else [])


def test_a_document_of_the_account_that_is_called_a_contract_is_one() -> None:
    order = CitedDocument(kind=DocumentKind.KNOWLEDGE, title="Hoja de pedido BS-2026-02", path="docs/pedido.pdf")
    given = context(
        ("Le entregamos la integración el 15 de enero.", [passage(1, "Entrega: 15 de enero.", account_id=ACCOUNT)]),
        kinds={1: order},
    )
    assert rules(DETECTOR, given) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("We have been ISO/IEC 27001 certified since March 2024.", False),
        ("Certified under ISO 27001; SOC 2 Type II report available.", False),
        ("We do not hold FedRAMP. Security is audited yearly.", True),
        ("ISO 27001 certification is not held yet.", True),
    ],
)
def test_a_standard_must_be_affirmed_by_the_source(source: str, *, found: bool) -> None:
    given = context(
        ("We are ISO 27001 certified.", [passage(1, source)]),
        language=Language.EN,
        kinds={1: DocumentKind.KNOWLEDGE},
    )
    assert rules(DETECTOR, given) == (["commitment.security_without_evidence"] if found else [])


@pytest.mark.parametrize(
    ("sentence", "cited", "found"),
    [
        ("Dispatch cuesta 38,00 EUR por licencia y mes.", [DISPATCH_PRICE], []),
        ("50 licencias de Dispatch son 22.800 EUR al año.", [DISPATCH_PRICE], []),
        (
            "Dispatch y Assets para 60 personas suman 48.240 EUR al año.",
            [DISPATCH_PRICE],
            [],
        ),
        ("Dispatch cuesta 35,00 EUR por licencia y mes.", [DISPATCH_PRICE], ["commitment.price_not_in_price_book"]),
        ("Dispatch cuesta 31,00 EUR por licencia y mes.", [DISPATCH_PRICE], ["commitment.price_not_in_price_book"]),
        ("Dispatch cuesta 38,00 USD por licencia y mes.", [DISPATCH_PRICE], ["commitment.price_not_in_price_book"]),
        ("Dispatch cuesta 38,00 EUR por licencia y mes.", [], ["commitment.price_without_evidence"]),
        ("La formación cuesta 900 EUR.", [], ["commitment.price_without_evidence"]),
        ("Le mantenemos el precio hasta 2028.", [DISPATCH_PRICE], ["commitment.price_without_evidence"]),
    ],
)
def test_a_price_is_compared_with_the_price_book(sentence: str, cited: list[Evidence], found: list[str]) -> None:
    assert rules(DETECTOR, context((sentence, cited))) == found


def test_the_price_of_the_book_is_told() -> None:
    (found,) = DETECTOR.inspect(context(("Dispatch cuesta 31,00 EUR por licencia.", [DISPATCH_PRICE])))
    assert "Tramontia Dispatch: 38" in found.explanation["es"]
    assert "31" not in found.explanation["es"].split("(")[1]
    assert OLD_DISPATCH not in found.explanation["en"]


def test_a_price_in_a_contract_needs_no_price_book() -> None:
    contract = passage(1, "Dispatch: 35,00 EUR por licencia y mes.", account_id=ACCOUNT)
    given = context(("Dispatch cuesta 35,00 EUR por licencia.", [contract]), kinds={1: DocumentKind.CONTRACT})
    assert rules(DETECTOR, given) == []


def test_what_the_customer_pays_today_is_no_offer() -> None:
    arr = Evidence(
        id=f"record:{ACCOUNT}:arr",
        kind=EvidenceKind.RECORD,
        text="arr: 33060 EUR",
        label="CRM",
        as_of=DISPATCH_PRICE.as_of,
        account_id=ACCOUNT,
    )
    assert rules(DETECTOR, context(("Su contrato actual es de 33.060 EUR al año.", [arr]))) == []
    assert rules(DETECTOR, context(("Le ofrecemos el servicio por 33.060 EUR al año.", [arr]))) != []


@pytest.mark.parametrize(
    ("share", "cited", "kind", "found"),
    [
        ("8 %", [], None, ["commitment.discount_without_evidence"]),
        ("8 %", [DISPATCH_PRICE], None, []),
        ("8 %", [passage(1, "Descuento de hasta el 10 %.")], DocumentKind.KNOWLEDGE, []),
        ("15 %", [DISPATCH_PRICE], None, ["commitment.discount_needs_approval"]),
        (
            "15 %",
            [passage(1, "Descuento de hasta el 15 %.")],
            DocumentKind.KNOWLEDGE,
            ["commitment.discount_needs_approval"],
        ),
        ("15 %", [passage(1, "Descuento pactado: 15 %.", account_id=ACCOUNT)], DocumentKind.CONTRACT, []),
        (
            "25 %",
            [passage(1, "Descuento pactado: 25 %.", account_id=ACCOUNT)],
            DocumentKind.CONTRACT,
            ["commitment.discount_over_limit"],
        ),
    ],
)
def test_a_discount_is_held_to_its_limits(
    share: str, cited: list[Evidence], kind: DocumentKind | None, found: list[str]
) -> None:
    given = context((f"Le hacemos un {share} de descuento.", cited), kinds={1: kind} if kind else {})
    assert rules(DETECTOR, given) == found


def test_limits_are_those_of_the_policy() -> None:
    strict = CommitmentsDetector(
        CommitmentRules(discount_without_asking_percent=Decimal(2), discount_limit_percent=Decimal(5))
    )
    given = context(("Le hacemos un 8 % de descuento.", [DISPATCH_PRICE]))
    assert rules(strict, given) == ["commitment.discount_over_limit"]
    with pytest.raises(ValidationError, match="must not be above"):
        CommitmentRules(discount_without_asking_percent=Decimal(30))


@pytest.mark.parametrize(
    ("draft_kind", "cited", "found"),
    [
        (DraftKind.RFP_ANSWER, [], ["commitment.answer_without_evidence"]),
        (DraftKind.RFP_ANSWER, [passage(1, "Every year, by an independent firm.")], []),
        (DraftKind.FOLLOW_UP, [], []),
    ],
)
def test_every_answer_of_a_tender_needs_an_approved_source(
    draft_kind: DraftKind, cited: list[Evidence], found: list[str]
) -> None:
    given = context(("Yes, every year.", cited), draft_kind=draft_kind, kinds={1: DocumentKind.KNOWLEDGE})
    assert rules(DETECTOR, given) == found


def test_our_own_papers_report_promises_without_being_held() -> None:
    note = passage(1, "Les hacemos un 12 % de descuento.", account_id=ACCOUNT)
    given = context(
        ("Pendiente. Lucía Ferrer, el 3 de marzo: «Os hacemos un 12 % de descuento.»", [note]),
        ("Paga 33.060 € al año por 95 licencias y renueva el 31 de marzo de 2027.", []),
        ("Les ofrecemos un 12 % de descuento, según el correo.", [note]),
        audience=Audience.INTERNAL,
        kinds={1: DocumentKind.EMAIL},
    )
    assert rules(DETECTOR, given) == []


def test_a_promise_in_our_own_papers_that_no_source_speaks_of_is_a_light_finding() -> None:
    given = context(("Les ofrecemos un 12 % de descuento.", []), audience=Audience.INTERNAL)
    report = Guardrails().report(given)
    (found,) = (item for item in report.findings if item.rule.startswith("commitment."))
    assert (found.severity, found.action) == (Severity.LOW, Action.FLAG)


@pytest.mark.parametrize(("stage", "severity"), [(Stage.INPUT, Severity.LOW), (Stage.OUTPUT, Severity.HIGH)])
def test_a_text_by_itself_is_heavy_once_it_leaves(stage: Stage, severity: Severity) -> None:
    found = tuple(DETECTOR.inspect_text(Text("Ofréceles un mes. Les hacemos un 12 % de descuento.", stage=stage)))
    assert [(item.rule, item.severity) for item in found] == [("commitment.discount_without_evidence", severity)]


@pytest.mark.parametrize(
    "text", ["\n" * 200_000, ", y" * 60_000, "10 € " * 40_000, "\ud800" * 200_000, "datos " * 30_000]
)
def test_hostile_texts_end_soon(text: str) -> None:
    assert len(clauses_in(text)) <= 200
