"""What no record keeps is looked up in texts, never answered by figures that leave it out."""

from datetime import date

import pytest

from copilot.domain.plans import Plan, SearchStep
from tests.planner_world import planned

TODAY = date(2026, 11, 16)
UNKEPT = (
    "en: which of my contacts speak German",
    "en: how many of my customers pay by card",
    "en: what's the average contract length of my accounts",
    "en: which invoices are overdue",
    "en: deals lost to a competitor",
    "en: who is Harbourline's lawyer",
    "en: how many vans does Kestrel run",
    "es: qué contactos míos hablan inglés",
    "es: edad media de mis contactos",
    "es: qué facturas están vencidas",
    "es: qué clientes visitaron la web esta semana",
    "es: negocios perdidos frente a un competidor",
    "es: quién es el mayor competidor de Maipo",
)
FORETOLD = (
    "en: how many tickets will we get in December",
    "en: forecast our churn for 2027",
    "es: cuántos tickets entrarán en diciembre",
    "es: pronóstico de bajas para 2027",
)
PURPOSES = (
    ("en: For my monthly report: how many tickets are open", True),
    ("en: my boss is chasing me for a spreadsheet, how many tickets are open", True),
    ("en: I'm looking at the reseller channel, how many tickets are open", False),
    ("es: Para el informe del comité: cuántos tickets abiertos hay", True),
    ("es: mi jefa me pide una hojita bonita, cuántos tickets abiertos hay", True),
    ("es: estoy mirando el canal de distribuidores, cuántos tickets abiertos hay", False),
)
"""Whether what is said first tells only what for."""


def _planned(conversation: str) -> Plan:
    return planned(conversation, today=TODAY)


@pytest.mark.parametrize("conversation", UNKEPT, ids=UNKEPT)
def test_what_no_record_keeps_is_looked_up(conversation: str) -> None:
    steps = _planned(conversation).steps
    assert steps
    assert all(isinstance(step, SearchStep) for step in steps)


def test_tickets_are_filed_under_topics_that_no_other_record_has() -> None:
    (step,) = _planned("en: open tickets about invoices").steps
    assert not isinstance(step, SearchStep)


@pytest.mark.parametrize("conversation", FORETOLD, ids=FORETOLD)
def test_how_many_there_will_be_is_not_counted(conversation: str) -> None:
    asked = _planned(conversation).clarification
    assert asked is not None
    assert "predi" in asked.question


@pytest.mark.parametrize(("conversation", "is_purpose"), PURPOSES, ids=[said for said, _ in PURPOSES])
def test_only_a_purpose_may_hold_words_that_were_not_read(conversation: str, is_purpose: bool) -> None:
    assert bool(_planned(conversation).steps) is is_purpose
