"""What a message denies is planned as a denial or asked about; its opposite is never told."""

from datetime import date

import pytest

from copilot.domain.plans import AskedAbout, Plan
from tests.planner_world import in_one_line, planned

TODAY = date(2026, 11, 16)
PLANNED = (
    ("en: open tickets except P1", "priority is_not P1"),
    ("en: open tickets without P1", "priority is_not P1"),
    ("en: open tickets other than P1", "priority is_not P1"),
    ("en: tickets excluding P1 and P2", "priority is_not P1,P2"),
    ("en: tickets neither P1 nor P2", "priority is_not P1,P2"),
    ("en: all tickets but P1", "priority is_not P1"),
    ("en: open tickets, leave out the P1s", "priority is_not P1"),
    ("en: tickets that aren't open", "[status is closed]"),
    ("en: accounts excluding customers", "lifecycle is_not customer"),
    ("en: accounts that are not customers", "lifecycle is_not customer"),
    ("en: deals excluding renewals", "kind is_not renewal"),
    ("en: sum of pipeline excluding renewals", "sum(amount) [kind is_not renewal"),
    ("en: deals not in Spain", "of[country is_not ES]"),
    ("en: renewals this quarter excluding Spain", "country is_not ES"),
    ("en: accounts with tickets other than P1", "tickets>=1[priority is_not P1]"),
    ("en: accounts without P1 tickets", "tickets>=0[priority is P1]"),
    ("en: accounts without a champion", "contacts>=0[stance is champion]"),
    ("es: incidencias abiertas salvo P1", "priority is_not P1"),
    ("es: incidencias menos las P1", "priority is_not P1] order_by=opened_at descending=True"),
    ("es: incidencias excepto P1", "priority is_not P1"),
    ("es: incidencias que no son P1 ni P2", "priority is_not P1,P2"),
    ("es: incidencias sin contar las P1", "priority is_not P1"),
    ("es: incidencias que no estén abiertas", "[status is closed]"),
    ("es: cuentas que no son clientes", "lifecycle is_not customer"),
    ("es: cuentas excluyendo clientes", "lifecycle is_not customer"),
    ("es: oportunidades sin contar las renovaciones", "kind is_not renewal"),
    ("es: oportunidades que no son renovaciones", "kind is_not renewal"),
    ("es: oportunidades que no están en España", "of[country is_not ES]"),
    ("es: cuentas sin incidencias P1", "tickets>=0[priority is P1]"),
    ("es: ¿no hay incidencias abiertas?", "[status is_not closed]"),
    ("en: open deals | not the renewals", "[status is open & kind is_not renewal]"),
    ("en: open deals | without the renewals", "[status is open & kind is_not renewal]"),
    ("en: open tickets | leave out the P1s", "[status is_not closed & priority is_not P1]"),
    ("en: open P1 and P2 tickets | without the P1s", "[status is_not closed & priority is P2]"),
    ("en: P1 tickets | now the ones that are not P1", "[priority is_not P1]"),
    ("en: accounts in Spain | not customers", "[country is ES & lifecycle is_not customer]"),
    ("es: oportunidades abiertas | quita las renovaciones", "[status is open & kind is_not renewal]"),
    ("es: incidencias abiertas | quita las P1", "[status is_not closed & priority is_not P1]"),
    ("es: incidencias P1 y P2 | sin las P1", "[priority is P2]"),
    ("es: oportunidades abiertas | sin contar España", "of[country is_not ES]"),
)
ASKED = (
    ("en: accounts except the enterprise ones", "except the enterprise"),
    ("en: deals excluding the proposal stage", "excluding the proposal"),
    ("en: renewals excluding customers in Spain", "excluding customers in Spain"),
    ("en: accounts except those with open tickets", "except those with open tickets"),
    ("en: open deals excluding Kestrel", "excluding Kestrel Rail Services"),
    ("en: accounts not owned by me", "not owned by me"),
    ("en: customers who haven't renewed", "haven't renewed"),
    ("en: open deals | not those over 50k", "not those"),
    ("es: oportunidades excepto las de propuesta", "excepto las de propuesta"),
    ("es: negocios abiertos menos los de Kestrel", "menos los de Kestrel Rail Services"),
    ("es: incidencias que no son de Kestrel", "no son de Kestrel Rail Services"),
    ("es: cuentas que no son mías", "no son mías"),
    ("es: incidencias que no son de seguridad", "no son de seguridad"),
)


def _planned(conversation: str) -> Plan:
    return planned(conversation, today=TODAY)


@pytest.mark.parametrize(("conversation", "part"), PLANNED, ids=[said for said, _ in PLANNED])
def test_what_is_denied_is_planned_as_a_denial(conversation: str, part: str) -> None:
    line = in_one_line(_planned(conversation))
    assert line.startswith(conversation[:2])
    assert part in line


@pytest.mark.parametrize(("conversation", "quoted"), ASKED, ids=[said for said, _ in ASKED])
def test_what_cannot_be_denied_is_named_in_a_question_back(conversation: str, quoted: str) -> None:
    asked = _planned(conversation).clarification
    assert asked is not None
    assert asked.about is AskedAbout.READING
    assert quoted in asked.question.replace("\N{NO-BREAK SPACE}", " ")
