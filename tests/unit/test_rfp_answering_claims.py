"""What a sentence asserts, and whether it is a yes or a no to a question: only what is said counts."""

import pytest

from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm
from copilot.workflows.rfp.answering.candidates import prepared
from copilot.workflows.rfp.answering.claims import Claim, read_claim
from copilot.workflows.rfp.answering.quantities import meets
from copilot.workflows.rfp.answering.short_form import short_form, statement

CLAIMS = [
    ("Backups are encrypted with AES-256.", Claim.ASSERTED),
    ("Las copias de seguridad se cifran con AES-256.", Claim.ASSERTED),
    ("Shared accounts are not allowed on our systems.", Claim.NEGATED),
    ("No se permiten cuentas compartidas.", Claim.NEGATED),
    ("Backups shall be encrypted at rest.", Claim.INTENTION),
    ("Workstation hard drives will be encrypted.", Claim.INTENTION),
    ("The Security Officer is required to review the logs.", Claim.INTENTION),
    ("Test backups annually and document the result.", Claim.INTENTION),
    ("Las copias deberán cifrarse en reposo.", Claim.INTENTION),
    ("Las copias se cifrarán en reposo.", Claim.INTENTION),
    ("La empresa se compromete a cifrar las copias.", Claim.INTENTION),
    ("Encryption of backups is on our roadmap for next year.", Claim.INTENTION),
    ("Backups of [Company] are encrypted.", Claim.BLANK),
    ("Backups are kept for XX days.", Claim.BLANK),
    ("The officer in charge is ____.", Claim.BLANK),
    ("Backups are stored in <insert region>.", Claim.BLANK),
    ("Most backups are encrypted.", Claim.PARTIAL),
    ("All backups are encrypted except those of test systems.", Claim.PARTIAL),
    ("Salvo las de pruebas, las copias se cifran.", Claim.PARTIAL),
    ("Backups may be encrypted.", Claim.POSSIBLE),
    ("If the customer asks for it, backups are encrypted.", Claim.CONDITIONAL),
    ("En caso de solicitud, se cifran las copias.", Claim.CONDITIONAL),
    ("Customers are in charge of encrypting their backups.", Claim.OTHER_PARTY),
    ("Encrypting backups is the responsibility of the customer.", Claim.OTHER_PARTY),
    ("Los clientes cifran sus propias copias.", Claim.OTHER_PARTY),
    ("Backups should be encrypted.", Claim.RECOMMENDED),
    ("Se recomienda cifrar las copias.", Claim.RECOMMENDED),
    ("We are preparing a bug bounty programme.", Claim.INTENTION),
    ("Estamos valorando un programa de recompensas.", Claim.INTENTION),
    ("An incident is an event that harms confidentiality.", Claim.DEFINITION),
    ("A backup is defined as a copy of data kept elsewhere.", Claim.DEFINITION),
    ("Procedures to dispose of discs and drives;", Claim.FRAGMENT),
    ("Are backups encrypted?", Claim.QUESTION),
]


@pytest.mark.parametrize(("text", "claim"), CLAIMS, ids=[text[:40] for text, _ in CLAIMS])
def test_a_sentence_is_no_more_than_it_asserts(text: str, claim: Claim) -> None:
    assert read_claim(text).claim is claim


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Las seis empresas tienen certificado ISO/IEC 27001.", "Subencargados"),
        ("It hosts in the United States only.", "Battle card"),
        ("SCIM has no date, and sales staff must not give one.", "FAQ"),
    ],
    ids=["subprocessors", "competitor", "for our own people"],
)
def test_what_is_true_of_others_or_meant_for_our_own_people_is_no_claim_of_ours(text: str, title: str) -> None:
    assert Claim.OTHER_PARTY in read_claim(text, title=title).all


def test_a_link_is_no_blank() -> None:
    assert (
        read_claim("Access is reviewed as described in [our policy](https://example.com/policy).").claim
        is Claim.ASSERTED
    )


def test_an_item_is_as_firm_as_the_line_that_announces_it() -> None:
    assert (
        read_claim("Backups are encrypted.", lead="The Security Officer shall see to it that:").claim is Claim.INTENTION
    )


def _answer(question: str, text: str, *, language: Language = Language.EN, replies: bool = False) -> ShortForm | None:
    asked = prepared(question, language=language)
    assert asked is not None
    return short_form(statement(text, asked, replies=replies))


SHORT_FORMS = [
    ("Are backups encrypted?", "All backups are encrypted.", ShortForm.YES),
    ("Do you encrypt backups?", "Backups are encrypted with AES-256.", ShortForm.YES),
    ("Do you encrypt backups?", "Backups shall be encrypted.", None),
    ("Do you encrypt backups?", "Backups will be encrypted from May.", None),
    ("Do you encrypt backups?", "Backups of [Company] are encrypted.", None),
    ("Do you encrypt backups?", "Customers encrypt their own backups.", None),
    ("Do you encrypt backups?", "Backups are tested every year.", None),
    ("Do you encrypt all backups?", "Backups are encrypted.", ShortForm.PARTIAL),
    ("Do you encrypt backups?", "Backups of production systems are encrypted.", ShortForm.PARTIAL),
    ("Do you encrypt backups?", "Most backups are encrypted.", ShortForm.PARTIAL),
    ("Do you encrypt backups?", "Backups are not encrypted.", ShortForm.NO),
    ("Are shared accounts allowed?", "Shared accounts are not allowed.", ShortForm.NO),
    ("Are shared accounts prohibited?", "Shared accounts are prohibited.", ShortForm.YES),
    ("Are any systems unpatched?", "All systems are patched.", None),
    ("Do you retain logs for at least six months?", "Logs are retained for one month.", None),
    ("Do you retain logs for at least six months?", "Logs are retained for two years.", ShortForm.YES),
    ("Are backups tested at least annually?", "Backups are tested quarterly.", ShortForm.YES),
    ("Are backups tested monthly?", "Backups are tested quarterly.", None),
    ("Is data stored internally?", "Data is stored externally.", None),
]


@pytest.mark.parametrize(
    ("question", "text", "short"), SHORT_FORMS, ids=[f"{question} {text}"[:70] for question, text, _ in SHORT_FORMS]
)
def test_a_short_form_answers_the_question_as_it_is_asked(question: str, text: str, short: ShortForm | None) -> None:
    assert _answer(question, text) is short


SPANISH = [
    ("¿Se cifran las copias?", "Las copias se cifran con AES-256.", ShortForm.YES),
    ("¿Se cifran las copias?", "Las copias se cifrarán con AES-256.", None),
    ("¿Se permiten cuentas compartidas?", "No se permiten cuentas compartidas.", ShortForm.NO),
]


@pytest.mark.parametrize(("question", "text", "short"), SPANISH, ids=[text for _, text, _ in SPANISH])
def test_spanish_is_read_alike(question: str, text: str, short: ShortForm | None) -> None:
    assert _answer(question, text, language=Language.ES) is short


def test_an_answer_that_opens_with_yes_is_one_only_to_the_question_it_replies_to() -> None:
    assert _answer("Do you hold FedRAMP?", "No. We have not begun the process.", replies=True) is ShortForm.NO
    assert _answer("Do you hold FedRAMP?", "Yes. Badges are worn.") is None


def test_a_yes_that_goes_on_with_a_plan_is_none() -> None:
    assert _answer("Do you hold FedRAMP?", "Yes, we will from next year.", replies=True) is None


@pytest.mark.parametrize(
    ("question", "source", "met"),
    [
        ("at least six months", "for 90 days", False),
        ("at least six months", "for a year", True),
        ("within 24 hours", "within 12 hours", True),
        ("within 24 hours", "within 72 hours", False),
        ("al menos una vez cada trimestre", "cada mes", True),
        ("at least annually", "regularly", False),
        ("TLS 1.2 or higher", "TLS is used", False),
    ],
)
def test_times_and_figures_must_be_met(question: str, source: str, met: bool) -> None:
    assert meets(question, source) is met
