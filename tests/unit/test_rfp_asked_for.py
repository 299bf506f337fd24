"""What a question wants must be there: a sentence on the same thing without it answers nothing."""

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from copilot.approvals.rfp_rules import RfpRules
from copilot.workflows.rfp.answering.asked_for import lacks_what_is_asked, leaves_out_customers
from copilot.workflows.rfp.answering.review_dates import is_old_version

if TYPE_CHECKING:
    from copilot.workflows.chat.told import Told

CASES = [
    ("How many exceptions were granted this year?", "Exceptions are granted for six months at most.", True),
    ("How many exceptions were granted this year?", "Six exceptions were granted.", False),
    ("¿Cuántas personas trabajan en su empresa?", "Cada persona trabaja a distancia tres días por semana.", True),
    ("¿Cuántas personas trabajan en su empresa?", "La plantilla era de 84 personas.", False),
    ("What is your registration number?", "We are registered with the commissioner.", True),
    ("What is the registration number under which you are listed?", "We are listed.", True),
    ("What is your registration number?", "We are registered under ZA123456.", False),
    ("Name your tier 1 suppliers.", "Tier 1 suppliers can reach customers' systems.", True),
    ("Name your tier 1 suppliers.", "The tier 1 suppliers are Norvela and Ostrand Cloud.", False),
    ("Who leads the response to incidents?", "The response to incidents is rehearsed.", True),
    ("Who leads the response to incidents?", "The duty manager leads the response.", False),
    ("¿Dónde se alojan los datos?", "Los datos se tratan como pide el encargo.", True),
    ("¿Dónde se alojan los datos?", "Los datos se alojan en Sevilla.", False),
    ("How often are staff trained?", "Training materials are kept.", True),
    ("How often are staff trained?", "Staff are trained every spring.", False),
    ("¿Cuánto tiempo se conservan las copias?", "Las copias se cifran.", True),
    ("¿Cuánto tiempo se conservan las copias?", "Las copias se conservan 35 días.", False),
    ("Do you hold ISO 22301?", "We hold ISO 27001.", True),
    ("Do you hold ISO 22301?", "We hold ISO 22301.", False),
    ("Was the plan tested in 2026?", "The plan is tested every year.", True),
    ("Was the plan tested in 2026?", "The plan was tested in May 2026.", False),
    ("¿Se hizo en 2026 el ejercicio?", "El ejercicio se hace cada año.", True),
    ("¿Se hizo en 2026 el ejercicio?", "El ejercicio de 2026 se hizo en mayo.", False),
    ("Do you meet ISO/IEC 27001:2022 and Regulation (EU) 2016/679?", "We hold ISO/IEC 27001 and meet the GDPR.", False),
    ("Is there a process for employees who break rules?", "Breaking rules has consequences.", False),
    ("How are engineers vetted, and how many are there?", "Engineers are vetted before they start.", False),
    ("Who has access to production?", "Only authorised personnel have access to production.", False),
    ("¿Quién accede a producción?", "Solo accede el personal autorizado.", False),
    ("¿Quién es el propietario de los datos?", "Los datos son propiedad del cliente.", False),
    ("Who else has access?", "Nobody else has access.", False),
    ("How many times a year are backups tested?", "Backups are tested twice a year.", False),
    ("¿Cuántas veces al año se prueba el plan?", "El plan se prueba anualmente.", False),
    ("¿Cada cuánto tiempo se prueban las copias?", "Las copias se prueban trimestralmente.", False),
    ("¿Cada cuántos meses se revisan los accesos?", "Los accesos se revisan semestralmente.", False),
    ("How soon do you notify us of a breach?", "We notify without undue delay.", False),
    ("How long is data kept?", "Data is kept until the contract ends.", False),
    ("How long does recovery take?", "Recovery takes 4h.", False),
    ("Is data encrypted at rest where possible?", "All data is encrypted at rest.", False),
    ("Where applicable, explain how data is encrypted.", "All data is encrypted at rest.", False),
    ("¿Se cifran los datos donde sea posible?", "Se cifran todos los datos.", False),
    ("Does each user have a unique account ID?", "Every user has a unique account.", False),
    ("List any subcontractors.", "We do not use subcontractors.", False),
    ("Enumere los subencargados.", "No utilizamos subencargados.", False),
    ("Which providers host the data?", "AWS hosts all customer data.", False),
    ("Where are backups kept?", "Backups are kept in a second availability zone.", False),
    ("¿Dónde se alojan los datos?", "Los datos se alojan en instalaciones propias.", False),
    ("Do you have a policy on how long data is kept?", "Our policy sets periods for each kind of data.", False),
    ("Do you train staff? How often?", "Training materials are kept.", True),
]


@pytest.mark.parametrize(("question", "text", "lacks"), CASES, ids=[f"{case[0][:30]} {case[2]}" for case in CASES])
def test_the_kind_of_thing_that_is_asked_for_is_looked_for(question: str, text: str, *, lacks: bool) -> None:
    assert lacks_what_is_asked(question, text) is lacks


@pytest.mark.parametrize(
    ("question", "heading", "left_out"),
    [
        ("Are firewall rules of customers' networks reviewed?", "Networks", True),
        ("Are firewall rules of customers' networks reviewed?", "Networks of customers", False),
        ("Is customer data behind a firewall?", "Networks", False),
        ("¿Se avisa al cliente?", "Redes", True),
        ("¿Se revisan las reglas?", "Redes", False),
    ],
)
def test_customers_are_not_left_out_unless_it_is_their_data(question: str, heading: str, *, left_out: bool) -> None:
    assert leaves_out_customers(question, "Firewall rules are reviewed.", heading=heading) is left_out


@pytest.mark.parametrize(
    ("heading", "asked", "old"),
    [
        ("Borough council, November 2022", "Do you hold it?", True),
        ("University hospital, July 2026", "Do you hold it?", False),
        ("Borough council, November 2022", "Did you hold it in 2022?", False),
    ],
)
def test_what_stands_under_a_year_long_past_is_old(heading: str, asked: str, *, old: bool) -> None:
    told = cast("Told", SimpleNamespace(heading=heading, title="Answers given before"))
    assert is_old_version(told, asked=asked, today=date(2026, 11, 1)) is old


@pytest.mark.parametrize(("costs", "chance"), [(0, 0.0), (1, 0.5), (9, 0.9), (99, 0.99)])
def test_the_harm_of_a_wrong_answer_says_from_which_chance_one_is_given(costs: float, chance: float) -> None:
    assert RfpRules(wrong_costs=costs).answer_from == pytest.approx(chance)


def test_a_policy_of_before_is_told_what_became_of_its_key() -> None:
    with pytest.raises(ValueError, match="is now `wrong_costs`"):
        RfpRules.model_validate({"answer_from": 0.75})
