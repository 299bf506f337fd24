"""Yes, no and partly of a sentence that was found to answer: what it says of all that is asked, and nothing more."""

import pytest

from copilot.domain.language import detect
from copilot.domain.rfp_answers import ShortForm
from copilot.workflows.rfp.answering.candidates import prepared
from copilot.workflows.rfp.answering.short_form import short_form, statement

YES, NO, PARTIAL = ShortForm.YES, ShortForm.NO, ShortForm.PARTIAL
ANSWERS = [
    ("Are penetration tests performed at least annually?", "A penetration test is performed twice a year.", YES),
    ("Is the risk register reviewed at least twice a year?", "The risk register is reviewed every six months.", YES),
    ("Is data stored only in the EU?", "Data is stored only in the EU.", YES),
    ("Do all employees sign a confidentiality agreement?", "Every employee signs a confidentiality agreement.", YES),
    ("Are logs kept for at least one year?", "Logs are kept for 13 months.", YES),
    ("Are vulnerability scans run weekly?", "Vulnerability scans run every night.", YES),
    ("Was the recovery plan tested in 2025?", "The recovery plan was tested in March 2025.", YES),
    ("Is TLS 1.0 disabled?", "TLS 1.0 is disabled.", YES),
    ("Do you have a bug bounty programme?", "A bug bounty programme will start in 2027.", NO),
    ("Do you have a bug bounty programme?", "A bug bounty programme is under consideration.", NO),
    ("Do you use subcontractors?", "We do not use subcontractors.", NO),
    ("Is antivirus installed on all servers?", "Servers run without antivirus.", NO),
    ("Is MFA mandatory for customers?", "MFA is optional for customers.", NO),
    ("May staff use personal devices?", "Staff must not use personal devices.", NO),
    ("May staff use personal devices?", "Staff may use personal devices if they are enrolled.", PARTIAL),
    ("Is intrusion detection deployed in every office?", "Intrusion detection runs in the office in Leeds.", PARTIAL),
    ("Do you delete data after termination?", "Data is deleted after termination, except invoices.", PARTIAL),
    (
        "Is the application available in Spanish?",
        "The application is in English, and a Spanish one will come in 2027.",
        NO,
    ),
    ("¿Se cifran las copias de seguridad?", "Solo se cifran las copias de seguridad de producción.", PARTIAL),
    ("¿Se permiten cuentas compartidas?", "Nadie utiliza cuentas compartidas.", NO),
    ("¿Se permiten cuentas compartidas?", "Las cuentas compartidas están prohibidas, salvo la de emergencia.", PARTIAL),
    ("¿Notifican las brechas en menos de 72 horas?", "Las brechas se notifican al cliente en 24 horas.", YES),
    ("¿Se revisan los accesos cada trimestre?", "Los accesos se revisan cada mes.", YES),
    ("¿Han sufrido alguna brecha?", "No hemos sufrido ninguna brecha en los últimos tres años.", NO),
    ("¿Piden referencias a todos los empleados?", "Se piden a los empleados de finanzas; al resto no.", PARTIAL),
    ("¿Se cifran todos los datos?", "Las bases de datos de Valencia se cifran con AES-256.", PARTIAL),
    (
        "¿Guardan las grabaciones de llamadas?",
        "Si el cliente las activa, las grabaciones de llamadas se guardan.",
        PARTIAL,
    ),
    ("Are dormant accounts blocked?", "Las cuentas inactivas se bloquean de forma automática.", YES),
    ("Do you encrypt data at rest?", "Los datos en reposo no se cifran.", NO),
    ("¿Se cifran las bases de datos?", "Databases are encrypted with AES-256.", YES),
    ("¿Se cifran los datos y con qué algoritmo?", "Los datos se cifran con AES-256.", YES),
]
NOTHING = [
    ("Do you encrypt backups?", "Encrypted channels are used to copy backups."),
    ("Do you encrypt backups?", "If the tape is lost, backups used to be encrypted."),
    ("Are penetration tests performed at least annually?", "A penetration test is performed every two years."),
    ("Is data stored only in the EU?", "Data is stored in the EU."),
    ("Do you notify customers of breaches within 24 hours?", "Customers are notified of breaches within 72 hours."),
    ("Do you notify customers of breaches within 72 hours?", "Customers are notified of breaches."),
    ("Are you ISO 27001 certified?", "Our data centre is ISO 27001 certified."),
    ("Do all employees sign an agreement?", "Employees in finance sign an agreement."),
    ("Do employees and contractors sign an agreement?", "Employees sign an agreement."),
    ("Is MFA required for remote access?", "MFA is available for remote access."),
    ("Was the recovery plan tested last year?", "The recovery plan is tested every year."),
    ("Has the recovery plan been tested?", "The recovery plan shall be tested every year."),
    ("Do you have a continuity plan?", "The continuity plan is pending approval."),
    ("Do you use subcontractors?", "Subcontractors are not allowed to see customer data."),
    ("Are standards approved by the board?", "Standards need not be approved by the board."),
    ("Do you have cyber insurance?", "Our broker recommends cyber insurance."),
    ("Do you have a second data centre?", "A second data centre is planned for 2027."),
    ("Is customer data used for testing?", "Customer data is not used for marketing."),
    ("Is there a SOC operating 24x7?", "There is a SOC."),
    ("Does the help desk speak English?", "The desk works in Spanish; tickets in English are translated."),
    ("Do you support TLS 1.3?", "TLS 1.2 is supported."),
    ("Have you carried out a DPIA for the cameras?", "Cameras are optional."),
    ("¿Disponen de certificación ENS?", "Disponemos de certificación ISO 27001."),
    ("¿Se alojan los datos en España?", "Los datos se alojan en Irlanda."),
    ("¿Se revisaron los accesos en 2025?", "Los accesos se revisan cada trimestre."),
    ("¿Aprobó el comité el plan de continuidad?", "El plan de continuidad lo aprueba el comité."),
    ("¿Han nombrado un delegado de protección de datos?", "La responsable de protección de datos es Ana Ruiz."),
    ("Do you test backups?", "Las copias deberían probarse cada mes."),
]


def _said(question: str, text: str, *, chosen: bool = True) -> ShortForm | None:
    asked = prepared(question, language=detect(question))
    assert asked is not None
    return short_form(statement(text, asked, chosen=chosen))


@pytest.mark.parametrize(("question", "text", "short"), ANSWERS, ids=[f"{q} {t}"[:90] for q, t, _ in ANSWERS])
def test_what_a_sentence_says_of_all_that_is_asked_is_taken(question: str, text: str, short: ShortForm) -> None:
    assert _said(question, text) is short


@pytest.mark.parametrize(("question", "text"), NOTHING, ids=[f"{q} {t}"[:90] for q, t in NOTHING])
def test_the_words_of_a_question_are_no_yes(question: str, text: str) -> None:
    assert _said(question, text) is None


def test_a_rule_is_a_yes_only_where_it_is_told_as_a_rule() -> None:
    question, rule = "Are backups tested every year?", "Backups shall be tested every year."
    assert _said(question, rule) is YES
    assert _said(question, rule, chosen=False) is None
    assert _said("Were backups tested last year?", rule) is None
