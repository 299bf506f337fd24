"""Messages that deny something beside a word that no rule reads: their opposite is never told.

Invariant: what the installed network hears of such a message is the mark that is denied, so it is not followed.
"""

import pytest

from copilot.agent.planner import OfflinePlanner
from copilot.agent.planner.learnt.heard import hear
from copilot.agent.planner.learnt.known import asking_words
from copilot.agent.planner.unread import unread_words
from copilot.domain.figure_queries import Condition, Operator
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.plans import Plan, PlanningContext, QueryStep, SearchStep
from copilot.guardrails.grounding.states import WORD_STATES
from tests.learnt_builders import DIRECTORY, TODAY, clause, condition, query_of
from tests.planner_world import account_executive

pytestmark = pytest.mark.skipif(not WORD_STATES.available, reason="the word vectors are not installed")
EN, ES = Language.EN, Language.ES
P1, P2, P3 = (condition("priority", "is", level) for level in ("P1", "P2", "P3"))
RENEWAL, EXPANSION = condition("kind", "is", "renewal"), condition("kind", "is", "expansion")
CUSTOMER = condition("lifecycle", "is", "customer")
DENIALS = (
    (EN, "anything hanging that isn't P2", "p2", P2),
    (EN, "deals on the radar that aren't expansions", "expansion", EXPANSION),
    (EN, "brewing deals excluding renewals", "renewal_deal", RENEWAL),
    (EN, "my patch: who isn't a customer", "customer", CUSTOMER),
    (ES, "las incidencias que cuelgan y no son P1", "p1", P1),
    (ES, "negocios en el horno que no sean renovaciones", "renewal_deal", RENEWAL),
    (ES, "incidencias colgadas excepto P3", "p3", P3),
)
IDS = [f"{language}: {message[:30]}" for language, message, *_ in DENIALS]
denials = pytest.mark.parametrize(("language", "message", "mark", "denied"), DENIALS, ids=IDS)


def planned(message: str, language: Language) -> Plan:
    viewer = account_executive(language=language.value)
    return OfflinePlanner().plan(message, context=PlanningContext(), directory=DIRECTORY, viewer=viewer, today=TODAY)


def stated(step: QueryStep) -> list[Condition]:
    """Every condition of the query, on the records, their accounts or what these have."""
    query = step.query
    return [*query.conditions, *query.of_account, *(item for linked in query.related for item in linked.conditions)]


def is_opposite(item: Condition, denied: Condition) -> bool:
    return item.field == denied.field and item.operator is Operator.IS and set(denied.values) <= set(item.values)


def is_denial(item: Condition, denied: Condition) -> bool:
    return item.field == denied.field and item.operator is Operator.IS_NOT and set(denied.values) <= set(item.values)


@denials
def test_what_is_denied_is_never_told_as_its_opposite(
    language: Language, message: str, mark: str, denied: Condition
) -> None:
    plan = planned(message, language)
    assert all(isinstance(step, QueryStep | SearchStep) for step in plan.steps)
    for step in plan.steps:
        if isinstance(step, QueryStep):
            assert not [item for item in stated(step) if is_opposite(item, denied)]
            assert [item for item in stated(step) if is_denial(item, denied)]


@denials
def test_what_is_denied_is_heard_but_makes_no_query(
    language: Language, message: str, mark: str, denied: Condition
) -> None:
    heard = hear(clause(message, language=language).reading)
    assert heard is not None
    assert heard.says(mark)
    assert query_of(heard, message, language=language) is None


def test_marks_that_deny_by_themselves_are_followed() -> None:
    """`who left`, `not resolved`: the denial is what the mark says."""
    for language, message in (
        (EN, "hanging tickets that aren't resolved"),
        (ES, "incidencias que cuelgan sin resolver"),
    ):
        assert {flat(word) for word in unread_words(clause(message, language=language).reading)} <= asking_words()
        heard = hear(clause(message, language=language).reading)
        assert heard is not None
        assert heard.says("ticket_open")
        query = query_of(heard, message, language=language)
        assert query is not None, message
        assert condition("status", "is_not", "closed") in query.conditions
