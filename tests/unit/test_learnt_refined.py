"""A message that changes the last query: what it says takes the place of what was said of it, the rest stays."""

from datetime import date
from decimal import Decimal

import pytest

from copilot.agent.planner import OfflinePlanner, next_context
from copilot.agent.planner.learnt.heard import Heard
from copilot.agent.planner.learnt.plan import heard_plan
from copilot.agent.planner.learnt.refined import refined
from copilot.agent.planner.learnt.said import OPEN_DEAL
from copilot.domain.figure_queries import FigureQuery, Measure, Related, Subject
from copilot.domain.language import Language
from copilot.domain.plans import PlanningContext, QueryStep, StepKind
from tests.learnt_builders import DIRECTORY, TODAY, clause, condition, heard, listed
from tests.planner_world import account_executive

EN, ES = Language.EN, Language.ES
CLOSING = (
    condition("close_date", "at_least", date(2026, 10, 1)),
    condition("close_date", "at_most", date(2026, 12, 31)),
)
SPAIN = condition("country", "is", "ES")
DEALS = listed(
    "opportunities", OPEN_DEAL, *CLOSING, kind=StepKind.PIPELINE, of_account=(SPAIN,), mine=True, order_by="amount"
)
TICKETS = listed("tickets", condition("priority", "is", "P1"), account_ids=("kestrel", "maipo"))
CUSTOMERS = listed(
    "accounts", condition("lifecycle", "is", "customer"), SPAIN, kind=StepKind.FIND_ACCOUNTS, order_by="name"
)

MY_SPANISH = listed("accounts", SPAIN, kind=StepKind.FIND_ACCOUNTS, mine=True)
UNNAMED = {
    "have linked records": listed(
        "accounts",
        kind=StepKind.FIND_ACCOUNTS,
        related=(Related(subject=Subject.TICKETS, conditions=(condition("priority", "is", "P1"),)),),
    ),
    "renew on some days": listed(
        "accounts", condition("renewal_date", "at_most", date(2026, 12, 31)), kind=StepKind.RENEWALS
    ),
    "have some deals": listed("opportunities", condition("status", "is", "lost")),
    "have some deals and a country": DEALS,
}
"""Last queries whose accounts a query of other records cannot say: without it, it would be one of all accounts."""
THEIR_TICKETS = pytest.mark.parametrize(("language", "words"), [(EN, "and their tickets?"), (ES, "¿y sus tickets?")])


def changed(what: Heard, message: str, last: QueryStep, *, language: Language = EN) -> FigureQuery:
    step = refined(what, clause(message, language=language), last)
    assert step is not None, message
    return step.query


@pytest.mark.parametrize(("language", "words"), [(EN, "and in January 2026?"), (ES, "¿y en enero de 2026?")])
def test_other_days_take_the_place_of_the_days(language: Language, words: str) -> None:
    query = changed(heard("opportunities", "list", "prior", "w_close"), words, DEALS, language=language)
    days = [item for item in query.conditions if item.field == "close_date"]
    assert days == [
        condition("close_date", "at_least", date(2026, 1, 1)),
        condition("close_date", "at_most", date(2026, 1, 31)),
    ]
    assert set(query.conditions) - set(days) == {OPEN_DEAL}
    assert (query.of_account, query.mine) == ((SPAIN,), True)


def test_days_of_another_field_take_the_place_of_the_days() -> None:
    query = changed(heard("opportunities", "list", "prior", "w_created"), "created in January 2026?", DEALS)
    assert {item.field for item in query.conditions} == {"status", "created_on"}


@pytest.mark.parametrize(("language", "words"), [(EN, "how many are those?"), (ES, "¿cuántas son?")])
def test_a_list_is_counted(language: Language, words: str) -> None:
    query = changed(heard("opportunities", "count", "prior"), words, DEALS, language=language)
    assert query.measure is Measure.COUNT
    assert query.conditions == DEALS.query.conditions
    assert (query.of_account, query.mine) == ((SPAIN,), True)
    assert (query.show, query.order_by, query.field) == ((), None, None)


def test_a_list_is_added_up_by_group() -> None:
    query = changed(heard("opportunities", "sum", "prior", "by_stage", "f_amount"), "xyzzy", DEALS)
    assert (query.measure, query.field, query.group_by) == (Measure.SUM, "amount", "stage")
    assert query.conditions == DEALS.query.conditions


def test_a_group_stays_while_the_measure_stays() -> None:
    last = listed("opportunities", OPEN_DEAL, measure="sum", field="amount", group_by="stage")
    said = heard("opportunities", "sum", "prior", "renewal_deal")
    query = changed(said, "xyzzy", last)
    assert (query.measure, query.group_by) == (Measure.SUM, "stage")
    assert query.conditions == (OPEN_DEAL, condition("kind", "is", "renewal"))


@pytest.mark.parametrize(
    ("mark", "kept"),
    [
        ("p2", (condition("priority", "is", "P2"),)),
        ("ticket_closed", (condition("priority", "is", "P1"), condition("status", "is", "closed"))),
    ],
)
def test_one_condition_more_or_in_the_place_of_another(mark: str, kept: tuple[object, ...]) -> None:
    query = changed(heard("tickets", "list", "prior", mark), "xyzzy", TICKETS)
    assert query.conditions == kept
    assert query.account_ids == ("kestrel", "maipo")


@pytest.mark.parametrize(("language", "words"), [(EN, "and in Chile?"), (ES, "¿y en Chile?")])
def test_another_country_takes_the_place_of_the_country(language: Language, words: str) -> None:
    query = changed(heard("opportunities", "list", "prior"), words, DEALS, language=language)
    assert query.of_account == (condition("country", "is", "CL"),)
    assert query.conditions == DEALS.query.conditions


def test_an_amount_is_added() -> None:
    query = changed(heard("opportunities", "list", "prior", "a_amount"), "those over 40", DEALS)
    assert query.conditions == (*DEALS.query.conditions, condition("amount", "more_than", Decimal(40)))


def test_open_deals_go_without_saying_only_in_a_question_of_its_own() -> None:
    lost = listed("opportunities", condition("status", "is", "lost"))
    assert changed(heard("opportunities", "count", "prior"), "xyzzy", lost).conditions == lost.query.conditions
    query = changed(heard("opportunities", "list", "prior", "open"), "xyzzy", lost)
    assert query.conditions == (OPEN_DEAL,)


def test_an_amount_without_a_place_changes_nothing() -> None:
    assert refined(heard("tickets", "list", "prior", "a_days"), clause("over 40"), TICKETS) is None


@THEIR_TICKETS
def test_other_records_of_the_accounts_that_were_told_apart_by_conditions(language: Language, words: str) -> None:
    query = changed(heard("tickets", "list", "prior"), words, CUSTOMERS, language=language)
    assert (query.subject, query.conditions) == (Subject.TICKETS, ())
    assert query.of_account == CUSTOMERS.query.conditions
    query = changed(heard("tickets", "count", "prior", "p1"), words, MY_SPANISH, language=language)
    assert (query.measure, query.of_account, query.mine) == (Measure.COUNT, (SPAIN,), True)
    assert query.conditions == (condition("priority", "is", "P1"),)


def test_other_records_are_heard_where_no_cue_knows_them() -> None:
    query = changed(heard("tickets", "list", "prior"), "and their xyzzy?", CUSTOMERS)
    assert (query.subject, query.of_account) == (Subject.TICKETS, CUSTOMERS.query.conditions)


@THEIR_TICKETS
@pytest.mark.parametrize("last", UNNAMED.values(), ids=UNNAMED)
def test_other_records_of_accounts_that_no_query_can_name_give_nothing(
    last: QueryStep, language: Language, words: str
) -> None:
    spoken = clause(words, language=language)
    assert refined(heard("tickets", "list", "prior"), spoken, last) is None
    assert refined(heard("tickets", "count", "prior", "p1"), spoken, last) is None


@pytest.mark.parametrize(
    ("language", "words"), [(EN, "which accounts were those?"), (ES, "¿de qué cuentas eran esas?")]
)
def test_which_accounts_those_were(language: Language, words: str) -> None:
    last = listed("tickets", condition("priority", "is", "P1"), of_account=(SPAIN,), mine=True)
    query = changed(heard("accounts", "list", "prior"), words, last, language=language)
    assert (query.subject, query.measure) == (Subject.ACCOUNTS, Measure.LIST)
    (related,) = query.related
    assert (related.subject, related.conditions) == (Subject.TICKETS, last.query.conditions)
    assert related.at_least >= 1
    assert (query.conditions, query.mine) == ((SPAIN,), True)


@pytest.mark.parametrize("last", [DEALS, TICKETS, CUSTOMERS], ids=["deals", "tickets", "customers"])
@pytest.mark.parametrize("subject", [item.value for item in Subject])
def test_whatever_changes_is_still_a_query_of_the_same_accounts(subject: str, last: QueryStep) -> None:
    for measure in Measure:
        step = refined(heard(subject, measure.value, "prior"), clause("xyzzy"), last)
        if step is not None:
            assert FigureQuery.from_key(step.query.key) == step.query
            assert step.query.account_ids == last.query.account_ids
            assert step.query.mine == last.query.mine


def test_the_last_query_of_the_conversation_is_the_one_that_changes() -> None:
    context = PlanningContext(steps=(CUSTOMERS, TICKETS))
    steps = heard_plan(heard("tickets", "count", "prior"), clause("how many?", context=context), context)
    assert isinstance(steps, tuple)
    (step,) = steps
    assert isinstance(step, QueryStep)
    assert (step.query.measure, step.query.conditions) == (Measure.COUNT, TICKETS.query.conditions)


def test_a_named_account_is_asked_of_by_itself() -> None:
    context = PlanningContext(steps=(TICKETS,), account_ids=("maipo",))
    steps = heard_plan(heard("tickets", "count", "prior"), clause("and Kestrel?", context=context), context)
    assert isinstance(steps, tuple)
    (step,) = steps
    assert isinstance(step, QueryStep)
    assert step.query.account_ids == ("kestrel",)


@pytest.mark.parametrize(
    ("messages", "account_id"),
    [
        (("open deals of Kestrel", "and their tickets?"), "kestrel"),
        (("oportunidades abiertas de Valdemora", "¿y sus tickets?"), "valdemora"),
    ],
    ids=["en", "es"],
)
def test_other_records_of_a_named_account_are_those_records_and_of_no_other_account(
    messages: tuple[str, str], account_id: str
) -> None:
    context = PlanningContext()
    for message in messages:
        viewer = account_executive(language="es" if account_id == "valdemora" else "en")
        plan = OfflinePlanner().plan(message, context=context, directory=DIRECTORY, viewer=viewer, today=TODAY)
        context = next_context(plan, context)
    for step in plan.steps:
        assert isinstance(step, QueryStep)
        assert (step.query.subject, step.query.account_ids) == (Subject.TICKETS, (account_id,))
