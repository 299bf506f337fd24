"""A change asked for anywhere in a message is refused; narrowing the list that was shown is no change."""

from datetime import date

import pytest

from copilot.domain.plans import Plan, RefusalReason
from tests.planner_world import in_one_line, planned

TODAY = date(2026, 11, 16)
CHANGES = (
    "en: get rid of Kestrel's tickets, show me open deals",
    "en: show me open deals and get rid of Kestrel's tickets",
    "en: zap the P1 tickets",
    "en: have Kestrel's deals moved to negotiation",
    "en: have the Kestrel deal moved to won",
    "en: list my deals and bump Kestrel's to negotiation",
    "en: open deals, then delete the lost ones",
    "en: remove Kestrel's tickets from the crm",
    "es: borra las incidencias de Kestrel y enséñame las oportunidades",
    "es: enséñame las oportunidades abiertas y borra las incidencias de Kestrel",
    "es: oportunidades abiertas y luego elimina las perdidas",
    "es: deshazte de las incidencias de Kestrel",
    "es: haz que las oportunidades de Kestrel pasen a ganadas",
    "es: haz que pasen a cerradas las incidencias de Kestrel",
    "en: print the contract for me",
    "en: set Kestrel's renewal to 80%",
    "en: remind me tomorrow to ring Kestrel",
    "en: read me Tom's chat with you",
    "en: who is leaving the company",
    "es: recuérdame llamar a Valdemora",
    "es: regálale dos meses a Valdemora",
    "es: cambia la llamada con Valdemora a otro día",
    "es: cuántos días ha estado de baja Tom",
    "es: a quién le han subido el sueldo",
)
READS = (
    ("en: pull up open deals", "[status is open]"),
    ("en: bring me the open tickets", "[status is_not closed]"),
    ("en: which deals have moved to won", "[status is won]"),
    ("en: have any deals moved to negotiation", "stage contains negoci"),
    ("en: have Kestrel's deals moved to negotiation?", "stage contains negoci"),
    ("es: sácame las incidencias abiertas", "[status is_not closed]"),
    ("es: oportunidades que han pasado a negociación", "stage contains negoci"),
    ("en: open tickets | remove P1 tickets from the list", "[status is_not closed & priority is_not P1]"),
    ("es: incidencias abiertas | quita las P1 de la lista", "[status is_not closed & priority is_not P1]"),
    ("es: oportunidades abiertas | elimina las renovaciones de la lista", "[status is open & kind is_not renewal]"),
    ("en: put Harbourline and Thornwick side by side", "account_ids=harbourline,thornwick"),
    ("en: remind me what Carys said about the price", "search account_ids=harbourline"),
    ("en: who is leaving Harbourline", "account_ids=harbourline"),
    ("es: ponme al corriente de Valdemora, nomás las últimas dos semanas", "brief account_id=valdemora"),
    ("es: ponme frente a frente Valdemora y Peñaltria: ARR, licencias y NPS", "account_ids=valdemora,penaltria"),
    ("es: recuérdame cuánto paga Valdemora", "account_ids=valdemora show=arr"),
)
OF_THE_LIST = (
    ("en: accounts renewing next quarter | and their tickets?", "2027-01-01 & renewal_date at_most 2027-03-31]"),
    ("en: customers over 50k ARR | and their tickets?", "of[lifecycle is customer & arr more_than 50000]"),
    ("es: clientes que renuevan el próximo trimestre | ¿y sus incidencias?", "renewal_date at_most 2027-03-31]"),
    ("es: cuentas que renuevan en 30 días | y sus oportunidades", "of[renewal_date at_least 2026-11-16"),
    ("en: open P1 tickets | which customers are those?", "tickets>=1[status is_not closed & priority is P1]"),
    ("es: tickets P1 abiertos | ¿de qué clientes son?", "tickets>=1[priority is P1 & status is_not closed]"),
)
ASKED = (
    "en: open tickets | drop the P1 tickets",
    "en: accounts with open P1 tickets | and their deals?",
    "en: top 3 customers by ARR | and their tickets",
    "es: cuentas con tickets P1 abiertos | ¿y sus oportunidades?",
    "es: los 3 clientes con más ARR | y sus tickets",
)
"""Off the list or out of the CRM; of accounts that no query can name."""


def _planned(conversation: str) -> Plan:
    return planned(conversation, today=TODAY)


@pytest.mark.parametrize("conversation", CHANGES, ids=CHANGES)
def test_a_change_is_refused_wherever_it_stands(conversation: str) -> None:
    refusal = _planned(conversation).refusal
    assert refusal is not None
    assert refusal.reason is RefusalReason.NOT_ALLOWED


@pytest.mark.parametrize(("conversation", "part"), READS, ids=[said for said, _ in READS])
def test_what_only_reads_is_not_refused(conversation: str, part: str) -> None:
    assert part in in_one_line(_planned(conversation))


@pytest.mark.parametrize(("conversation", "part"), OF_THE_LIST, ids=[said for said, _ in OF_THE_LIST])
def test_records_of_the_accounts_that_were_listed_are_of_no_others(conversation: str, part: str) -> None:
    assert part in in_one_line(_planned(conversation))


@pytest.mark.parametrize("conversation", ASKED, ids=ASKED)
def test_what_cannot_be_carried_over_or_means_two_things_is_asked_about(conversation: str) -> None:
    plan = _planned(conversation)
    assert not plan.steps
    assert plan.clarification is not None
