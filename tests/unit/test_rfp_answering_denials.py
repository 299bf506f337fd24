"""What is lacking, over, under way, rare or somebody else's is no yes, though it has every word of the question."""

import pytest

from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm
from copilot.workflows.rfp.answering.candidates import prepared
from copilot.workflows.rfp.answering.short_form import short_form, statement

ENGLISH = [
    ("Do you have a disaster recovery plan?", "We lack a disaster recovery plan.", ShortForm.NO),
    ("Do you have SSO?", "SSO is unavailable.", ShortForm.NO),
    ("Do you have a DPO?", "The role of DPO is vacant.", ShortForm.NO),
    ("Do you scan for malware?", "We stopped scanning for malware.", ShortForm.NO),
    ("Do you scan for malware?", "It is false that we scan for malware.", ShortForm.NO),
    ("Do you scan uploads for malware?", "Uploads are seldom scanned for malware.", ShortForm.PARTIAL),
    ("Do you use MFA?", "Multi-factor authentication is rarely used.", ShortForm.PARTIAL),
    ("Do you support SSO?", "SSO is supported from version 9 onwards.", ShortForm.PARTIAL),
    ("Do you encrypt data at rest?", "Data at rest was encrypted until 2023.", None),
    ("Do you encrypt data at rest?", "Data at rest used to be encrypted.", None),
    ("Do you have a continuity plan?", "The continuity plan is pending approval.", None),
    ("Are you ISO 27001 certified?", "Our data centre provider is ISO 27001 certified.", None),
    ("Do you support single sign-on?", "Single sign-on is supported at no additional charge.", ShortForm.YES),
    ("Is data stored only in the EU?", "Data is stored in the EU and in the United States.", None),
]
SPANISH = [
    ("¿Tienen un plan de continuidad?", "Carecemos de un plan de continuidad.", ShortForm.NO),
    ("¿Usan autenticación multifactor?", "La autenticación multifactor está desactivada.", ShortForm.NO),
    ("¿Usan autenticación multifactor?", "Apenas usamos autenticación multifactor.", ShortForm.PARTIAL),
    ("¿Usan autenticación multifactor?", "Dejamos de usar autenticación multifactor.", None),
    ("¿Cifran los datos en reposo?", "Los datos en reposo se cifraban hasta 2023.", None),
    ("¿Tienen un plan de continuidad?", "El plan de continuidad está pendiente de aprobación.", None),
    ("¿Tienen la certificación ISO 27001?", "Estamos en proceso de obtener la certificación ISO 27001.", ShortForm.NO),
    ("¿Eliminan los datos del contrato?", "Los datos del contrato no se eliminan hasta pasados 90 días.", None),
    ("¿Se alojan los datos solo en la UE?", "Los datos se alojan en la UE y en Estados Unidos.", None),
]
CASES = [(Language.EN, *case) for case in ENGLISH] + [(Language.ES, *case) for case in SPANISH]


@pytest.mark.parametrize(("language", "question", "text", "short"), CASES, ids=[text for _, _, text, _ in CASES])
def test_no_yes_is_made_of_the_words_alone(
    language: Language, question: str, text: str, short: ShortForm | None
) -> None:
    asked = prepared(question, language=language)
    assert asked is not None
    assert short_form(statement(text, asked)) is short


CHOSEN = [
    ("Are all laptops encrypted?", "Laptops are encrypted.", ShortForm.YES),
    ("Are all laptops encrypted?", "Laptops in finance are encrypted.", None),
    (
        "Is all electricity at your premises from renewable sources?",
        "All electricity at the data centres is from renewable sources.",
        None,
    ),
    (
        "Are you certified to ISO 22301?",
        "We are not certified to ISO 22301; an analysis is planned for 2027.",
        ShortForm.NO,
    ),
    ("Do you perform phishing simulations?", "Phishing simulations take place every quarter.", ShortForm.YES),
]


@pytest.mark.parametrize(("question", "text", "short"), CHOSEN, ids=[text for _, text, _ in CHOSEN])
def test_what_no_person_chose_says_yes_only_for_all_that_is_asked(
    question: str, text: str, short: ShortForm | None
) -> None:
    asked = prepared(question, language=Language.EN)
    assert asked is not None
    assert short_form(statement(text, asked, chosen=True)) is short
