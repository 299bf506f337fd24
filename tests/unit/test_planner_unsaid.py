"""What a message denies, bounds or counts is planned so, or asked about; never answered as something else."""

from datetime import date

import pytest

from copilot.agent.planner import OfflinePlanner
from copilot.agent.planner.amounts import read_amounts
from copilot.domain.plans import AskedAbout, Plan, PlanningContext
from tests.planner_world import StaticDirectory, account_executive, in_one_line

TODAY = date(2026, 11, 16)


def _planned(message: str) -> Plan:
    return OfflinePlanner().plan(
        message, context=PlanningContext(), directory=StaticDirectory(), viewer=account_executive(), today=TODAY
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not over 50k", ["at_most 50000"]),
        ("que no superan los 50.000 €", ["at_most 50000"]),
        ("que no pasen de 50k", ["at_most 50000"]),
        ("sin superar los 50k", ["at_most 50000"]),
        ("that aren't worth more than 50k", ["at_most 50000"]),
        ("not under 10k", ["at_least 10000"]),
        ("mas de un millon", ["more_than 1000000"]),
        ("mas de un millon y medio de euros", ["more_than 1500000"]),
        ("over 1.5 million and a half", ["more_than 1500000"]),
        ("over half a million", ["more_than 500000"]),
        ("mas de medio millon", ["more_than 500000"]),
        ("over $1.2bn", ["more_than 1200000000"]),
        ("nps under -10", ["less_than -10"]),
        ("mas de un 20 %", ["more_than 20"]),
        ("more than two", ["more_than 2"]),
        ("exactly 2", ["is 2"]),
        ("between 500 and 2k", ["at_least 500", "at_most 2000"]),
        ("entre 20 y 40 mil", ["at_least 20000", "at_most 40000"]),
        ("between 10k and 50", ["at_least 10000", "at_most 50000"]),
        ("under 10k or over 50k", ["less_than 10000", "more_than 50000"]),
        ("50k or more", ["at_least 50000"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_amounts_are_read_with_their_denial_sign_and_size(text: str, expected: list[str]) -> None:
    found = [f"{amount.operator.value} {amount.value.normalize():f}" for amount in read_amounts(text)]
    assert found == expected


@pytest.mark.parametrize(
    ("message", "part"),
    [
        ("deals not over 50k", "amount at_most 50000"),
        ("oportunidades que no superan los 50.000 €", "amount at_most 50000 EUR"),
        ("cuentas que no son de España", "country is_not ES"),
        ("cuentas fuera de España", "country is_not ES"),
        ("accounts outside Spain", "country is_not ES"),
        ("non-Spanish accounts", "country is_not ES"),
        ("accounts not from Spain or Portugal", "country is_not ES,PT"),
        ("accounts in Spain but not Portugal", "country is ES & country is_not PT"),
        ("deals not won", "status is_not won"),
        ("accounts with fewer than 3 open tickets", "tickets>=0<=2[status is_not closed]"),
        ("accounts with at most 2 open tickets", "tickets>=0<=2["),
        ("accounts with exactly 2 open P1 tickets", "tickets>=2<=2["),
        ("cuentas con menos de 3 incidencias abiertas", "tickets>=0<=2["),
        ("cuentas que no tienen más de 3 incidencias", "tickets>=0<=3[]"),
        ("accounts with between 2 and 5 tickets", "tickets>=2<=5[]"),
        ("accounts with more than two open tickets", "tickets>=3["),
        ("accounts with more than 3 tickets", "tickets>=4[]"),
        ("accounts without tickets this month", "tickets>=0[opened_at"),
        ("accounts with NPS under -10", "score less_than -10"),
        ("customers with NPS of 9 or more", "score at_least 9"),
        ("accounts with more than 200 people", "[employees more_than 200] order_by"),
        ("cuentas sin contacto desde hace 3 meses", "activities>=0[occurred_at"),
        ("cuántos tickets P1 y P2 hay", "priority is P1,P2"),
    ],
    ids=lambda value: value[:40],
)
def test_what_can_be_asked_is_planned_as_it_was_said(message: str, part: str) -> None:
    assert part in in_one_line(_planned(message))


@pytest.mark.parametrize(
    ("message", "quoted"),
    [
        ("opportunities not closing this quarter", "not closing this quarter"),
        ("tickets not opened this week", "not opened this week"),
        ("tickets que no se abrieron esta semana", "no se abrieron esta semana"),
        ("renewals excluding this month", "excluding this month"),
        ("cuentas de Chile sin renovación este año", "sin renovación este año"),
        ("opportunities not in negotiation", "not in negotiation"),
        ("deals under 10k or over 50k", "10,000 or 50,000"),
        ("deals not between 10k and 20k", "not 10,000–20,000"),
        ("accounts whose emails fell more than 20%", "20%"),
        ("clientes cuyos correos han caído más de un 20 %", "20%"),
        ("deals with more than 3 calls", "3 calls"),
        ("accounts with 3 open tickets", "3 open"),
        ("deals of 50000", "50000"),
    ],
    ids=lambda value: value[:40],
)
def test_what_cannot_be_asked_is_named_in_a_question_back(message: str, quoted: str) -> None:
    asked = _planned(message).clarification
    assert asked is not None
    assert asked.about is AskedAbout.READING
    assert quoted in asked.question.replace("\N{NO-BREAK SPACE}", " ")


def test_risks_are_not_narrowed_by_an_amount_in_silence() -> None:
    assert _planned("risks of accounts over 50k").clarification is not None


@pytest.mark.parametrize(
    "message",
    ["top 5 deals over 50k", "deals closing in 30 days", "open P1 tickets", "deals closing in 2026"],
    ids=lambda value: value,
)
def test_numbers_that_were_read_are_not_asked_about(message: str) -> None:
    assert _planned(message).steps
