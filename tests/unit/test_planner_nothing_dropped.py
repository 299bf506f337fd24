"""Words that only look like others are not read as them, and what restricts a figure is not dropped for them."""

from datetime import date

import pytest

from copilot.domain.plans import Plan
from tests.planner_world import in_one_line, planned

TODAY = date(2026, 11, 16)
NOT_ANSWERED = (
    "en: which accounts have not bought Tramontia Insight",
    "es: qué clientes todavía no nos han comprado Premium Support",
    "en: I'm covering the reseller channel, how many accounts renew this quarter?",
    "es: estoy cubriendo el canal de distribuidores, cuántas cuentas renuevan este trimestre",
    "es: mineras que renuevan este trimestre",
    "en: mining and water customers",
    "en: what percentage of my customers renewed",
    "es: qué porcentaje de mis clientes renovó",
    "en: how long does it take us to close a deal",
    "es: cuánto se tarda en cerrar una venta",
    "en: which competitors show up in my accounts",
    "es: qué competidores salen en mi cartera",
    "en: customers renewing in January | which of them are at risk",
    "es: clientes que renuevan en enero | cuáles de ellos están en riesgo",
)
READ = (
    ("es: empresas que aún no nos han comprado nada", "accounts:list [lifecycle is prospect]"),
    ("en: companies that have not signed with us yet", "accounts:list [lifecycle is prospect]"),
    ("es: reuniones de hoy mismo", "occurred_at at_least 2026-11-16 & occurred_at at_most 2026-11-16"),
    ("en: pipeline won year to date", "close_date at_least 2026-01-01 & close_date at_most 2026-11-16"),
    ("es: ¿qué cuentas tienen facturas?", "es search"),
    ("en: who is leaving Harbourline", "en search account_ids=harbourline"),
    ("es: ¿quién deja Harbourline?", "es search account_ids=harbourline"),
    ("en: my top 5 accounts by ARR | which accounts are those", "mine show=arr order_by=arr descending=True limit=5"),
    ("en: how many open tickets do I have and how much pipeline do I have?", "|| pipeline opportunities:sum(amount)"),
    ("es: ¿cuántos tickets abiertos tengo y cuánto pipeline tengo?", "|| pipeline opportunities:sum(amount)"),
)


def _planned(conversation: str) -> Plan:
    return planned(conversation, today=TODAY)


@pytest.mark.parametrize("conversation", NOT_ANSWERED, ids=NOT_ANSWERED)
def test_no_figure_leaves_out_a_restriction_that_no_query_can_say(conversation: str) -> None:
    plan = _planned(conversation)
    assert plan.clarification is not None or plan.refusal is not None
    assert not plan.steps


@pytest.mark.parametrize(("conversation", "part"), READ, ids=[said for said, _ in READ])
def test_what_is_said_is_planned(conversation: str, part: str) -> None:
    assert part in in_one_line(_planned(conversation))


def test_a_town_called_like_a_match_is_not_off_topic() -> None:
    assert _planned("en: list customers in Derby").refusal is None
